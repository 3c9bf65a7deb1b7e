"""Fields of a part as they may be sent, cleaned one by one (contract 2.1, 4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from parts.choices.fabrication import PartKind, PartStatus, Stage
from parts.errors.fabrication import FieldRefused
from parts.fabrication import misc_info
from parts.fabrication.filenames import clean_name

MAX_LENGTHS = {
    "part_id": 100,
    "type": 50,
    "name": 200,
    "material": 200,
    "material_thickness": 50,
    "subsystem": 100,
    "assigned": 100,
    "status": 50,
    "notes": 20_000,
    "file": 200,
    "onshape_url": 500,
    "category": 20,
}
SPELLINGS = {
    "partId": "part_id",
    "materialThickness": "material_thickness",
    "miscInfo": "misc_info",
    "onshapeUrl": "onshape_url",
    "claimedDate": "claimed_date",
    "dueDate": "due_date",
    "machineId": "machine_id",
}
CONTRACT_FIELDS = (
    "type",
    "name",
    "material",
    "material_thickness",
    "subsystem",
    "assigned",
    "status",
    "misc_info",
    "notes",
    "file",
    "onshape_url",
    "claimed_date",
    "category",
    "amount",
    "part_id",
    "due_date",
    "priority",
    "machine_id",
)
MAX_AMOUNT = 1_000_000
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
UNSAFE_IN_URL = re.compile(r"[\"'<>`\\\s]")


def spelled(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known keys in snake case; of two spellings the camel-case one wins."""
    found = {key: value for key, value in body.items() if key in CONTRACT_FIELDS}
    for camel, snake in SPELLINGS.items():
        if camel in body:
            found[snake] = body[camel]
    return found


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean each field that is given, in the order of the contract; raises `FieldRefused`."""
    return {name: CLEANERS[name](values[name]) for name in CONTRACT_FIELDS if name in values}


def require(values: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse the first of the named fields that is missing or blank."""
    for name in (SPELLINGS.get(name, name) for name in names):
        value = values.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise FieldRefused(name, f"{title_of(name)} is required")


def title_of(name: str) -> str:
    """Return the name of a field as its sentence begins."""
    return {"part_id": "Part ID"}.get(name, name.replace("_", " ").capitalize())


def text(name: str, value: Any) -> str | None:
    """Return a trimmed text; numbers become text, other kinds are refused."""
    if value is None:
        return None
    if isinstance(value, (bool, list, dict)):
        raise FieldRefused(name, f"{name} must be a string")
    found = str(value).replace("\x00", "").strip()
    longest = MAX_LENGTHS[name]
    if len(found) > longest:
        raise FieldRefused(name, f"{name} exceeds maximum length of {longest} characters")
    return found


def kind(value: Any) -> str | None:
    """Clean `type`."""
    found = text("type", value)
    if not found:
        return None
    if found.lower() not in PartKind.values:
        raise FieldRefused("type", "type must be 'cnc', 'hand' or 'misc'")
    return found.lower()


def stage(value: Any) -> str | None:
    """Clean `category`; None leaves it as it is."""
    found = text("category", value)
    if found and found not in Stage.values:
        raise FieldRefused("category", f"category must be one of: {', '.join(Stage.values)}")
    return found or None


def status(value: Any) -> str | None:
    """Clean `status`; None leaves it as it is."""
    found = text("status", value)
    if found and found not in PartStatus.values:
        raise FieldRefused("status", f"status must be one of: {', '.join(PartStatus.values)}")
    return found or None


def url(value: Any) -> str | None:
    """Clean the CAD link: blank, `#`, or http(s) with a host, without what breaks out of markup."""
    found = text("onshape_url", value)
    if not found or found == "#":
        return found
    refusal = FieldRefused("onshape_url", "onshape_url must be a valid URL")
    safe = UNSAFE_IN_URL.sub(lambda match: quote(match.group(), safe=""), found)
    try:
        parts = urlsplit(safe)
        host = parts.hostname
    except ValueError as err:
        raise refusal from err
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise refusal
    if len(safe) > MAX_LENGTHS["onshape_url"]:
        raise FieldRefused("onshape_url", "onshape_url exceeds maximum length of 500 characters")
    return safe


def amount(value: Any) -> int:
    """Clean `amount`; nothing counts as 1."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return 1
    number = whole(value)
    if number is None:
        raise FieldRefused("amount", "Amount must be a number")
    if number <= 0:
        raise FieldRefused("amount", "Amount must be greater than 0")
    if number > MAX_AMOUNT:
        raise FieldRefused("amount", f"Amount must be at most {MAX_AMOUNT}")
    return number


def whole(value: Any) -> int | None:
    """Return a whole number that was sent as one or as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        return int(value)
    return None


def claimed_date(value: Any) -> Any:
    """Clean `claimed_date`: null or ISO 8601."""
    if value is None:
        return None
    found = misc_info.read_time(value)
    if found is None:
        raise FieldRefused("claimed_date", "claimed_date must be an ISO 8601 date")
    return found


def due_date(value: Any) -> date | None:
    """Clean `due_date`: null, blank or `YYYY-MM-DD`."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as err:
        raise FieldRefused("due_date", "due_date must be a date (YYYY-MM-DD)") from err


def priority(value: Any) -> int:
    """Clean `priority`: 1 (urgent) to 5, 3 when nothing is sent."""
    if value is None or value == "":
        return 3
    number = whole(value)
    if number is None or not 1 <= number <= 5:
        raise FieldRefused("priority", "priority must be a whole number from 1 to 5")
    return number


def machine_id(value: Any) -> int | None:
    """Clean `machine_id`: null or the number of a machine."""
    if value is None or value == "":
        return None
    number = whole(value)
    if number is None or not 0 < number < 2**63:
        raise FieldRefused("machine_id", "machine_id must be the id of a machine")
    return number


def file_name(value: Any) -> str | None:
    """Clean `file`, a label; None when nothing usable is left."""
    if value is None or isinstance(value, (bool, list, dict)):
        return text("file", value)
    found = str(value).strip()
    text("file", found)
    return clean_name(found.replace("\x00", "")) or None


def _plain(name: str) -> Callable[[Any], str | None]:
    return lambda value: text(name, value)


CLEANERS: dict[str, Callable[[Any], Any]] = {
    **{
        name: _plain(name)
        for name in (
            "name",
            "material",
            "material_thickness",
            "subsystem",
            "assigned",
            "notes",
            "part_id",
        )
    },
    "type": kind,
    "status": status,
    "category": stage,
    "misc_info": misc_info.cleaned,
    "file": file_name,
    "onshape_url": url,
    "claimed_date": claimed_date,
    "amount": amount,
    "due_date": due_date,
    "priority": priority,
    "machine_id": machine_id,
}
