"""What a binary glTF 2.0 file says of itself (Khronos glTF 2.0, chapter 4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

HEADER = struct.Struct("<4sII")
CHUNK = struct.Struct("<I4s")
MAGIC, VERSION, JSON_KIND = b"glTF", 2, b"JSON"
MOST_JSON_BYTES = 64 * 1024 * 1024
TRIANGLES = 4


class NotAModel(Exception):
    """The file is no complete GLB with at least one triangle."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Size in bytes and triangles over all meshes."""

    size: int
    triangles: int


def summary_of(path: Path) -> Summary:
    """Check magic, version, length and content; raise `NotAModel`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEADER.size + CHUNK.size)
        if len(head) < HEADER.size + CHUNK.size:
            raise NotAModel("too short")
        magic, version, length = HEADER.unpack_from(head)
        json_bytes, kind = CHUNK.unpack_from(head, HEADER.size)
        if magic != MAGIC or version != VERSION or length != size or kind != JSON_KIND:
            raise NotAModel("no GLB 2")
        if json_bytes > min(size, MOST_JSON_BYTES):
            raise NotAModel("odd JSON chunk")
        document = _document(file.read(json_bytes))
    triangles = triangles_of(document)
    if not triangles:
        raise NotAModel("no triangle")
    return Summary(size, triangles)


def triangles_of(document: dict[str, Any]) -> int:
    """Count the triangles of every mesh that a node shows."""
    accessors, meshes = document.get("accessors", []), document.get("meshes", [])
    total = 0
    try:
        for node in document.get("nodes", []):
            if "mesh" not in node:
                continue
            for primitive in meshes[node["mesh"]]["primitives"]:
                if primitive.get("mode", TRIANGLES) == TRIANGLES:
                    which = primitive.get("indices", primitive["attributes"]["POSITION"])
                    total += int(accessors[which]["count"]) // 3
    except (KeyError, IndexError, TypeError, ValueError) as err:
        raise NotAModel("odd structure") from err
    return total


def _document(text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as err:
        raise NotAModel("odd JSON") from err
    if not isinstance(found, dict):
        raise NotAModel("odd JSON")
    return found
