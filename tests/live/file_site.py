"""What proofs about files on a running site share: raw uploads, slow readers, memory."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.peers.site import ADMIN, Home, Site

MIB = 1024 * 1024
BOUNDARY = "patchbay-boundary"
OPEN = {"NETWORKROUTES_OPEN_ACCESS": "full", "NETWORKROUTES_MAX_FILE_BYTES": str(400 * MIB)}


def ask(site: Site, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Call the client surface with JSON; return status and decoded body."""
    with contextlib.closing(connection_to(site)) as connection:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")


def connection_to(site: Site, timeout_s: float = 120) -> http.client.HTTPConnection:
    """Open a connection of one's own."""
    parts = urlsplit(site.url)
    assert parts.hostname is not None
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)


def add_circuit(site: Site) -> str:
    """Make a circuit that files can hang on; returns its path."""
    circuit_id = f"LONNYC{secrets.randbelow(10**6):06}"
    asked = {"circuit_id": circuit_id, "repository_type_id": 1}
    status, answer = ask(site, "POST", "/network_routes", asked)
    assert status in {200, 201}, answer
    return f"/network_routes/{circuit_id}"


def listed(site: Site, circuit: str) -> list[str]:
    """Original names of a circuit's files."""
    status, rows = ask(site, "GET", f"{circuit}/test_results_files")
    assert status == 200
    return [row["original_name"] for row in rows]


class Upload:
    """An upload that is sent piece by piece."""

    def __init__(self, site: Site, circuit: str, size: int, name: str = "trace.sor") -> None:
        self.head = (
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
            f'name="test_results_files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self.tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        self.connection = connection_to(site, timeout_s=300)
        self.connection.putrequest("POST", f"{circuit}/upload_test_results")
        self.connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        length = len(self.head) + size + len(self.tail)
        self.connection.putheader("Content-Length", str(length))
        self.connection.endheaders()
        self.connection.send(self.head)

    def send(self, size: int) -> None:
        """Send that many bytes of the file."""
        block = bytes(range(256)) * 4096
        for start in range(0, size, len(block)):
            self.connection.send(block[: size - start])

    def finish(self) -> tuple[int, Any]:
        """Send the end and return status and answer."""
        self.connection.send(self.tail)
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        self.connection.close()
        return response.status, answer


def upload(site: Site, circuit: str, size: int, name: str = "trace.sor") -> None:
    """Upload a file of that many bytes."""
    sender = Upload(site, circuit, size, name)
    sender.send(size)
    status, answer = sender.finish()
    assert status == 200, answer


@contextlib.contextmanager
def slow_readers(site: Site, path: str, count: int, key: str = "") -> Iterator[list[bytes]]:
    """Ask `count` times and read only the head of each answer; gives the heads."""
    parts = urlsplit(site.url)
    with contextlib.ExitStack() as stack:
        heads = []
        for _ in range(count):
            reader = stack.enter_context(contextlib.closing(socket.socket()))
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(30)
            reader.connect((parts.hostname, parts.port))
            reader.sendall(
                f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-API-Key: {key}\r\n\r\n".encode()
            )
            heads.append(reader.recv(1024))
        yield heads


def new_key(place: Home) -> str:
    """Make an API key that may see circuits and their files."""
    arguments = ("--scope", "network_routes:view")
    return place.manage("create_api_key", ADMIN, *arguments).stdout.splitlines()[-1]


def archive(circuit: str) -> str:
    """Path of the native ZIP of a circuit's files: stored, with its length."""
    return f"{circuit.replace('network_routes', 'api/routes')}/test-results/archive"


def download(site: Site, path: str, key: str) -> tuple[int, int]:
    """Read an answer; returns its announced and its real length."""
    with contextlib.closing(connection_to(site)) as connection:
        connection.request("GET", path, headers={"X-API-Key": key})
        response = connection.getresponse()
        assert response.status == 200, response.read()
        read = sum(map(len, iter(lambda: response.read(MIB), b"")))
        return int(response.headers["Content-Length"]), read


class Memory:
    """Peak resident memory of a process and all below it, counted from now."""

    def __init__(self, pid: int) -> None:
        self.pids = [pid, *_below(pid)]
        for one in self.pids:
            Path(f"/proc/{one}/clear_refs").write_text("5")
        self.before = self._sum("VmRSS")

    def growth_mib(self) -> float:
        """MiB between the memory at the start and the peak since."""
        return (self._sum("VmHWM") - self.before) / 1024

    def _sum(self, name: str) -> int:
        return sum(_status_kib(pid, name) for pid in self.pids)


def _below(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in map(int, children) for one in (child, *_below(child))]


def _status_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0
