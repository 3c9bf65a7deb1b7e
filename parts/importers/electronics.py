"""Reading the folder of the replaced parts inventory: JSON files and `types.txt`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILES = (
    "sellers",
    "boxes",
    "parts",
    "part_locations",
    "quantity_history",
    "kits",
    "kit_contents",
    "kit_pick_lists",
    "kit_pick_list_lines",
    "shopping_lists",
    "shopping_list_lines",
    "shopping_list_sellers",
    "kit_shopping_list_links",
)


class NotALegacyFolder(ValueError):
    """The folder does not hold what it should; the message names the file."""


@dataclass(frozen=True, slots=True)
class LegacyStock:
    """The rows of every file, as they stand there."""

    types: list[str] = field(default_factory=list)
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def read_folder(folder: Path) -> LegacyStock:
    """Return the rows of a folder; a missing file has none, `parts.json` must be there."""
    if not (folder / "parts.json").is_file():
        raise NotALegacyFolder(f"{folder} holds no parts.json.")
    return LegacyStock(_types(folder), {name: _rows(folder / f"{name}.json") for name in FILES})


def read_time(text: str | None) -> datetime | None:
    """Return a time; one without a zone is UTC."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _types(folder: Path) -> list[str]:
    path = folder / "types.txt"
    if not path.is_file():
        return []
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as err:
        raise NotALegacyFolder(f"{path.name} is not JSON.") from err
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotALegacyFolder(f"{path.name} is not a list of objects.")
    return rows
