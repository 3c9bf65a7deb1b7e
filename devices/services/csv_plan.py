"""What the rows of a CSV of devices make and change: worked out in memory, then written at once."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from accounts.services import audit
from devices.addresses import chunks, normal_ip
from devices.choices import DeviceCategory, HistoryAction
from devices.errors import AddressTaken, Invalid
from devices.models import Device, DeviceHistory, ManagementAddress
from devices.services import bulk_rows, renumbering
from devices.services.device_fields import FIELDS, apply, check_unique, snapshot
from devices.services.device_picture import BATCH, HELD, Arrival, Group, Picture
from devices.services.device_picture import RELATED as NAMED
from devices.services.inventory import history_row, person
from inventory_site.core.whole import whole_number

LAST_ID, MOST = 2**31 - 1, 1_000_000  # made-up types, makers and sites count down from here


@dataclass(frozen=True, slots=True)
class Step:
    """One device as a row leaves it; `before` is None for a new one."""

    device: Device
    before: dict[str, Any] | None
    after: dict[str, Any]
    is_moved: bool = False  # with its group, to another address


@dataclass(slots=True)
class Plan:
    """Takes rows one after the other; `hold` locks what they touch at once.

    A plan made without may be written once `is_current` has said yes.
    """

    rows: list[dict[str, str]]
    actor: Any
    hold: bool = False
    steps: list[Step] = field(default_factory=list)
    _ids: dict[str, dict[str, int]] = field(init=False)
    _picture: Picture = field(init=False)
    _arrivals: dict[int, Arrival] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = self._named()
        wanted = {name: self._cells(name) for name in ("name", *HELD)}
        ips = {ip for text in self._cells("mgmt_ip") if (ip := normal_ip(text))}
        self._picture = Picture(wanted, ips, hold=self.hold)

    def take(self, number: int, row: dict[str, str]) -> tuple[Device | None, Step]:
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
            self._note_arrival(known, device, number)
            if known is not None:
                self._keep_together(known, device)
                device.version += 1
                device.updated_by = person(self.actor)
            self._picture.put(device)
            self.steps.append(step)
        return known, step

    def _note_arrival(self, known: Device | None, device: Device, number: int) -> None:
        """Note a device that comes to an address where another (type, name) still is."""
        groups = {(one.device_type_id, one.name) for one in (known, device) if one is not None}
        is_new = device.ip and (known is None or known.ip != device.ip)
        if is_new and self._picture.others_at(device, groups):
            self._arrivals[number] = device.pk, device.ip or "", groups

    def clashes(self, refused: Iterable[int]) -> dict[int, AddressTaken]:
        """Return the rows, by their number, whose address is another's after the last row too.

        Not where the other's own row was `refused`: that one might have taken it away.
        """
        awaited = {self._named_by(self.rows[number - 2]) for number in refused}
        return {
            number: AddressTaken(ip)
            for number, (pk, ip, groups) in self._arrivals.items()
            if self._picture.clash((pk, ip, {*groups, *awaited}))
        }

    def _named_by(self, row: dict[str, str]) -> Group:
        return self._ids["device_type"].get(row["device_type"].strip(), 0), row["name"].strip()

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

    def _named(self) -> dict[str, dict[str, int]]:
        """Return the ids of the names in each column; they are made up for those not known yet."""
        ids: dict[str, dict[str, int]] = {}
        for column, model in NAMED.items():
            names = sorted(one for one in self._cells(column) if len(one) <= _longest(column))
            found = _ids_of(model, "name", names)
            unknown = (name for name in names if name not in found)
            ids[column] = found | {name: LAST_ID - at for at, name in enumerate(unknown)}
        return ids

    def _cells(self, column: str) -> set[str]:
        return {cell for row in self.rows if (cell := row.get(column, "").strip())}

    def is_current(self) -> bool:
        """Whether the register is as the plan found it; locks what it touches."""
        return self._named() == self._ids and self._picture.is_current()

    def write(self) -> None:
        """Store every step with its history and audit entry; only within `guarded`.

        What was there is changed first, step by step, so that a new device finds free what its
        row found free.
        """
        self._make_names()
        self._make_addresses()
        stored = (step for step in self.steps if step.device.pk > 0)
        bulk_rows.update((step.device, _changed(step)) for step in stored)
        self._insert()
        renumbering.take_along(self._ends(), actor=self.actor)
        bulk_rows.insert(list(self._history()))
        told = [step for step in self.steps if not step.is_moved]
        for verb, is_new in (("device.created", True), ("device.updated", False)):
            facts = [
                audit.Fact(step.device, before=step.before, after=step.after)
                for step in told
                if (step.before is None) is is_new
            ]
            audit.record_bulk(self.actor, verb, facts)

    def _make_names(self) -> None:
        """Make the types, makers and sites that are new; put their ids for those made up."""
        for column, model in NAMED.items():
            made_up = {pk: name for name, pk in self._ids[column].items() if pk > LAST_ID - MOST}
            extra = {"category": DeviceCategory.INFRA} if column == "device_type" else {}
            bulk_rows.insert([model(name=name, **extra) for name in made_up.values()])
            ids, wire = _ids_of(model, "name", sorted(made_up.values())), f"{column}_id"
            for step in self.steps:
                if getattr(step.device, wire) in made_up:
                    setattr(step.device, wire, ids[made_up[getattr(step.device, wire)]])
                for told in filter(None, (step.before, step.after)):
                    if told.get(wire) in made_up:
                        told[wire] = ids[made_up[told[wire]]]

    def _make_addresses(self) -> None:
        new = {address.ip: address for address in self._picture.new_addresses()}
        bulk_rows.insert(list(new.values()))
        for ip, pk in _ids_of(ManagementAddress, "ip", sorted(new)).items():
            new[ip].pk = pk
        for step in self.steps:
            step.device.address = step.device.address  # takes the id that it has by now

    def _insert(self) -> None:
        """Store new devices as their last rows leave them; their steps get their ids."""
        steps = [(step.device, step.device.pk) for step in self.steps if step.device.pk < 0]
        last = {number: device for device, number in steps}
        keys = {number: _key(device) for number, device in last.items()}
        for device in last.values():
            device.pk = None
        bulk_rows.insert(list(last.values()))
        ids: dict[Any, int] = {}
        types = {device.device_type_id for device in last.values()}
        for some in chunks(sorted({device.name for device in last.values()}), BATCH):
            rows = Device.objects.filter(device_type__in=types, name__in=some)
            for pk, kind, name, port in rows.values_list(
                "pk", "device_type_id", "name", "polatis_name"
            ):
                ids[(kind, name, port or "")] = pk
        for device, number in steps:
            device.pk = ids[keys[number]]

    def _ends(self) -> dict[int, tuple[Any, Any]]:
        """Return the address each device had before all steps, and its one after them."""
        ends: dict[int, tuple[Any, Any]] = {}
        for step in self.steps:
            old, new = (step.before or {}).get("mgmt_ip"), step.after["mgmt_ip"]
            ends[step.device.pk] = ends.get(step.device.pk, (old, new))[0], new
        return ends

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


def _changed(step: Step) -> tuple[str, ...]:
    """Return the attributes that a step sets."""
    before = step.before or {}
    wires = [wire for wire in before if before[wire] != step.after[wire]]
    named = ("address" if wire == "mgmt_ip" else FIELDS[wire] for wire in wires)
    return (*named, "version", "updated_by", "updated_at")


def _key(device: Device) -> tuple[int, str, str]:
    return device.device_type_id, device.name, device.polatis_name or ""


def _ids_of(model: Any, field: str, values: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(values, BATCH):
        found |= model.objects.filter(**{f"{field}__in": some}).values_list(field, "pk")
    return found


def _longest(column: str) -> int:
    return int(NAMED[column]._meta.get_field("name").max_length)
