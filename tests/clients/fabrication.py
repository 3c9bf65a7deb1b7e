"""A caller of the fabrication surface, as its front ends call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

KEY = "shop-key-for-tests"
SAMPLES = Path(__file__).resolve().parents[1] / "parts" / "data" / "step"


class Shop:
    """Sends JSON with the shared key; answers are Django's."""

    def __init__(self, key: str | None = KEY) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"X-API-Key": key} if key else {}

    def get(self, path: str = "", **query: Any) -> Any:
        """GET below `/api/parts/`."""
        return self.client.get(f"/api/parts/{path}", query, headers=self.headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON; text goes as it is, None sends no body."""
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.client.generic(
            method,
            f"/api/parts/{path}",
            b"" if body is None else text,
            content_type="application/json",
            headers={**self.headers, **headers},
        )

    def post(self, path: str = "", body: Any = None, **headers: str) -> Any:
        """POST."""
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        """PUT."""
        return self.send("PUT", path, body, **headers)

    def made(self, **body: Any) -> dict[str, Any]:
        """Submit a part; returns it."""
        answer = self.post("", {"name": "Plate", **body})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def upload(self, part_id: int, name: str, content: bytes, field: str = "file") -> Any:
        """Upload a file."""
        form = {field: SimpleUploadedFile(name, content)}
        return self.client.post(f"/api/parts/{part_id}/upload", form, headers=self.headers)

    def sample(self, part_id: int, name: str, as_name: str = "") -> Any:
        """Upload one of the samples."""
        return self.upload(part_id, as_name or name, (SAMPLES / name).read_bytes())


def body_of(answer: Any) -> bytes:
    """All bytes of an answer, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
