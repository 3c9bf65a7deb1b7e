"""Which devices a target description means (contract section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from devices.addresses import BadTargets, hosts_of, normal_ip, sort_key, unique
from devices.models import Device, DeviceGroup, InterfaceState, NetBoxCacheEntry
from devices.netbox_rules import slug_of
from devices.selectors.groups import addresses_of
from inventory_site.core.whole import whole_number

REQUIRED: dict[str, tuple[str, ...]] = {
    "static": ("targets",),
    "database_query": ("query",),
    "group": ("group_id",),
    "network_range": ("cidr",),
    "netbox": (),
    "previous_result": ("field",),
}
QUERIES = ("all_devices", "devices_with_ssh", "devices_with_snmp", "optical_interfaces")


class BadTargeting(ValueError):
    """A description that cannot be resolved; the text says why."""


def safe_resolve(kind: Any, config: Any) -> dict[str, Any]:
    """Return `{success, targets, count, excluded}`, or `{success: false, targets: [], error}`."""
    try:
        targets, excluded = resolve(kind, config)
    except (BadTargeting, BadTargets) as err:
        return {"success": False, "targets": [], "error": str(err)}
    return {"success": True, "targets": targets, "count": len(targets), "excluded": excluded}


def resolve(kind: Any, config: Any) -> tuple[list[str], list[dict[str, str]]]:
    """Return the targets and what was left out with its reason; raises `BadTargeting`."""
    if not isinstance(config, Mapping):
        raise BadTargeting("Invalid targeting configuration")
    if not isinstance(kind, str) or kind not in REQUIRED:
        raise BadTargeting(f"Unknown targeting type: {kind}")
    missing = [name for name in REQUIRED[kind] if config.get(name) is None]
    if missing:
        raise BadTargeting(f"Missing required fields: {', '.join(missing)}")
    found = unique(_RESOLVERS[kind](config))
    excluded = []
    if kind != "static":
        out = {normal_ip(one) or one for one in _texts("exclude", config.get("exclude"))}
        excluded = [
            {"target": ip, "reason": "excluded by the configuration"} for ip in found if ip in out
        ]
        found = [ip for ip in found if ip not in out]
    if kind == "netbox":
        names = (row.device_name for row in _entries(config) if not row.device_ip)
        excluded += [{"target": name, "reason": "has no primary address"} for name in names]
    return found, excluded


def _texts(name: str, sent: Any) -> list[str]:
    """Return a list, or a text by comma, as texts; raises `BadTargeting` for anything else."""
    if isinstance(sent, str):
        sent = sent.split(",")
    if sent is not None and not isinstance(sent, list):
        raise BadTargeting(f"{name} must be a list or text by comma")
    return [str(one).strip() for one in sent or []]


def _static(config: Mapping[str, Any]) -> list[str]:
    targets = config["targets"]
    if isinstance(targets, str):
        return [one for one in _texts("targets", targets) if one]
    if isinstance(targets, list):
        for one in targets:
            if not isinstance(one, str):
                raise BadTargeting(f"{one} is neither an address nor a name")
        return targets
    raise BadTargeting("targets must be a list or text by comma")


def _query(config: Mapping[str, Any]) -> list[str]:
    name = config["query"]
    if not isinstance(name, str) or name not in QUERIES:
        raise BadTargeting(f"Unknown query: {name}. Available: {', '.join(QUERIES)}")
    rows = Device.objects.current().filter(address__isnull=False)
    if name == "devices_with_ssh":
        rows = rows.filter(address__ssh_status="YES")
    elif name == "devices_with_snmp":
        rows = rows.filter(address__snmp_status="YES")
    elif name == "optical_interfaces":
        optical = InterfaceState.objects.filter(is_optical=True).values("ip_address")
        rows = rows.filter(address__ip__in=optical)
    sent = config.get("filters")
    filters: Mapping[str, Any] = sent if isinstance(sent, Mapping) else config
    if filters.get("network_range"):
        rows = rows.filter(address__network_range=str(filters["network_range"]))
    if filters.get("ping_status"):
        rows = rows.filter(address__ping_status__icontains=str(filters["ping_status"]))
    return sorted(set(rows.values_list("address__ip", flat=True)), key=sort_key)


def _group(config: Mapping[str, Any]) -> list[str]:
    key = str(config["group_id"])
    pk = whole_number(key)
    group = None if pk is None else DeviceGroup.objects.filter(pk=pk).first()
    if group is None:
        raise BadTargeting(f"Group {key} does not exist")
    return addresses_of(group)


def _network(config: Mapping[str, Any]) -> list[str]:
    cidr = str(config["cidr"])
    if not cidr.strip():
        raise BadTargeting("cidr must be a network such as 10.0.0.0/24")
    return hosts_of(cidr)


def _netbox(config: Mapping[str, Any]) -> list[str]:
    return [row.device_ip for row in _entries(config) if row.device_ip]


def _entries(config: Mapping[str, Any]) -> list[NetBoxCacheEntry]:
    rows = NetBoxCacheEntry.objects.order_by("is_virtual_machine", "pk")
    if str(config.get("include_vms", True)).lower() in {"false", "0", "no"}:
        rows = rows.filter(is_virtual_machine=False)
    if config.get("status"):
        rows = rows.filter(status__iexact=str(config["status"]))
    text = str(config.get("query") or config.get("q") or "")
    if text:
        rows = rows.filter(Q(device_name__icontains=text) | Q(device_ip__icontains=text))
    names = ("site", "role", "tag", "cluster")
    wanted = {name: str(config[name]).strip().lower() for name in names if config.get(name)}
    return [row for row in rows if _has_all(row, wanted)]


def _has_all(row: NetBoxCacheEntry, wanted: Mapping[str, str]) -> bool:
    """Whether an entry has these names; a slug that NetBox makes of one stands for it.

    Clusters choose among virtual machines only.
    """
    held = {"site": [row.site_name], "role": [row.role_name], "tag": row.tags}
    held["cluster"] = [row.cluster_name] if row.is_virtual_machine else [wanted.get("cluster")]
    return all(
        any(word in {str(one).lower(), slug_of(str(one))} for one in held[name])
        for name, word in wanted.items()
    )


def _previous(config: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    sent = config.get("previous_results")
    for row in sent if isinstance(sent, list) else []:
        value = row.get(str(config["field"])) if isinstance(row, Mapping) else None
        several = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        found.extend(str(one) for one in several if one not in (None, ""))
    return found


_RESOLVERS = {
    "static": _static,
    "database_query": _query,
    "group": _group,
    "network_range": _network,
    "netbox": _netbox,
    "previous_result": _previous,
}
