"""Counters of ports as polls read them, and the rates since the row before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from devices import measures
from devices.models import InterfaceSample, InterfaceState, PollConfig
from devices.services import plain_rows, poll_times

MAX_STATE, MAX_GAUGE = 2**31 - 1, 2**32 - 1
MAX_BYTES, MAX_COUNT = 2**64 - 1, 2**63 - 1
LONG = ("rx_bytes", "tx_bytes")


def store(
    rows: Mapping[str, Mapping[int, Any]],
    uptime: Mapping[str, int | None],
    at: datetime,
    config: PollConfig,
) -> dict[str, int]:
    """Write the counters of all devices, each with its rates; return how many per address."""
    before = _previous(list(rows), at, poll_times.looking_back(config, at))
    known = InterfaceState.objects.filter(ip_address__in=rows)
    speeds: dict[tuple[str, int | None], int | None] = {}
    for state in known:
        speeds.setdefault((state.ip_address, state.interface_index), state.speed_mbps)
        speeds[state.ip_address, state.cli_port] = state.speed_mbps
    samples, counts = [], dict.fromkeys(rows, 0)
    for ip, ports in rows.items():
        for index, values in ports.items():
            bits = 32 if all(values.get(name) is None for name in LONG) else 64
            rx = _count(values.get("rx_bytes", values.get("rx_bytes32")), MAX_BYTES)
            tx = _count(values.get("tx_bytes", values.get("tx_bytes32")), MAX_BYTES)
            if rx is None and tx is None:
                continue
            values = _of_short_table(values, bits)
            speed = _speed(values) or speeds.get((ip, index))
            name = _name_of(values, index)
            sample = {
                "device_ip": ip,
                "interface_name": name,
                "interface_index": index,
                "rx_bytes": rx,
                "tx_bytes": tx,
                "rx_packets": _count(values.get("rx_pkts"), MAX_BYTES),
                "tx_packets": _count(values.get("tx_pkts"), MAX_BYTES),
                "rx_errors": _count(_sum(values.get("rx_errors"), values.get("rx_crc_errors"))),
                "rx_crc_errors": _count(values.get("rx_crc_errors")),
                "tx_errors": _count(values.get("tx_errors")),
                "rx_discards": _count(values.get("rx_discard")),
                "tx_discards": _count(values.get("tx_discard")),
                "oper_status": _count(values.get("oper_status"), MAX_STATE),
                "admin_status": _count(values.get("admin_status"), MAX_STATE),
                "speed_mbps": speed or None,
                "sys_uptime_ticks": uptime.get(ip),
                "counter_bits": bits,
                "recorded_at": at,
            }
            _rates(sample, before.get((ip, index, name)))
            samples.append(sample)
            counts[ip] += 1
    plain_rows.insert(InterfaceSample, samples)
    return counts


def _of_short_table(values: Mapping[str, Any], bits: int) -> dict[str, Any]:
    """Return the values with those of the 32-bit table under the names that nothing else has.

    Of a port with long counters its packets are left out, as they wrap.
    """
    wrap = ("rx_pkts32", "tx_pkts32") if bits == 64 else ()
    short = {name.removesuffix("32"): values[name] for name in values if name not in wrap}
    return {**short, **values}


def _speed(values: Mapping[str, Any]) -> int | None:
    """Return Mbit/s by ifHighSpeed, else by ifSpeed, whose greatest number means "more"."""
    mbps, bps = _count(values.get("speed_mbps")), _count(values.get("speed_bps"))
    return mbps or (bps // 1_000_000 if bps and bps < MAX_GAUGE else None)


def _sum(one: Any, two: Any) -> int | None:
    values = [value for value in (one, two) if isinstance(value, int)]
    return sum(values) if values else None


def _rates(sample: dict[str, Any], last: InterfaceSample | None) -> None:
    if last is None or last.counter_bits != sample["counter_bits"]:
        return  # nothing before, or another counter of the same port
    seconds = (sample["recorded_at"] - last.recorded_at).total_seconds()
    bits = sample["counter_bits"]
    for side in ("rx", "tx"):
        now, then = sample[f"{side}_bytes"], getattr(last, f"{side}_bytes")
        bps = measures.rate_bps(
            None if then is None else int(then),
            now,
            seconds,
            bits=bits,
            uptime_before=last.sys_uptime_ticks,
            uptime_after=sample["sys_uptime_ticks"],
            speed_mbps=sample["speed_mbps"],
        )
        bps = _count(bps)
        sample[f"{side}_bps"] = bps
        sample[f"{side}_utilization_pct"] = measures.utilisation_pct(bps, sample["speed_mbps"])
        packets = _moved(sample, last, f"{side}_packets") if bps is not None else None
        if packets is not None:
            sample[f"{side}_pps"] = _count(measures.per_second(packets, seconds))
    if sample["rx_bps"] is not None or sample["tx_bps"] is not None:
        sample["error_rate_ppm"] = _error_rate(sample, last)


def _moved(sample: Mapping[str, Any], last: InterfaceSample, name: str) -> int | None:
    """Return how far a counter moved; packets have as many bits as the bytes beside them."""
    then, bits = getattr(last, name), sample["counter_bits"] if name.endswith("packets") else 64
    return measures.moved_by(None if then is None else int(then), sample[name], bits=bits)


def _error_rate(sample: Mapping[str, Any], last: InterfaceSample) -> float | None:
    """Return errors per million packets, both ways together; none where nothing moved."""
    packets = [_moved(sample, last, f"{side}_packets") or 0 for side in ("rx", "tx")]
    errors = [_moved(sample, last, f"{side}_errors") or 0 for side in ("rx", "tx")]
    return round(sum(errors) / sum(packets) * 1_000_000, 3) if sum(packets) else None


def _name_of(values: Mapping[str, Any], index: int) -> str:
    name = values.get("interface_name") or values.get("if_descr") or f"port{index}"
    return str(name)[:100]


def _previous(
    ips: list[str], at: datetime, within: timedelta
) -> dict[tuple[str, int | None, str], InterfaceSample]:
    """Return the last earlier row of each port; a name tells ports of one number in two tables."""
    rows = InterfaceSample.objects.filter(
        device_ip__in=ips, recorded_at__lt=at, recorded_at__gte=at - within
    )
    ports = rows.order_by().values("device_ip", "interface_index", "interface_name")
    newest = ports.annotate(last=Max("pk")).values("last")
    return {
        (row.device_ip, row.interface_index, row.interface_name): row
        for row in InterfaceSample.objects.filter(pk__in=newest)
    }


def _count(value: Any, limit: int = MAX_COUNT) -> int | None:
    """Return a counter that its column can hold; none for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= limit else None
