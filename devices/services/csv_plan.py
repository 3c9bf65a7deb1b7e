"""What the rows of a CSV of devices make and change: worked out in memory, then written at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from accounts.services import audit
from devices.addresses import chunks, normal_ip
from devices.choices import DeviceCategory, HistoryAction
from devices.errors import Invalid
from devices.models import Device, DeviceHistory, DeviceType, Manufacturer, Site
from devices.services.device_fields import apply, check_unique, snapshot
from devices.services.device_picture import BATCH, HELD, Picture
from devices.services.inventory import history_row, person
from inventory_site.core.whole import whole_number

NAMED: dict[str, Any] = {"device_type": DeviceType, "manufacturer": Manufacturer, "site": Site}
LAST_ID = 2**31 - 1  # types, makers and sites of a dry run count down from here


@dataclass(frozen=True, slots=True)
class Step:
    """One device as a row leaves it; `before` is None for a new one."""

    device: Device
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    is_moved: bool = False  # with its group, to another address


@dataclass(slots=True)
class Plan:
    """Takes rows one after the other; `hold` locks what they touch, so that it can be written."""

    rows: list[dict[str, str]]
    actor: Any
    hold: bool = False
    steps: list[Step] = field(default_factory=list)
    _ids: dict[str, dict[str, int]] = field(init=False)
    _picture: Picture = field(init=False)

    def __post_init__(self) -> None:
        self._ids = {column: self._named(column) for column in NAMED}
        wanted = {name: self._cells(name) for name in ("name", *HELD)}
        ips = {ip for text in self._cells("mgmt_ip") if (ip := normal_ip(text))}
        self._picture = Picture(wanted, ips, hold=self.hold)

    def take(self, row: dict[str, str]) -> tuple[Device | None, Step]:
        """Make or change a device as a row says; return it as it was, and the step."""
        values = self._values(row)
        known = self._match(values)
        if known is None:
            if not values.get("name"):
                raise Invalid("name", "name is required")
            device = Device(created_by=person(self.actor), updated_by=person(self.actor))
            device.pk = -1 - len(self.steps)
        else:
            device = _copy(known)
        before = None if known is None else snapshot(known)
        apply(device, values, self._picture)
        step = Step(device, before, snapshot(device))
        if known is None or step.before != step.after:
            check_unique(device, self._picture)
            if known is not None:
                self._keep_together(known, device)
                device.version += 1
                device.updated_by = person(self.actor)
            self._picture.put(device)
            self.steps.append(step)
        return known, step

    def _keep_together(self, known: Device, device: Device) -> None:
        """Point the other rows of the (type, name) a device had at its new address, or at none."""
        if known.ip == device.ip:
            return
        for mate in list(self._picture.group((known.device_type_id, known.name))):
            if mate.pk == known.pk or mate.archived_at or mate.ip == device.ip:
                continue
            moved = _copy(mate)
            moved.address, moved.version = device.address, mate.version + 1
            moved.updated_by = person(self.actor)
            self._picture.put(moved)
            before, after = {"mgmt_ip": mate.ip}, {"mgmt_ip": device.ip}
            self.steps.append(Step(moved, before, after, is_moved=True))

    def _match(self, values: dict[str, Any]) -> Device | None:
        for name in HELD:
            found = self._picture.holder(name, values[name]) if values.get(name) else None
            if found is not None and found.archived_at is None:
                return found
        group = self._picture.group((values["device_type_id"], values.get("name") or ""))
        wanted = values.get("polatis_name") or ""
        twins = (one for one in group if (one.polatis_name or "") == wanted)
        return next((one for one in twins if one.archived_at is None), None)

    def _values(self, row: dict[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, text in row.items():
            cell = text.strip()
            if name in NAMED:
                values[f"{name}_id"] = self._id(name, cell)
            elif name == "u_position":
                values[name] = whole_number(cell)
                if cell and values[name] is None:
                    raise Invalid("u_position", "u_position must be a whole number")
            elif name == "status":
                values[name] = cell or "active"
            else:
                values[name] = (text if name == "notes" else cell) or None
        return values

    def _id(self, column: str, name: str) -> int | None:
        if not name:
            if column == "device_type":
                raise Invalid(column, f"{column} is required")
            return None
        if len(name) > _longest(column):
            raise Invalid(column, f"{column} may have {_longest(column)} characters at most")
        return self._ids[column][name]

    def _named(self, column: str) -> dict[str, int]:
        """Return the ids of the names in a column; those not known yet are made, or made up."""
        names = sorted(one for one in self._cells(column) if len(one) <= _longest(column))
        extra = {"category": DeviceCategory.INFRA} if column == "device_type" else {}
        rows = NAMED[column].objects
        found: dict[str, int] = {}
        for some in chunks(names, BATCH):
            if self.hold:
                made = [NAMED[column](name=name, **extra) for name in some]
                rows.bulk_create(made, ignore_conflicts=True)
            found |= dict(rows.filter(name__in=some).values_list("name", "pk"))
        unknown = (name for name in names if name not in found)
        return found | {name: LAST_ID - number for number, name in enumerate(unknown)}

    def _cells(self, column: str) -> set[str]:
        return {cell for row in self.rows if (cell := row.get(column, "").strip())}

    def write(self) -> None:
        """Store every step with its history and audit entry; only within `guarded`."""
        stored: dict[int, Device] = {}
        new: list[Device] = []
        for step in self.steps:
            if step.before is None:
                new.append(step.device)
                continue
            _insert(new, stored)
            _update(step.device, stored)
        _insert(new, stored)
        DeviceHistory.objects.bulk_create(self._history(), batch_size=BATCH)
        told = [step for step in self.steps if not step.is_moved]
        for verb, is_new in (("device.created", True), ("device.updated", False)):
            facts = [
                audit.Fact(step.device, before=step.before, after=step.after)
                for step in told
                if (step.before is None) is is_new
            ]
            audit.record_bulk(self.actor, verb, facts)

    def _history(self) -> Iterable[DeviceHistory]:
        for step in self.steps:
            device, before, after = step.device, step.before, step.after
            if before is None:
                note = f"Device created: {device.name}"
                yield history_row(device, self.actor, HistoryAction.CREATED, notes=note)
                continue
            for name in (one for one in before if before[one] != after[one]):
                told = {"field": name, "old": before[name], "new": after[name]}
                yield history_row(device, self.actor, HistoryAction.UPDATED, **told)


def _copy(device: Device) -> Device:
    """Return a device of its own: what changes of it leaves the first as it was."""
    copied = copy(device)
    copied._state = copy(device._state)
    copied._state.fields_cache = dict(device._state.fields_cache)
    return copied


def _insert(new: list[Device], stored: dict[int, Device]) -> None:
    """Store new devices under ids of their own; `stored` finds them by those of the plan."""
    for some in (new[start : start + BATCH] for start in range(0, len(new), BATCH)):
        numbers = [device.pk for device in some]
        for device in some:
            device.pk = None
        Device.objects.bulk_create(some)
        stored |= dict(zip(numbers, some, strict=True))
    new.clear()


def _update(device: Device, stored: dict[int, Device]) -> None:
    made = stored.get(device.pk)
    if made is not None:
        device.pk, device.created_at, device._state.adding = made.pk, made.created_at, False
    device.save(force_update=True)


def _longest(column: str) -> int:
    return int(NAMED[column]._meta.get_field("name").max_length)
