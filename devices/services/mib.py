"""MIB profiles as data: what a vendor's devices can be asked, changed by people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction

from accounts.services import audit
from devices import policy
from devices.errors import Invalid, Missing, Refused
from devices.executors.snmp_codec import parse_oid
from devices.models import (
    EnumMapping,
    MibProfile,
    OidGroup,
    OidMapping,
    PollType,
    PollTypeGroup,
)
from devices.services.polling import BUILT_IN
from devices.values import wanted_id
from inventory_site.core.locks import guarded, lock


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource: its table, the fields that people set, those that must be there."""

    word: str
    model: type[models.Model]
    fields: tuple[str, ...]
    required: tuple[str, ...]
    oids: tuple[str, ...] = ()
    parents: Mapping[str, type[models.Model]] = field(default_factory=dict)
    unique: str = "name"


KINDS: dict[str, Kind] = {
    "profiles": Kind(
        "Profile",
        MibProfile,
        ("name", "vendor", "description", "enterprise_oid"),
        ("name", "vendor"),
        ("enterprise_oid",),
    ),
    "groups": Kind(
        "OID group",
        OidGroup,
        ("profile_id", "name", "base_oid", "mib_name", "is_table"),
        ("profile_id", "name"),
        ("base_oid",),
        {"profile_id": MibProfile},
    ),
    "mappings": Kind(
        "OID mapping",
        OidMapping,
        (
            "group_id",
            "name",
            "oid",
            "mib_object_name",
            "data_type",
            "transform",
            "unit",
            "is_index",
        ),
        ("group_id", "name", "oid"),
        ("oid",),
        {"group_id": OidGroup},
    ),
    "enums": Kind(
        "Enum mapping",
        EnumMapping,
        ("mapping_id", "int_value", "string_value", "severity"),
        ("mapping_id", "int_value", "string_value"),
        (),
        {"mapping_id": OidMapping},
        "int_value",
    ),
    "poll-types": Kind(
        "Poll type",
        PollType,
        ("name", "display_name", "profile_id", "target_table", "enabled"),
        ("name", "profile_id"),
        (),
        {"profile_id": MibProfile},
    ),
}


def shown(kind: Kind, row: Any) -> dict[str, Any]:
    """Return a row as the API shows it."""
    data = {"id": row.pk, **{name: getattr(row, name) for name in kind.fields}}
    if isinstance(row, PollType):
        links = row.polltypegroup_set.order_by("poll_order", "pk")
        data["group_ids"] = list(links.values_list("group_id", flat=True))
    return data


def find(kind: Kind, pk: int) -> Any:
    """Return a row, or raise `Missing`."""
    row = kind.model._default_manager.filter(pk=pk).first()
    if row is None:
        raise Missing(kind.word, pk)
    return row


def create(kind: Kind, *, actor: Any, body: Mapping[str, Any]) -> Any:
    """Make a row; raises `Invalid`, and `Refused` (`DUPLICATE`)."""
    policy.require(actor, policy.SETTINGS_EDIT)
    for name in kind.required:
        if body.get(name) in (None, ""):
            raise Invalid(name, f"'{name}' is required")
    with guarded():
        row = _stored(kind, kind.model(), body)
        audit.record(actor, f"{_slug(kind)}.created", row, after={"name": str(row)})
    return row


def update(kind: Kind, pk: int, *, actor: Any, body: Mapping[str, Any]) -> Any:
    """Change the fields given; an empty body is refused."""
    policy.require(actor, policy.SETTINGS_EDIT)
    known = {*kind.fields, *({"group_ids"} if kind.model is PollType else ())}
    if not set(body) & known:
        raise Refused("VALIDATION_ERROR", "No fields to update")
    with guarded():
        find(kind, pk)
        row = _stored(kind, lock(kind.model._default_manager.filter(pk=pk)).get(), body)
        changed = sorted(set(body) & known)
        audit.record(actor, f"{_slug(kind)}.updated", row, after={"fields": changed})
    return row


def delete(kind: Kind, pk: int, *, actor: Any) -> None:
    """Remove a row and what hangs below it."""
    policy.require(actor, policy.SETTINGS_EDIT)
    with guarded():
        row = find(kind, pk)
        audit.record(actor, f"{_slug(kind)}.deleted", row, before={"name": str(row)})
        row.delete()


def _slug(kind: Kind) -> str:
    return f"mib.{kind.word.lower().replace(' ', '_')}"


def _stored(kind: Kind, row: Any, body: Mapping[str, Any]) -> Any:
    for name in kind.fields:
        if name in body:
            setattr(row, name, _value(kind, row, name, body[name]))
    row.full_clean(validate_unique=False, validate_constraints=False)
    taken = Refused("DUPLICATE", f"{kind.word} {row} exists already", 409, field=kind.unique)
    if isinstance(row, PollType) and row.name in BUILT_IN:
        raise taken
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as err:
        raise taken from err
    if isinstance(row, PollType):
        if "group_ids" in body:
            _set_groups(row, body["group_ids"])
        elif row.groups.exclude(profile_id=row.profile_id).exists():
            raise Invalid("profile_id", "The groups of this poll type belong to another profile")
    return row


def _value(kind: Kind, row: Any, name: str, value: Any) -> Any:
    if name in kind.parents:
        return _parent(kind.parents[name], name, value)
    column = row._meta.get_field(name)
    if isinstance(column, models.BooleanField):
        if not isinstance(value, bool):
            raise Invalid(name, f"{name} must be true or false")
        return value
    if isinstance(column, models.IntegerField):
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
            raise Invalid(name, f"{name} must be a whole number")
        return value
    if value is not None and not isinstance(value, str):
        raise Invalid(name, f"{name} must be a text")
    text = (value or "").strip()
    if name in kind.oids and text:
        try:
            parse_oid(text)
        except ValueError as err:
            raise Invalid(name, f"{name} must be a numeric OID such as 1.3.6.1.2.1") from err
        text = text.lstrip(".")
    return text


def _parent(model: type[models.Model], name: str, value: Any) -> int:
    number = wanted_id(value, name)
    if not model._default_manager.filter(pk=number).exists():
        raise Invalid(name, f"there is no {name.removesuffix('s').removesuffix('_id')} {number}")
    return number


def _set_groups(row: PollType, sent: Any) -> None:
    if not isinstance(sent, list):
        raise Invalid("group_ids", "group_ids must be a list")
    wanted = list(dict.fromkeys(_parent(OidGroup, "group_ids", one) for one in sent))
    strange = OidGroup.objects.filter(pk__in=wanted).exclude(profile_id=row.profile_id).first()
    if strange is not None:
        raise Invalid("group_ids", f"group {strange.pk} belongs to another profile")
    row.polltypegroup_set.all().delete()
    PollTypeGroup.objects.bulk_create(
        [
            PollTypeGroup(poll_type=row, group_id=pk, poll_order=order)
            for order, pk in enumerate(wanted)
        ]
    )
