"""A NetBox in memory: enforces the token, keeps objects by path, filters, pages, notes calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef"
NESTED = {
    "device_type": "/api/dcim/device-types/",
    "role": "/api/dcim/device-roles/",
    "site": "/api/dcim/sites/",
    "manufacturer": "/api/dcim/manufacturers/",
    "primary_ip4": "/api/ipam/ip-addresses/",
    "device": "/api/dcim/devices/",
}
DEVICES = "/api/dcim/devices/"
IS_PRIMARY = "Cannot reassign IP address while it is designated as the primary IP of its parent"
REQUIRED = {DEVICES: ("name", "device_type", "role", "site")}


@dataclass
class NetBox:
    """The stub's address, its objects and the calls it took (method, path)."""

    url: str = ""
    tables: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0

    def add(self, path: str, **values: Any) -> int:
        """Keep an object and return its id."""
        self.number += 1
        self.tables.setdefault(path, {})[self.number] = {"id": self.number, **values}
        return self.number

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return an object with what it points at, as NetBox nests it."""
        data = dict(row)
        for name, path in NESTED.items():
            if isinstance(data.get(name), int):
                data[name] = dict(self.tables.get(path, {}).get(data[name], {"id": data[name]}))
        if data.get("assigned_object_id"):
            port = self.tables["/api/dcim/interfaces/"][data["assigned_object_id"]]
            data["assigned_object"] = self.shown(port)
        if isinstance(data.get("status"), str):
            data["status"] = {"value": data["status"]}
        if isinstance(data.get("tags"), list):
            known = self.tables.get("/api/extras/tags/", {})
            data["tags"] = [known.get(tag, tag) for tag in data["tags"]]
        return data

    def found(self, path: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return the objects that a query means."""
        return [
            self.shown(row)
            for row in self.tables.get(path, {}).values()
            if all(_fits(row, key, values[0]) for key, values in query.items())
        ]


def _fits(row: dict[str, Any], key: str, value: str) -> bool:
    if key in {"limit", "offset", "contains"}:
        return key != "contains" or row.get("prefix", "").startswith(value.rpartition(".")[0])
    if key == "name__ie":
        return str(row.get("name", "")).lower() == value.lower()
    if key == "address":
        return str(row.get("address", "")).partition("/")[0] == value.partition("/")[0]
    if key == "primary_ip4_id":
        return str(row.get("primary_ip4")) == value
    if key == "device_id":
        return str(row.get("device")) == value
    return str(row.get(key, "")) == value


@contextmanager
def netbox() -> Iterator[NetBox]:
    """Run the stub on a free port."""
    box = NetBox()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            split = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"null")
            box.calls.append((self.command, split.path))
            if self.headers.get("Authorization") != f"Token {TOKEN}":
                self._send(403, {"detail": "Invalid token"})
            else:
                self._send(*_answer(box, self.command, split.path, parse_qs(split.query), body))

        do_GET = do_POST = do_PATCH = do_DELETE = _do

        def _send(self, status: int, body: Any) -> None:
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()


def _answer(
    box: NetBox, method: str, path: str, query: dict[str, list[str]], body: Any
) -> tuple[int, Any]:
    if path == "/api/status/":
        return 200, {"netbox-version": "4.1.0", "python-version": "3.12.3"}
    head, _, tail = path.rstrip("/").rpartition("/")
    if tail.isdigit():
        rows = box.tables.get(f"{head}/", {})
        if int(tail) not in rows:
            return 404, {"detail": "Not found."}
        if method == "PATCH":
            own = [row.get("primary_ip4") for row in box.tables.get(DEVICES, {}).values()]
            if "assigned_object_id" in body and int(tail) in own:
                return 400, {"assigned_object": [IS_PRIMARY]}
            rows[int(tail)].update(body)
        if method == "DELETE":
            del rows[int(tail)]
            return 204, None
        return 200, box.shown(rows[int(tail)])
    if method == "POST":
        missing = [name for name in REQUIRED.get(path, ()) if not body.get(name)]
        if missing:
            return 400, {name: ["This field is required."] for name in missing}
        made = box.add(path, **body)
        return 201, box.shown(box.tables[path][made])
    rows_ = box.found(path, query)
    limit, offset = (int(query.get(name, [d])[0]) for name, d in (("limit", "50"), ("offset", "0")))
    page = rows_[offset : offset + limit]
    more = f"{box.url}{path}?offset={offset + limit}" if offset + limit < len(rows_) else None
    return 200, {"count": len(rows_), "next": more, "previous": None, "results": page}
