"""The server programs that tests need, and how they come onto a Debian machine."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.peers.nginx import nginx_program
from tests.peers.postgres import BINARIES
from tests.peers.process import MissingPeer, find_program

APT_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Program:
    """One program or library: the Debian package that brings it, and the test for its presence."""

    package: str
    purpose: str
    is_there: Callable[[], bool]


def _found(name: str, *patterns: str) -> bool:
    try:
        find_program(name, "", *patterns)
    except MissingPeer:
        return False
    return True


def _postgres() -> bool:
    return _found("postgres", f"{BINARIES}/postgres")


def _libmagic() -> bool:
    return ctypes.util.find_library("magic") is not None


def _nginx() -> bool:
    try:
        nginx_program()
    except MissingPeer:
        return False
    return True


PROGRAMS = (
    Program("postgresql", "the suite on PostgreSQL", _postgres),
    Program("rabbitmq-server", "the queue on RabbitMQ", lambda: _found("rabbitmq-server")),
    Program("chromium", "pages in a browser", lambda: _found("chromium")),
    Program("nginx-light", "files leaving through nginx", _nginx),
    Program("snmpd", "SNMP of a real agent", lambda: _found("snmpd", "/usr/sbin/snmpd")),
    Program("snmp", "SNMP compared with net-snmp", lambda: _found("snmpget")),
    Program("openssh-server", "SSH of a real server", lambda: _found("sshd", "/usr/sbin/sshd")),
    Program("slapd", "sign-in with a directory", lambda: _found("slapd", "/usr/sbin/slapd")),
    Program("iputils-ping", "the ping program", lambda: _found("ping")),
    Program("traceroute", "the traceroute program", lambda: _found("traceroute")),
    Program(
        "libmagic1",
        "content types of uploads",
        _libmagic,
    ),
)


def missing() -> list[Program]:
    """Return the programs that are not installed now."""
    return [program for program in PROGRAMS if not program.is_there()]


def install_missing() -> list[Program]:
    """Install what is missing where that is ours to do, as root on Debian; return what still is."""
    wanted = missing()
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [program.package for program in wanted]
        sys.stdout.write(f"Installing with apt-get: {' '.join(packages)}\n")
        sys.stdout.flush()
        if not _apt("install", "--no-install-recommends", *packages):
            _apt("update")
            _apt("install", "--no-install-recommends", *packages)
        return missing()
    return wanted


def _apt(verb: str, *arguments: str) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", "-qq", "-y", verb, *arguments]
    try:
        done = subprocess.run(
            command,
            check=False,
            env=env,
            timeout=APT_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode:
        sys.stdout.write(done.stderr[-500:])
    return done.returncode == 0
