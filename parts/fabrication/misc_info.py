"""The free data of a part (contract 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from parts.errors.fabrication import FieldRefused

FIELD = "misc_info"
MAX_BYTES = 64 * 1024
WORKERS, LEGACY_WORKERS, COMPLETED_AT, VIEWS = (
    "handWorkers",
    "hand_workers",
    "completed_at",
    "views",
)
INCORRECT = "completedIncorrectly"
NOT_TRUE = {"", "no", "false", "0", "none", "null"}
Info = dict[str, Any]


def cleaned(value: Any) -> Info | None:
    """Return the object as it is stored, None for nothing; raises `FieldRefused`."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise FieldRefused(FIELD, "misc_info must be an object")
    found = {
        _text(key): _value(item) for key, item in value.items() if item is not None and key != VIEWS
    }
    if len(orjson.dumps(found)) > MAX_BYTES:
        raise FieldRefused(FIELD, "misc_info is too large")
    return found or None


def merged(stored: Info | None, incoming: Info | None) -> Info | None:
    """Return both, incoming keys first; what the server owns cannot be cut short."""
    both = {**(stored or {}), **(incoming or {})}
    return _guarded(stored or {}, both, incoming or {}) or None


def replaced(stored: Info | None, incoming: Info | None) -> Info | None:
    """Return the incoming object with what the server owns of the stored one."""
    return _guarded(stored or {}, dict(incoming or {}), incoming or {}) or None


def with_worker(stored: Info | None, name: str, at: datetime) -> Info:
    """Return the object with one more entry in the log of hands."""
    info = dict(stored or {})
    kept = workers_of(info)
    info.pop(LEGACY_WORKERS, None)
    info[WORKERS] = [*kept, {"name": name, "timestamp": at.isoformat()}]
    return info


def workers_of(info: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the readable entries of the log, older spelling included."""
    return [entry for entry in _log_of(info or {}) or [] if _is_entry(entry)]


def is_incorrect(info: Mapping[str, Any] | None) -> bool:
    """Whether a completed part is marked as made wrongly."""
    value = (info or {}).get(INCORRECT)
    if isinstance(value, str):
        return value.strip().lower() not in NOT_TRUE
    return bool(value)


def read_time(value: Any) -> datetime | None:
    """Read an ISO 8601 time, UTC where it names no zone; None when it is none."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None


def _guarded(stored: Info, result: Info, incoming: Info) -> Info:
    had, sent = _log_of(stored), _log_of(incoming)
    if had is not None and (sent is None or len(sent) < len(had)):
        result.pop(LEGACY_WORKERS, None)
        result[WORKERS] = had
    if COMPLETED_AT in result and read_time(incoming.get(COMPLETED_AT)) is None:
        result.pop(COMPLETED_AT)
    if COMPLETED_AT in stored and COMPLETED_AT not in result:
        result[COMPLETED_AT] = stored[COMPLETED_AT]
    return result


def _log_of(info: Mapping[str, Any]) -> list[Any] | None:
    """The log of hands as it lies there, older spelling included; None for none."""
    found = info.get(WORKERS, info.get(LEGACY_WORKERS))
    return found if isinstance(found, list) else None


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and bool(entry["name"].strip())
        and isinstance(entry.get("timestamp"), str)
    )


def _value(item: Any) -> Any:
    if isinstance(item, list):
        return [_item(entry) for entry in item if entry is not None]
    if isinstance(item, dict):
        return _inner(item)
    return _text(item)


def _item(entry: Any) -> Any:
    if isinstance(entry, (list, bool)):
        raise FieldRefused(FIELD, "misc_info list items must be string, number, or object")
    return _inner(entry) if isinstance(entry, dict) else _text(entry)


def _inner(item: Info) -> Info:
    if any(isinstance(value, (dict, list)) for value in item.values()):
        raise FieldRefused(FIELD, "misc_info object values must be string or number")
    return {_text(key): _text(value) for key, value in item.items() if value is not None}


def _text(value: Any) -> Any:
    """A text without null characters, which no database keeps; other values as they are."""
    return value.replace("\x00", "") if isinstance(value, str) else value
