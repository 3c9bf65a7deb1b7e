"""Reads of polls, samples and scores."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.cache import cache
from django.db.models import Avg, Max, Min, Q, QuerySet
from django.utils import timezone

from devices.errors import Invalid, Refused
from devices.models import (
    AvailabilitySample,
    HealthScore,
    InterfaceHour,
    InterfaceSample,
    MibProfile,
    OpticalHour,
    OpticalSample,
    PollConfig,
    PollExecution,
    Site,
)
from devices.selectors import hours as kept_hours
from devices.selectors.metrics import number, of_interface
from inventory_site.core.whole import whole_number

THRESHOLDS_KEPT_S = 600
PLACE = ("device_ip", "interface_name", "interface_index", "recorded_at")
PORT_HOUR = {"device_ip": "device_ip", "interface_name": "interface_name"}
PORT_HOUR |= {"interface_index": "interface_index", "samples": "samples", "recorded_at": "hour"}
LIGHT_HOUR = PORT_HOUR | {
    "rx_power": "rx_avg",
    "tx_power": "tx_avg",
    "rx_min": "rx_min",
    "rx_max": "rx_max",
    "tx_min": "tx_min",
    "tx_max": "tx_max",
    "temperature": "temperature_avg",
}
TRAFFIC_HOUR = PORT_HOUR | {
    "rx_bps": "rx_bps_avg",
    "tx_bps": "tx_bps_avg",
    "rx_bps_min": "rx_bps_min",
    "rx_bps_max": "rx_bps_max",
    "tx_bps_min": "tx_bps_min",
    "tx_bps_max": "tx_bps_max",
}
RANGES = {"24h": 24, "7d": 168, "30d": 720}
SCORES = ("overall", "availability", "performance", "error", "capacity")


def polling_status() -> dict[str, Any]:
    """Return how polling does."""
    hour = PollExecution.objects.filter(started_at__gte=timezone.now() - timedelta(hours=1))
    newest = PollExecution.objects.order_by("-pk").first()
    return {
        "configs": PollConfig.objects.count(),
        "enabled": PollConfig.objects.filter(enabled=True).count(),
        "running": PollExecution.objects.filter(status="running").count(),
        "executions_last_hour": hour.count(),
        "failed_last_hour": hour.filter(status="failed").count(),
        "last_execution_at": newest.started_at if newest else None,
    }


def profile_tree(row: MibProfile) -> dict[str, Any]:
    """Return a profile with everything below it."""
    groups = row.groups.prefetch_related("mappings__enums")
    return {
        "id": row.pk,
        "name": row.name,
        "vendor": row.vendor,
        "description": row.description,
        "enterprise_oid": row.enterprise_oid,
        "groups": [
            {
                "id": group.pk,
                "name": group.name,
                "base_oid": group.base_oid,
                "is_table": group.is_table,
                "mappings": [
                    {
                        "id": one.pk,
                        "name": one.name,
                        "oid": one.oid,
                        "mib_object_name": one.mib_object_name,
                        "data_type": one.data_type,
                        "transform": one.transform,
                        "unit": one.unit,
                        "is_index": one.is_index,
                        "enums": {enum.int_value: enum.string_value for enum in one.enums.all()},
                    }
                    for one in group.mappings.all()
                ],
            }
            for group in groups
        ],
        "poll_types": list(
            row.poll_types.values("id", "name", "display_name", "target_table", "enabled")
        ),
    }


def hours_of(query: Any) -> float:
    """Read `range` or `hours` of a query, or raise `Invalid`."""
    if query.get("range"):
        if query["range"] not in RANGES:
            raise Invalid("range", f"range must be one of {', '.join(RANGES)}")
        return RANGES[query["range"]]
    try:
        hours = float(query.get("hours") or 24)
    except ValueError as err:
        raise Invalid("hours", "hours must be a number above zero") from err
    if not 0 < hours <= 24 * 366:
        raise Invalid("hours", "hours must be a number above zero")
    return hours


def since(hours: float) -> Any:
    """Return the moment so many hours ago."""
    return timezone.now() - timedelta(hours=hours)


def rows_of(rows: QuerySet[Any], limit: int) -> list[dict[str, Any]]:
    """Return samples as objects, newest first; decimals leave as numbers."""
    return list(rows.order_by("-recorded_at", "-pk").values()[:limit])


def optical(ip: str, interface: str, hours: float, limit: int) -> list[dict[str, Any]]:
    """Return light levels; beyond the week that raw samples live, the mean of each hour."""
    samples, hour_rows = OpticalSample.objects.all(), OpticalHour.objects.all()
    if interface:
        samples, hour_rows = of_interface(samples, interface), of_interface(hour_rows, interface)
    return _with_hours((samples, hour_rows, LIGHT_HOUR), ip, hours, limit)


def interface(ip: str, name: str, hours: float, limit: int) -> list[dict[str, Any]]:
    """Return traffic samples; beyond the week that raw samples live, the mean of each hour."""
    named = {"interface_name": name} if name else {}
    samples = InterfaceSample.objects.filter(**named)
    hour_rows = InterfaceHour.objects.filter(**named)
    return _with_hours((samples, hour_rows, TRAFFIC_HOUR), ip, hours, limit)


def _with_hours(
    kept: tuple[QuerySet[Any], QuerySet[Any], dict[str, str]],
    ip: str,
    hours: float,
    limit: int,
) -> list[dict[str, Any]]:
    samples, hour_rows, shown = kept
    start = since(hours)
    found = rows_of(samples.filter(device_ip=ip, recorded_at__gte=start), limit)
    if not kept_hours.is_beyond_raw(start):
        return found
    hours_kept = hour_rows.filter(device_ip=ip, hour__gte=start)
    older = hours_kept.order_by("-hour", "-pk").values(*shown.values())
    means = [
        {key: row[column] for key, column in shown.items()}
        for row in older[: limit + len(found)]  # each sample may speak for an hour
    ]
    return list(islice(kept_hours.newest_first(found, means, PLACE), limit))


def availability(rows: QuerySet[AvailabilitySample], hours: float, limit: int) -> list[Any]:
    """Return reachability samples."""
    return rows_of(rows.filter(recorded_at__gte=since(hours)), limit)


def thresholds(ip: str, index: int | None) -> dict[str, dict[str, Any]]:
    """Return the newest limits per port; alarms of the MIB also stand under the chart's names."""
    key = f"devices.thresholds.{ip}.{index}"
    known = cache.get(key)
    if known is not None:
        return known
    rows = OpticalSample.objects.filter(device_ip=ip, recorded_at__gte=since(48))
    if index is not None:
        rows = rows.filter(interface_index=index)
    limited = Q()
    for name in ("tx_power_high", "tx_power_low", "rx_power_high", "rx_power_low"):
        limited |= Q(**{f"{name}_warn__isnull": False})
    newest = rows.filter(limited).order_by().values("interface_index").annotate(last=Max("pk"))
    found: dict[str, dict[str, Any]] = {}
    for row in OpticalSample.objects.filter(pk__in=newest.values("last")):
        limits = {
            f"{side}_{end}_{word}": number(value)
            for word in ("alarm", "warn")
            for side in ("tx", "rx")
            for end in ("high", "low")
            if (value := getattr(row, f"{side}_power_{end}_warn")) is not None
        }
        if limits:
            found[str(row.interface_index)] = limits
    if found:
        cache.set(key, found, THRESHOLDS_KEPT_S)
    return found


def of_site(pk: int) -> Q:
    """Return what samples of a site have: its name, or the number that other systems sent."""
    site = Site.objects.filter(pk=pk).first()
    sent = Q(site_id=pk) if pk < 2**31 else Q(pk__in=())
    return sent if site is None else sent | Q(site_name=site.name)


def device_summary(ip: str, hours: float) -> dict[str, Any]:
    """Return how reachable an address was."""
    rows = AvailabilitySample.objects.filter(device_ip=ip, recorded_at__gte=since(hours))
    count, up = rows.count(), rows.filter(ping_status="up").count()
    found = rows.aggregate(
        avg_latency_ms=Avg("ping_latency_ms"),
        min_latency_ms=Min("ping_latency_ms"),
        max_latency_ms=Max("ping_latency_ms"),
        avg_cpu_pct=Avg("cpu_utilization_pct"),
        avg_memory_pct=Avg("memory_utilization_pct"),
    )
    newest = rows.order_by("-recorded_at").first()
    return {
        "sample_count": count,
        "availability_pct": round(100 * up / count, 2) if count else None,
        **found,
        "uptime_seconds": newest.uptime_seconds if newest else None,
    }


def availability_pct(ip: str, hours: float) -> float | None:
    """Return the share of an address's samples in which it was up; none without a sample."""
    found: float | None = device_summary(ip, hours)["availability_pct"]
    return found


def newest_score(ip: str) -> HealthScore | None:
    """Return an address's newest score of the last hour."""
    rows = HealthScore.objects.filter(device_ip=ip, calculated_at__gte=since(1))
    return rows.order_by("-calculated_at").first()


def site_summary(name: str, hours: float) -> dict[str, Any]:
    """Return how reachable a site's devices were."""
    rows = AvailabilitySample.objects.filter(site_name=name, recorded_at__gte=since(hours))
    newest: dict[str, str | None] = {}
    for ip, status in rows.order_by("recorded_at", "pk").values_list("device_ip", "ping_status"):
        newest[ip] = status or newest.get(ip)
    count, up = rows.count(), rows.filter(ping_status="up").count()
    states = list(newest.values())
    return {
        "device_count": len(newest),
        "avg_availability_pct": round(100 * up / count, 2) if count else None,
        "avg_latency_ms": rows.aggregate(mean=Avg("ping_latency_ms"))["mean"],
        "devices_up": states.count("up"),
        "devices_down": states.count("down"),
    }


def _newest_scores(rows: QuerySet[HealthScore]) -> list[HealthScore]:
    newest: dict[str, HealthScore] = {}
    for row in rows.filter(calculated_at__gte=since(1)).order_by("calculated_at"):
        newest[row.device_ip] = row
    return list(newest.values())


def _means(rows: list[HealthScore]) -> dict[str, float]:
    if not rows:
        return {}
    return {
        f"{name}_score": round(
            sum(float(getattr(row, f"{name}_score")) for row in rows) / len(rows), 2
        )
        for name in SCORES
    }


def site_health(key: str) -> dict[str, Any]:
    """Return the mean of a site's devices, by id or name."""
    number = whole_number(key)
    site = None if number is None else Site.objects.filter(pk=number).first()
    site = site or Site.objects.filter(name=key).first()
    if site is None:
        raise Refused("SITE_NOT_FOUND", f'Site with ID "{key}" not found', 404)
    rows = _newest_scores(HealthScore.objects.filter(site_name=site.name))
    return {"site": site.name, "device_count": len(rows), "health": _means(rows) or None}


def network_health() -> dict[str, Any]:
    """Return the spread of each device's newest score of the last hour."""
    rows = _newest_scores(HealthScore.objects.all())
    overall = [float(row.overall_score) for row in rows]
    means = _means(rows)
    return {
        "device_count": len(rows),
        "avg_health": means.get("overall_score"),
        "min_health": min(overall, default=None),
        "max_health": max(overall, default=None),
        "avg_availability": means.get("availability_score"),
        "avg_performance": means.get("performance_score"),
        "avg_error": means.get("error_score"),
        "avg_capacity": means.get("capacity_score"),
        "healthy_count": sum(one >= 90 for one in overall),
        "warning_count": sum(70 <= one < 90 for one in overall),
        "critical_count": sum(one < 70 for one in overall),
    }


def availability_days(ip: str, days: int) -> list[dict[str, Any]]:
    """Return reachability per day."""
    found: dict[str, list[Any]] = {}
    rows = AvailabilitySample.objects.filter(device_ip=ip, recorded_at__gte=since(24 * days))
    for status, at in rows.order_by("recorded_at").values_list("ping_status", "recorded_at"):
        found.setdefault(at.date().isoformat(), []).append((status, at))
    return [
        {
            "date": day,
            "total_checks": len(checks),
            "up_checks": sum(status == "up" for status, _ in checks),
            "availability_percentage": round(
                100 * sum(status == "up" for status, _ in checks) / len(checks), 2
            ),
            "first_check": checks[0][1],
            "last_check": checks[-1][1],
        }
        for day, checks in found.items()
    ]
