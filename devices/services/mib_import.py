"""MIB texts: read, and taken in as a profile's groups, columns and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.services import audit
from devices import policy
from devices.errors import Invalid
from devices.executors.snmp import row_dict
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import EnumMapping, MibProfile, OidGroup, OidMapping
from devices.parsers.mib_text import MAX_TEXT, MibObject, module_name, parse_mib
from devices.services import live_snmp, mib
from devices.values import wanted_id
from inventory_site.core.locks import guarded

COUNTERS = {"Counter32": "counter32", "Counter": "counter32", "Counter64": "counter64"}
SCALARS = "scalars"


def read_text(body: Mapping[str, Any], file: Any = None) -> tuple[str, str]:
    """Return a MIB's text and its module's name, from a file or `{content, mib_name}`."""
    if file is not None:
        raw = file.read(MAX_TEXT + 1)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    else:
        content = body.get("content")
    if not isinstance(content, str) or not content.strip():
        raise Invalid("content", "content, or a file, is required")
    if len(content) > MAX_TEXT:
        raise Invalid("content", f"content may have {MAX_TEXT} characters at most")
    name = body.get("mib_name")
    return content, name if isinstance(name, str) and name else module_name(content)


def object_shown(item: MibObject) -> dict[str, Any]:
    """Return an object as the API shows it."""
    return {
        "name": item.name,
        "oid": item.oid,
        "kind": item.kind,
        "syntax": item.syntax,
        "access": item.access,
        "status": item.status,
        "description": item.description,
        "is_table": item.is_table,
        "enums": {str(number): word for number, word in item.enums.items()},
    }


def parse(body: Mapping[str, Any], file: Any = None) -> dict[str, Any]:
    """Return the objects of a MIB text."""
    content, name = read_text(body, file)
    found = parse_mib(content)
    if not found:
        raise Invalid("content", "The text holds no object of a MIB")
    return {
        "mib_name": name,
        "objects": [object_shown(item) for item in found],
        "count": len(found),
        "unresolved": [item.name for item in found if item.oid is None],
    }


def import_mib(*, actor: Any, body: Mapping[str, Any], file: Any = None) -> dict[str, Any]:
    """Take a module in: a group per table, one for scalars; what is there already stays.

    Goes into `profile_id`, or into a new profile of `name` (the module's by default) and `vendor`.
    """
    policy.require(actor, policy.SETTINGS_EDIT)
    content, name = read_text(body, file)
    found = parse_mib(content)
    groups = _grouped(found)
    if not groups:
        raise Invalid("content", "The text holds no readable object with a known OID")
    with guarded():
        profile = _profile(actor, body, name)
        counts = {"groups": 0, "mappings": 0, "enums": 0}
        for title, (base, columns) in groups.items():
            group, made = OidGroup.objects.get_or_create(
                profile=profile,
                name=title[:100],
                defaults={"base_oid": base, "mib_name": name[:100], "is_table": title != SCALARS},
            )
            counts["groups"] += made
            for column in columns:
                _add_mapping(group, column, counts)
        audit.record(actor, "mib.imported", profile, after={"mib": name, **counts})
    return {"profile_id": profile.pk, "profile": profile.name, "mib_name": name, **counts}


def _profile(actor: Any, body: Mapping[str, Any], name: str) -> MibProfile:
    if body.get("profile_id"):
        return mib.find(mib.KINDS["profiles"], wanted_id(body["profile_id"], "profile_id"))
    wanted = {"name": body.get("name") or name, "vendor": body.get("vendor") or "Unknown"}
    return mib.create(mib.KINDS["profiles"], actor=actor, body=wanted)


def _grouped(found: Sequence[MibObject]) -> dict[str, tuple[str, list[MibObject]]]:
    by_name = {item.name: item for item in found}
    groups: dict[str, tuple[str, list[MibObject]]] = {}
    for item in found:
        if item.kind != "OBJECT-TYPE" or not item.oid or item.access in {"", "not-accessible"}:
            continue
        row = by_name.get(item.parent)
        table = by_name.get(row.parent) if row is not None else None
        if table is not None and table.is_table and table.oid:
            groups.setdefault(table.name, (table.oid, []))[1].append(item)
        else:
            groups.setdefault(SCALARS, ("", []))[1].append(item)
    return groups


def _add_mapping(group: OidGroup, item: MibObject, counts: dict[str, int]) -> None:
    kind = item.syntax.split(" ")[0].split("(")[0].split("{")[0]
    mapping, made = OidMapping.objects.get_or_create(
        group=group,
        name=item.name[:100],
        defaults={
            "oid": item.oid or "",
            "mib_object_name": item.name[:100],
            "data_type": COUNTERS.get(kind, kind.lower() or "string")[:50],
        },
    )
    counts["mappings"] += made
    if not made:
        return
    words = [
        EnumMapping(mapping=mapping, int_value=number, string_value=word[:100])
        for number, word in item.enums.items()
    ]
    counts["enums"] += len(EnumMapping.objects.bulk_create(words))


def test_poll(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Walk an OID, or the columns of a group, of one device, and name what came back."""
    way = live_snmp.way_to(body.get("host"), body, actor=actor)
    if body.get("group_id"):
        group = mib.find(mib.KINDS["groups"], wanted_id(body["group_id"], "group_id"))
        mappings = list(group.mappings.all())
        oids = [one.oid for one in mappings]
    else:
        oids = [_oid("oid", body.get("oid"))]
        mappings = [
            one
            for one in OidMapping.objects.all()
            if _below(one.oid, oids[0]) or _below(oids[0], one.oid)
        ]
    if not oids:
        raise Invalid("group_id", "The group has no mapping")
    rows = live_snmp.get_rows(way, oids, walk=True, actor=actor)
    if not rows:
        rows = live_snmp.get_rows(way, oids, walk=False, actor=actor)
    known = {parse_oid(one.oid): one.name for one in mappings}
    found = [{**row_dict(row), "mapping": _named(known, row)} for row in rows]
    return {"host": way.host, "results": found, "count": len(found)}


def discover_oids(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Walk a subtree of one device."""
    way = live_snmp.way_to(body.get("host"), body, actor=actor)
    base = _oid("base_oid", body.get("base_oid"))
    rows = live_snmp.get_rows(way, [base], walk=True, actor=actor)
    found = [row_dict(row) for row in rows]
    return {"host": way.host, "base_oid": base, "oids": found, "count": len(found)}


def _oid(name: str, value: Any) -> str:
    text = str(value or "").strip().lstrip(".")
    if not text:
        raise Invalid(name, f"{name} is required")
    try:
        parse_oid(text)
    except ValueError as err:
        raise Invalid(name, f"{name} must be a numeric OID such as 1.3.6.1.2.1") from err
    return text


def _below(oid: str, base: str) -> bool:
    return f"{oid}.".startswith(f"{base}.")


def _named(known: Mapping[tuple[int, ...], str], row: VarBind) -> str | None:
    for size in range(len(row.oid), 2, -1):
        if row.oid[:size] in known:
            return known[row.oid[:size]]
    return None
