"""What NetBox has of the sites, roles and types that a device of the register can stand under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.models import Device
from devices.services import netbox_settings
from devices.services.netbox_client import NetBoxFailed, is_id
from devices.services.netbox_devices import LISTS

PAGE = 1000  # what NetBox answers at once at most, so that its longest lists come in few calls
SOURCES = {"site": "sites", "role": "device-roles", "model": "device-types"}
FIELDS = {"site": "site", "role": "role", "model": "device_type"}  # NetBox's words for ours
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """One object of NetBox's that a new device is to stand under."""

    field: str
    pk: int
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """NetBox's lists, each by its names and slugs in small letters, and the settings' defaults."""

    lists: Mapping[str, Mapping[str, Sequence[Row]]]
    defaults: Mapping[str, Any]

    def of(self, device: Device) -> dict[str, Choice]:
        """Return what a device gets: its own by name or slug, else the default, if there is one."""
        own = {
            "site": [device.site.name if device.site else ""],
            "role": [device.role],
            "model": [device.hardware_model or "", device.device_type.name],
        }
        maker = device.manufacturer.name if device.manufacturer else ""
        found = {name: self._choice(name, words, maker) for name, words in own.items()}
        return {name: choice for name, choice in found.items() if choice}

    def _choice(self, name: str, words: Sequence[str], maker: str) -> Choice | None:
        for word in words:
            rows = self.lists[name].get(_key(word), ()) if word else ()
            if rows:
                row = next((row for row in rows if _made_by(row, maker)), rows[0])
                return Choice(FIELDS[name], row["id"], _name(row), is_default=False)
        pk = self.defaults[f"default_{FIELDS[name]}_id"]
        if pk is None:
            return None
        rows = [row for held in self.lists[name].values() for row in held if row["id"] == pk]
        return Choice(FIELDS[name], pk, _name(rows[0]) if rows else f"#{pk}", is_default=True)


def read() -> Choices:
    """Ask NetBox for its lists within 6 s; raises `RemoteFailed`."""
    client = netbox_settings.client(is_quick=True)
    try:
        lists = {
            name: _indexed(client.all(LISTS[source], limit=PAGE))
            for name, source in SOURCES.items()
        }
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err
    return Choices(lists, netbox_settings.shown())


def _indexed(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return objects by name and by slug; who has the name comes before who has the slug."""
    found: dict[str, list[Row]] = {}
    named = [(_name(row), row) for row in rows]
    for word, row in [*named, *((str(row.get("slug") or ""), row) for row in rows)]:
        if word and is_id(row.get("id")):
            found.setdefault(_key(word), []).append(row)
    return found


def _name(row: Row) -> str:
    return str(row.get("name") or row.get("model") or "")


def _key(word: str) -> str:
    return word.strip().casefold()


def _made_by(row: Row, maker: str) -> bool:
    made = row.get("manufacturer")
    return isinstance(made, Mapping) and _key(str(made.get("name") or "")) == _key(maker)
