"""The peers keep their promises: apart from this process, and gone with it."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.network_guard import NetworkClosed
from tests.peers.process import (
    LOOPBACK,
    MissingPeer,
    Process,
    find_program,
    is_listening,
    wait_for,
)
from tests.peers.site import ROOT

HOLD = """
import sys, time
from tests.peers.postgres import running_postgres
from tests.peers.rabbitmq import running_rabbitmq
with running_postgres() as postgres, running_rabbitmq() as rabbit:
    print(postgres.port, rabbit.port, flush=True)
    time.sleep(600)
"""


def test_a_process_of_a_site_sees_nothing_of_the_environment_of_the_tests(
    site_home, monkeypatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/")
    home = site_home({"CHOSEN": "here"})
    script = "import os; print(os.environ.get('DATABASE_URL'), os.environ['CHOSEN'])"

    process = home.process([sys.executable, "-c", script], "printed.log").start()
    process.popen.wait(20)

    assert process.log_tail() == "None here\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.live
def test_servers_end_when_the_process_that_started_them_dies(number: int) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    ports = [int(port) for port in holder.stdout.readline().split()]
    listening = [is_listening(port) for port in ports]

    holder.send_signal(number)
    holder.wait(20)

    assert listening == [True, True]
    wait_for(lambda: not any(is_listening(port) for port in ports))


def test_a_process_is_ended_with_its_children(tmp_path: Path) -> None:
    script = "import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    wait = "; import time; time.sleep(600)"
    process = Process([sys.executable, "-c", script + wait], tmp_path / "log").start()
    process.wait_until(lambda: process.log_tail().strip().isdigit())
    child = int(process.log_tail())

    process.stop()

    def gone() -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, 0)
            return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return True

    wait_for(gone)


def test_a_missing_program_says_which_package_brings_it() -> None:
    with pytest.raises(MissingPeer, match="Debian package no-such-package"):
        find_program("no-such-program", "no-such-package")


def test_the_network_is_closed_but_for_this_machine() -> None:
    with pytest.raises(NetworkClosed), socket.socket() as away:
        away.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("www.example.com", 443)
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, pytest.raises(NetworkClosed):
        datagrams.sendto(b"x", ("198.51.100.7", 53))
    with socket.create_server((LOOPBACK, 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_the_smtp_server_keeps_what_it_is_given(smtp) -> None:
    text = "Subject: Größe\r\n\r\n.one dot\r\n".encode()

    with smtplib.SMTP(LOOPBACK, smtp.port) as client:
        client.sendmail("from@example.net", ["to@example.net", "too@example.net"], text)

    [delivery] = smtp.deliveries
    assert delivery.recipients == ("to@example.net", "too@example.net")
    assert delivery.message.get_content() == ".one dot\n"


def test_the_s3_server_has_the_buckets_of_the_site(s3) -> None:
    named = {bucket["Name"] for bucket in s3.client().list_buckets()["Buckets"]}

    assert {"inventory-docs", "inventory-images"} <= named
