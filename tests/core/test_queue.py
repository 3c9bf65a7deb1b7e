"""The embedded broker: whole messages, one taker each, nothing lost with a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection, Exchange, Queue

from inventory_site.core.folder_watch import FolderWatch
from inventory_site.core.processes import Process
from inventory_site.core.queue_folders import QueueFolders

WORK = Queue("work", Exchange("work", type="direct"), routing_key="work")
HOLDER = """
import sys, time
from kombu import Connection
connection = Connection("patchbay://localhost", transport_options={"folder": sys.argv[1]})
queue = connection.SimpleQueue("work")
for _ in range(3):
    queue.get(timeout=5)
print("holding", flush=True)
time.sleep(60)
"""
IMPORT = "import inventory_site.celery\n"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with _connect(tmp_path) as it:
        yield it


def _connect(folder: Path) -> Connection:
    return Connection("patchbay://localhost", transport_options={"folder": str(folder)})


def _publish(connection: Connection, *bodies: Any) -> None:
    producer = connection.Producer()
    for body in bodies:
        producer.publish(body, exchange=WORK.exchange, routing_key="work", declare=[WORK])


def _receive(connection: Connection, count: int, *, ack: bool = True) -> list[Any]:
    got: list[Any] = []

    def on_message(body: Any, message: Any) -> None:
        got.append(body)
        if ack:
            message.ack()

    with connection.Consumer(WORK, callbacks=[on_message]):
        until = time.monotonic() + 10
        while len(got) < count and time.monotonic() < until:
            try:
                connection.drain_events(timeout=0.2)
            except TimeoutError:
                continue
    return got


def _held(folder: Path) -> list[Path]:
    return list((folder / "held").glob("*/*"))


def test_messages_come_in_order_and_are_gone_when_acknowledged(
    connection: Connection, tmp_path: Path
) -> None:
    _publish(connection, *range(50))

    assert _receive(connection, 50) == list(range(50))

    assert QueueFolders(tmp_path).waiting("work") == []
    assert _held(tmp_path) == []


def test_message_that_was_not_acknowledged_comes_again_after_closing(tmp_path: Path) -> None:
    with _connect(tmp_path) as first:
        _publish(first, "a")
        assert _receive(first, 1, ack=False) == ["a"]
        assert len(_held(tmp_path)) == 1

    with _connect(tmp_path) as second:
        assert _receive(second, 1) == ["a"]


def test_rejected_message_comes_again_or_goes(connection: Connection, tmp_path: Path) -> None:
    _publish(connection, "a")
    queue = WORK(connection.default_channel)

    queue.get().reject(requeue=True)
    assert QueueFolders(tmp_path).waiting("work") != []

    queue.get().reject()
    assert QueueFolders(tmp_path).waiting("work") == []
    assert _held(tmp_path) == []


def test_each_message_goes_to_one_of_many_consumers(tmp_path: Path) -> None:
    with _connect(tmp_path) as connection:
        _publish(connection, *range(300))
    taken: list[Any] = []

    def consume() -> None:
        with _connect(tmp_path) as own:
            queue = WORK(own.default_channel)
            while (message := queue.get()) is not None:
                taken.append(message.payload)
                message.ack()

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(300))


def test_messages_of_a_killed_process_come_again_in_their_place(tmp_path: Path) -> None:
    with _connect(tmp_path) as connection:
        queue = connection.SimpleQueue("work")
        for number in range(5):
            queue.put(number)
    holder = subprocess.Popen(
        [sys.executable, "-c", IMPORT + HOLDER, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "inventory_site.settings.test"},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"holding\n"
    assert len(_held(tmp_path)) == 3
    folders = QueueFolders(tmp_path)
    assert folders.rescue() == 0

    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    assert folders.rescue() == 3
    with _connect(tmp_path) as connection:
        queue = connection.SimpleQueue("work", no_ack=True)
        assert [queue.get(timeout=2).payload for _ in range(5)] == list(range(5))


def test_half_written_message_is_not_seen(connection: Connection, tmp_path: Path) -> None:
    _publish(connection, "whole")
    (tmp_path / "drafts" / "half").write_bytes(b'{"body": "ha')

    assert _receive(connection, 1) == ["whole"]
    assert WORK(connection.default_channel).get() is None


def test_message_cut_short_by_a_power_cut_does_not_stop_the_worker(
    connection: Connection, tmp_path: Path
) -> None:
    _publish(connection, "first")
    folders = QueueFolders(tmp_path)
    folders.put("work", b"")
    folders.put("work", b'{"body": ')
    _publish(connection, "last")

    assert _receive(connection, 2) == ["first", "last"]
    assert _held(tmp_path) == []


def test_broadcast_reaches_every_bound_queue(tmp_path: Path) -> None:
    exchange = Exchange("news", type="fanout")
    with _connect(tmp_path) as one, _connect(tmp_path) as two:
        queues = [
            Queue(name, exchange, auto_delete=True)(each.default_channel)
            for name, each in (("one", one), ("two", two))
        ]
        for queue in queues:
            queue.declare()
        one.Producer().publish("hello", exchange=exchange, declare=[exchange])

        assert [queue.get(no_ack=True).payload for queue in queues] == ["hello", "hello"]


def test_temporary_queue_goes_with_its_process(tmp_path: Path) -> None:
    folders = QueueFolders(tmp_path)
    folders.declare("mine", is_temporary=True)
    folders.declare("theirs", is_temporary=True)
    folders.bind("news", ("", "", "theirs"))
    here = Process.here()
    gone = Process(here.machine, here.pid, "1")
    (folders.owners / "qtheirs").write_text(str(gone))

    folders.tidy()

    assert folders.folder_of("mine").is_dir()
    assert not folders.folder_of("theirs").exists()
    assert folders.table("news") == []


def test_queue_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    folders = QueueFolders(tmp_path / "queue")

    for name in ("../../up", "/etc", "..", "a@b"):
        folders.declare(name, is_temporary=True)
        folders.put(name, b"{}")
        assert len(folders.waiting(name)) == 1

    assert [path.name for path in tmp_path.iterdir()] == ["queue"]


def test_removed_folder_is_made_again(connection: Connection, tmp_path: Path) -> None:
    _publish(connection, "a")
    folders = QueueFolders(tmp_path)
    folders.remove("work")
    for folder in (folders.queues, folders.drafts):
        folder.rmdir()

    folders.put("work", b"{}")

    assert len(folders.waiting("work")) == 1


def test_waiting_ends_with_a_new_file_or_a_wake(tmp_path: Path) -> None:
    watch = FolderWatch()
    watch.add(tmp_path)
    (tmp_path / "draft").write_bytes(b"")
    began = time.monotonic()

    threading.Timer(0.05, lambda: (tmp_path / "draft").rename(tmp_path / "file")).start()
    watch.wait(10)
    threading.Timer(0.05, watch.wake).start()
    watch.wait(10)

    assert time.monotonic() - began < 5
    watch.close()
    watch.wake()
