"""Settings that administrators change while the site runs: which there are, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import Setting, User
from accounts.services import audit
from inventory_site.core.errors import InvalidInput, NotFound

LOGGING, INVENTORY = "logging", "inventory"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class UnknownSetting(NotFound):
    """No setting of that category and key."""

    code = "SETTING_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Known:
    """A setting: its default (whose type values must have), and what it is for."""

    category: str
    key: str
    default: Any
    description: str
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The dotted key it is stored under."""
        return f"{self.category}.{self.key}"

    @property
    def kind(self) -> str:
        """The type's name on the wire."""
        return {bool: "boolean", int: "integer", str: "string"}[type(self.default)]


KNOWN = (
    Known(LOGGING, "log_level", "INFO", "Least level of the lines that are kept.", LEVELS),
    Known(LOGGING, "file_logging_enabled", True, "Lines go to a file."),
    Known(LOGGING, "database_logging_enabled", True, "Lines go to the system log."),
    Known(LOGGING, "json_logging_enabled", True, "Lines are JSON."),
    Known(LOGGING, "console_logging_enabled", True, "Lines go to the console."),
    Known(LOGGING, "max_file_size_mb", 10, "Size at which a file is put aside, in MB."),
    Known(LOGGING, "backup_count", 10, "Files that are kept."),
    Known(LOGGING, "retention_days", 30, "Days that lines of the system log are kept."),
    Known(
        INVENTORY,
        "inventory_source",
        "local",
        "What the list of devices over REST shows: the register, or what is known of NetBox.",
        ("local", "netbox"),
    ),
)


def inventory_source() -> str:
    """Return what the list of devices shows: `local` or `netbox`."""
    row = Setting.objects.filter(key=f"{INVENTORY}.inventory_source").first()
    return "local" if row is None else str(row.value)


def all_settings() -> dict[str, dict[str, dict[str, Any]]]:
    """Return `{category: {key: {value, type, description}}}`."""
    stored = dict(Setting.objects.values_list("key", "value"))
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for known in KNOWN:
        found.setdefault(known.category, {})[known.key] = {
            "value": stored.get(known.name, known.default),
            "type": known.kind,
            "description": known.description,
        }
    return found


def values_of(category: str) -> dict[str, Any]:
    """Return `{key: value}` of one category."""
    return {key: row["value"] for key, row in all_settings().get(category, {}).items()}


@transaction.atomic
def change_some(*, actor: User, category: str, values: Mapping[str, Any]) -> None:
    """Store those of a category's settings that are given, all or none; others are passed over."""
    for key in values_of(category):
        if key in values:
            change(actor=actor, category=category, key=key, value=values[key])


@transaction.atomic
def change(*, actor: User, category: str, key: str, value: Any) -> dict[str, Any]:
    """Store one value, or raise `UnknownSetting` or `InvalidInput` on a value of another type."""
    known = next((row for row in KNOWN if (row.category, row.key) == (category, key)), None)
    if known is None:
        raise UnknownSetting("Setting not found")
    if type(value) is not type(known.default):
        raise InvalidInput(fields={"value": [f"{key} must be of type {known.kind}."]})
    if isinstance(value, int) and not 0 <= value <= 100_000:
        raise InvalidInput(fields={"value": [f"{key} must be from 0 to 100000."]})
    if known.choices and value not in known.choices:
        raise InvalidInput(fields={"value": [f"{key} must be one of {', '.join(known.choices)}."]})
    before = values_of(category)[key]
    row, _ = Setting.objects.update_or_create(
        key=known.name, defaults={"value": value, "updated_by": actor}
    )
    if before != value:
        audit.record(actor, "setting.changed", row, before={key: before}, after={key: value})
    return all_settings()[category][key]
