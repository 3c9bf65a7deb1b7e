"""What an autodiscovery is asked for: its configuration, and the addresses it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices import netbox_rules as rules
from devices import values
from devices.addresses import BadTargets, between, expand_lines, hosts_of, normal_ip, range_of
from devices.errors import Invalid
from devices.executors import tcp
from devices.services import integration, netbox_settings
from devices.services.netbox_client import NetBoxFailed
from inventory_site.core.whole import whole_number

ALIASES = {
    "network": "network_range",
    "site_id": "default_site",
    "role_id": "default_role",
    "device_type_id": "default_device_type",
    "snmp_community": "snmp_communities",
    "community": "snmp_communities",
}
DEFAULT_KEYS = ("default_site", "default_role", "default_device_type")
NUMBERS = ("ping_timeout", "port_scan_timeout", "ping_count", "snmp_timeout", "snmp_retries")
# kind of target -> the field that tells it
TELLS = {
    "network_range": "network_range",
    "ip_range": "ip_range_start",
    "ip_list": "ip_list",
    "from_input": "input_targets",
    "netbox_prefix": "netbox_prefix_id",
    "netbox_ip_range": "netbox_ip_range_id",
}


def config_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole configuration, unknown keys left out; raises `Invalid`.

    Null is the default, and a text of digits is the number.
    """
    sent = {ALIASES.get(name, name): value for name, value in body.items()}
    named = names_in(body)
    known = (*rules.DEFAULTS, *DEFAULT_KEYS, *rules.TARGET_KEYS)
    config = rules.DEFAULTS | {name: sent[name] for name in known if sent.get(name) is not None}
    for name in NUMBERS:
        config[name] = _number(config[name])
    for name in DEFAULT_KEYS:
        stored = integration.read(f"netbox_{name}_id")
        config[name] = config.get(name) or stored
        if config[name] not in (None, "") and whole_number(config[name]) is None:
            shown = named.get(name, name)
            raise Invalid(shown, f"{shown} must be a whole number")
    for name, words in rules.WORDS.items():
        if config[name] not in words:
            raise Invalid(name, f"{name} must be one of {', '.join(words)}")
    for name, low, high in (("ping_timeout", 0, 30), ("port_scan_timeout", 0, 30)):
        value = config[name]
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not low < value <= high
        ):
            raise Invalid(name, f"{name} must be a number above {low}, at most {high}")
    for name, low, high in (
        ("ping_count", 1, 10),
        ("snmp_timeout", 0, 30),
        ("snmp_retries", 0, 10),
    ):
        value = config[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Invalid(name, f"{name} must be a whole number from {low} to {high}")
    if config.get("snmp_port") not in (None, ""):
        config["snmp_port"] = values.within(config["snmp_port"], "snmp_port", 1, 65535)
    for name, value in rules.DEFAULTS.items():
        if isinstance(value, bool):
            config[name] = _truth(name, config[name])
    try:
        tcp.parse_ports(config["ports_to_scan"] or "")
    except ValueError as err:
        raise Invalid("ports_to_scan", f"ports_to_scan: {err}") from err
    return config


def _number(value: Any) -> Any:
    """Return the number that a text is; anything else as it is."""
    if not isinstance(value, str):
        return value
    whole = whole_number(value.strip())
    try:
        return float(value) if whole is None else whole
    except ValueError:
        return value


def names_in(body: Mapping[str, Any]) -> dict[str, str]:
    """Return what a body calls each field that it calls by another name."""
    return {ALIASES[name]: name for name in body if name in ALIASES}


def _truth(name: str, value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in {"true", "false", "1", "0"}:
        raise Invalid(name, f"{name} must be true or false")
    return word in {"true", "1"}


def targets_of(config: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    """Return the addresses to look at, exclusions taken out; raises `Invalid`, `RemoteFailed`.

    `named` is what `names_in` returns, for what is refused.
    """
    name = TELLS[config["target_type"]]
    if name == "ip_range_start" and normal_ip(config.get(name)) is not None:
        name = "ip_range_end"
    try:
        found = _expanded(config)
        name = "exclude_ips"
        left_out = set(expand_lines(rules.lines_of(config.get("exclude_ips")), turn_round=True))
    except BadTargets as err:
        raise Invalid(named.get(name, name), str(err)) from err
    return [ip for ip in found if ip not in left_out]


def _expanded(config: Mapping[str, Any]) -> list[str]:
    kind = config["target_type"]
    if kind == "ip_range":
        return between(config.get("ip_range_start") or "", config.get("ip_range_end") or "")
    if kind == "ip_list":
        return expand_lines(rules.lines_of(config.get("ip_list")), turn_round=True)
    if kind == "from_input":
        sent = config.get("input_targets")
        if sent and not isinstance(sent, (str, list)):
            raise Invalid("input_targets", "input_targets must be a list of addresses")
        rows = sent if isinstance(sent, list) else rules.lines_of(sent)
        texts = [one.get("ip_address") if isinstance(one, dict) else one for one in rows]
        return expand_lines([str(one) for one in texts if one], turn_round=True)
    if kind == "netbox_prefix":
        return hosts_of(prefix_of(config.get("netbox_prefix_id")))
    if kind == "netbox_ip_range":
        row = _of_netbox("ip-ranges", config.get("netbox_ip_range_id"), TELLS[kind])
        first, last = (
            str(row.get(name)).partition("/")[0] for name in ("start_address", "end_address")
        )
        return range_of(first, last)
    return hosts_of(str(config["network_range"])) if config.get("network_range") else []


def prefix_of(pk: Any, field: str = TELLS["netbox_prefix"]) -> str:
    """Return the network of one of NetBox's prefixes; raises `Invalid`, `RemoteFailed`."""
    return str(_of_netbox("prefixes", pk, field).get("prefix"))


def _of_netbox(name: str, pk: Any, field: str) -> Mapping[str, Any]:
    if whole_number(pk) is None:
        raise Invalid(field, f"the id of NetBox's {name} must be a whole number")
    try:
        return netbox_settings.client(is_quick=True).one(f"/api/ipam/{name}/", pk)
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err
