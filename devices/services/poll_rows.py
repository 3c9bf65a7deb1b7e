"""What a poll asks, and how answers become rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from devices import measures
from devices.executors import ping
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import (
    AvailabilitySample,
    ManagementAddress,
    OidMapping,
    OpticalSample,
    PollConfig,
    PollData,
    PollExecution,
    PollType,
)
from devices.services import plain_rows, traffic_rows
from devices.services.interfaces import NO_LIGHT_DBM

if TYPE_CHECKING:
    from devices.services.poll_targets import Asked

logger = logging.getLogger(__name__)

SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
IF_COLUMNS = (
    ("rx_bytes32", f"{IF}.10"),
    ("rx_discard", f"{IF}.13"),
    ("rx_errors", f"{IF}.14"),
    ("tx_bytes32", f"{IF}.16"),
    ("tx_discard", f"{IF}.19"),
    ("tx_errors", f"{IF}.20"),
    ("if_descr", f"{IF}.2"),
    ("speed_bps", f"{IF}.5"),
    ("admin_status", f"{IF}.7"),
    ("oper_status", f"{IF}.8"),
    ("interface_name", f"{IFX}.1"),
    ("rx_bytes", f"{IFX}.6"),
    ("rx_pkts", f"{IFX}.7"),
    ("tx_bytes", f"{IFX}.10"),
    ("tx_pkts", f"{IFX}.11"),
    ("speed_mbps", f"{IFX}.15"),
)
MAX_STATE = 2**31 - 1
LIMIT_NAMES = (
    "tx_power_high_warn",
    "tx_power_low_warn",
    "rx_power_high_warn",
    "rx_power_low_warn",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One mapped column: its OID, name, transform and words."""

    oid: tuple[int, ...]
    name: str
    transform: str = ""
    words: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to walk, and which table the rows go to."""

    poll_type: str
    target: str
    walks: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    pings: bool = False

    @property
    def has_traffic(self) -> bool:
        """Whether counters of ports are among the rows."""
        return self.target == "interface_metrics" or self.poll_type == "snmp_ciena_full"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask."""
        return not self.walks and not self.pings


@dataclass(slots=True)
class Answer:
    """What one device said."""

    ip: str
    rows: list[VarBind] = field(default_factory=list)
    error: str = ""
    uptime_ticks: int | None = None
    ping_ms: float | None = None
    snmp_ms: float | None = None
    is_alive: bool | None = None
    duration_ms: int = 0

    @property
    def is_up(self) -> bool:
        """Whether the device answers; all of 127.0.0.0/8 answers ping, so there SNMP tells."""
        is_there = self.uptime_ticks is not None or not ping.is_anybody(self.ip)
        return bool(self.is_alive) and is_there

    def succeeded(self, plan: Plan) -> bool:
        """Whether the poll got what it wanted: an answer of any kind, for reachability a ping."""
        return self.is_up if plan.pings else not self.error


def plan_of(kind: str, poll_type: PollType | None) -> Plan:
    """Return the plan of a built-in poll or of a profile's poll type."""
    if kind == "snmp_availability":
        return Plan(kind, "availability_metrics", pings=True)
    if kind == "snmp_interfaces":
        columns = tuple(Column(parse_oid(oid), name) for name, oid in IF_COLUMNS)
        return Plan(kind, "interface_metrics", tuple(oid for _, oid in IF_COLUMNS), columns)
    if kind == "snmp_ciena_full":
        names = ("ciena_optical", "ciena_traffic")
        mappings = OidMapping.objects.filter(group__poll_types__name__in=names)
        return _profile_plan(kind, "optical_metrics", mappings)
    if poll_type is None:
        return Plan(kind, "")
    link = "group__polltypegroup"
    mappings = OidMapping.objects.filter(**{f"{link}__poll_type": poll_type})
    mappings = mappings.order_by(f"{link}__poll_order", f"{link}__pk", "pk")
    return _profile_plan(kind, poll_type.target_table, mappings)


def _profile_plan(kind: str, target: str, mappings: Any) -> Plan:
    columns = []
    for mapping in mappings.prefetch_related("enums").distinct():
        if measures.divides_by_zero(mapping.transform):
            logger.warning("OID mapping %s divides by 0; its values are kept as read", mapping.name)
        words = {enum.int_value: enum.string_value for enum in mapping.enums.all()}
        oid = parse_oid(mapping.oid.removesuffix(".0"))  # of a scalar its instance may be named
        columns.append(Column(oid, mapping.name, mapping.transform, words))
    walks = tuple(dict.fromkeys(".".join(map(str, column.oid)) for column in columns))
    return Plan(kind, target, walks, tuple(columns))


def by_index(plan: Plan, rows: Sequence[VarBind]) -> dict[int, dict[str, Any]]:
    """Return the rows of a device by their last arc; columns match on whole arcs."""
    columns: dict[tuple[int, ...], list[Column]] = {}
    for column in plan.columns:
        columns.setdefault(column.oid, []).append(column)
    found: dict[int, dict[str, Any]] = {}
    is_traffic = plan.has_traffic
    for row in rows:
        if row.oid[-1] > MAX_STATE:
            continue
        for column in _columns_of(columns, row.oid):
            _put(found.setdefault(row.oid[-1], {}), column, row, is_traffic)
    return found


def _columns_of(
    columns: Mapping[tuple[int, ...], Sequence[Column]], oid: tuple[int, ...]
) -> Sequence[Column]:
    """Return the columns of the longest OID that this one lies below."""
    for size in range(len(oid) - 1, 2, -1):
        found = columns.get(oid[:size])
        if found is not None:
            return found
    return ()


def _put(values: dict[str, Any], column: Column, row: VarBind, is_traffic: bool) -> None:
    """Note what a row says under a column's name; of a number with a word both."""
    raw = row.value if isinstance(row.value, (int, float)) else row.text
    if column.transform == "hex_to_mac" and isinstance(row.value, bytes):
        raw = row.value.hex()
    value = measures.transformed(raw, column.transform)
    if column.words and isinstance(raw, int):
        values[f"{column.name}_raw"] = raw
        value = column.words.get(raw, str(raw))
    name = column.name
    if row.type == "Counter32" and is_traffic and name in traffic_rows.LONG:
        name = f"{name}32"  # such a counter wraps; the type on the wire decides
    values[name] = value.replace("\x00", "") if isinstance(value, str) else value


def store(
    plan: Plan,
    asked: Sequence[Asked],
    answers: Sequence[Answer],
    *,
    at: datetime,
    config: PollConfig,
    execution: PollExecution,
) -> dict[str, int]:
    """Write the rows of all devices in bulk; return how many per address."""
    if plan.target == "availability_metrics":
        return _store_availability(asked, answers, at)
    rows = {answer.ip: by_index(plan, answer.rows) for answer in answers}
    uptime = {answer.ip: answer.uptime_ticks for answer in answers}
    if plan.poll_type == "snmp_ciena_full":
        counts = traffic_rows.store(rows, uptime, at, config)
        for ip, count in _store_optical(rows, at).items():
            counts[ip] = counts.get(ip, 0) + count
        return counts
    if plan.target == "optical_metrics":
        return _store_optical(rows, at)
    if plan.target == "interface_metrics":
        return traffic_rows.store(rows, uptime, at, config)
    data = [
        PollData(
            poll_type=plan.poll_type,
            target_table=plan.target,
            device_ip=ip,
            collected_at=at,
            data={"index": index, **values},
            config_id=execution.config_id,
            execution=execution,
        )
        for ip, found in rows.items()
        for index, values in found.items()
    ]
    PollData.objects.bulk_create(data, batch_size=1000)
    return {ip: len(found) for ip, found in rows.items()}


def _store_availability(
    asked: Sequence[Asked], answers: Sequence[Answer], at: datetime
) -> dict[str, int]:
    samples: list[dict[str, Any]] = []
    up: list[str] = []
    down: list[str] = []
    for device, answer in zip(asked, answers, strict=True):
        answered = answer.uptime_ticks is not None
        (up if answer.is_up else down).append(answer.ip)
        samples.append(
            {
                "device_ip": answer.ip,
                "site_name": device.site,
                "device_role": device.role,
                "ping_status": "up" if answer.is_alive else "down",
                "snmp_status": "up" if answered else "down",
                "ping_latency_ms": answer.ping_ms,
                "snmp_response_ms": answer.snmp_ms if answered else None,
                "uptime_seconds": None
                if answer.uptime_ticks is None
                else answer.uptime_ticks // 100,
                "recorded_at": at,
            }
        )
    plain_rows.insert(AvailabilitySample, samples)
    now = timezone.now()
    ManagementAddress.objects.filter(ip__in=up).update(ping_status="online", last_seen_at=now)
    ManagementAddress.objects.filter(ip__in=down).update(ping_status="offline")
    return {answer.ip: 1 for answer in answers}


def _store_optical(rows: Mapping[str, Mapping[int, Any]], at: datetime) -> dict[str, int]:
    samples, counts = [], dict.fromkeys(rows, 0)
    for ip, ports in rows.items():
        for index, values in ports.items():
            rx, tx = values.get("rx_power_dbm"), values.get("tx_power_dbm")
            if _decimal(rx) is None and _decimal(tx) is None:
                continue
            counts[ip] += 1
            samples.append(
                dict(
                    device_ip=ip,
                    interface_name=f"port{index}",
                    interface_index=index,
                    cli_port=index,
                    rx_power=_decimal(rx),
                    tx_power=_decimal(tx),
                    temperature=_decimal(values.get("temperature"), "temperature"),
                    no_light=(level := _decimal(rx)) is not None and level <= NO_LIGHT_DBM,
                    recorded_at=at,
                    **{name: _decimal(values.get(name)) for name in LIMIT_NAMES},
                )
            )
    plain_rows.insert(OpticalSample, samples)
    return counts


def _decimal(value: Any, name: str = "") -> Decimal | None:
    """Return a level as it is kept; none for what is no level, however a device puts it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return measures.level_kept(name, Decimal(str(value)))
