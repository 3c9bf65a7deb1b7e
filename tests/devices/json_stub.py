"""A small HTTP server that answers JSON by method and path, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = Callable[["Asked"], tuple[int, Any]]


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Stub:
    """The server's address and the requests it took."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def json_server(answer: Answer) -> Iterator[Stub]:
    """Run the stub on a free port."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            split = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"null")
            query = {key: values[0] for key, values in parse_qs(split.query).items()}
            asked = Asked(self.command, split.path, query, dict(self.headers), body)
            stub.asked.append(asked)
            status, found = answer(asked)
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _do

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
