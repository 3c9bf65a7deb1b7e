"""Small servers on loopback that play other people's sites, and the AI service."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """A running server: its address, what it answers by path, and what it was asked."""

    url: str = ""
    host: str = ""
    pages: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    answer: Callable[[str, str, bytes], Reply] | None = None

    def page(self, path: str, body: bytes, kind: str = "text/html", status: int = 200) -> str:
        """Add a page; returns its address."""
        self.pages[path] = (status, {"Content-Type": kind}, body)
        return f"{self.url}{path}"

    def redirect(self, path: str, place: str) -> str:
        """Add a redirect; returns its address."""
        self.pages[path] = (302, {"Location": place}, b"")
        return f"{self.url}{path}"


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    """Serve on a free loopback port until the block ends."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        do_POST = do_DELETE = do_GET

        def _reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            site.asked.append((self.command, self.path, body))
            missing: Reply = (404, {}, b"")
            status, headers, content = (
                site.answer(self.command, self.path, body)
                if site.answer
                else site.pages.get(self.path, missing)
            )
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.host = f"127.0.0.1:{server.server_port}"
    site.url = f"http://{site.host}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def model_says(data: Any) -> bytes:
    """The body of a finished answer of the service; text as it is, else as JSON."""
    text = data if isinstance(data, str) else json.dumps(data)
    return response_body([_message([{"type": "output_text", "text": text, "annotations": []}])])


def model_refuses() -> bytes:
    """The body of a refusal."""
    return response_body([_message([{"type": "refusal", "refusal": "I may not."}])])


def model_calls(name: str, arguments: dict[str, Any]) -> bytes:
    """The body of a call for a function."""
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": name,
        "arguments": json.dumps(arguments),
        "status": "completed",
    }
    return response_body([call])


def response_body(output: list[dict[str, Any]]) -> bytes:
    """A response object as the service sends it."""
    return json.dumps(
        {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "status": "completed",
            "model": "test-model",
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 1000,
                "input_tokens_details": {"cached_tokens": 100},
                "output_tokens": 200,
                "output_tokens_details": {"reasoning_tokens": 50},
                "total_tokens": 1200,
            },
        }
    ).encode()


def _message(content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }
