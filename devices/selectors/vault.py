"""Reads of the vault: lists, statistics, expiry, the log. Never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from devices.addresses import order_of
from devices.errors import Invalid
from devices.models import (
    Credential,
    CredentialAssignment,
    CredentialUse,
    NetBoxCacheEntry,
)
from devices.values import truth, wanted_id

DETAILS = (
    "certificate_fingerprint",
    "certificate_issuer",
    "certificate_subject",
    "certificate_serial",
    "key_algorithm",
    "key_size",
    "is_expired",
    "expiration_warning_days",
    "last_rotation_at",
    "rotation_interval_days",
    "access_level",
    "allowed_users",
    "allowed_groups",
    "is_default",
    "created_by",
    "version",
)
BASICS = (
    "id",
    "name",
    "description",
    "credential_type",
    "username",
    "used_by_count",
    "last_used_at",
    "created_at",
    "updated_at",
    "valid_from",
    "valid_until",
    "category",
    "environment",
    "owner",
    "tags",
    "notes",
    "status",
)


def shown(row: Credential, *, details: bool = False) -> dict[str, Any]:
    """Return a credential as the API shows it."""
    data = {name: getattr(row, name) for name in (*BASICS, *(DETAILS if details else ()))}
    data["expiration_status"] = expiration_status(row)
    data["days_until_expiration"] = days_left(row)
    return data


def days_left(row: Credential, at: datetime | None = None) -> int | None:
    """Return whole days to the end, truncated towards zero; none without an end."""
    if row.valid_until is None:
        return None
    return int((row.valid_until - (at or timezone.now())) / timedelta(days=1))


def expiration_status(row: Credential, at: datetime | None = None) -> str | None:
    """Return expired, expiring_soon or valid; none without an end."""
    if row.valid_until is None:
        return None
    now = at or timezone.now()
    if row.valid_until <= now:
        return "expired"
    soon = now + timedelta(days=row.expiration_warning_days)
    return "expiring_soon" if row.valid_until <= soon else "valid"


def credentials(query: Mapping[str, str]) -> QuerySet[Credential]:
    """Return the credentials that a list's query means."""
    rows = Credential.objects.kept().order_by("name")
    kind = query.get("type") or query.get("credential_type")
    if kind:
        rows = rows.filter(credential_type=kind)
    for name in ("category", "environment", "status", "owner"):
        if query.get(name):
            rows = rows.filter(**{name: query[name]})
    if not truth(query.get("include_expired"), "include_expired", True):
        rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=timezone.now()))
        rows = rows.filter(is_expired=False)
    return rows


def with_tags(rows: QuerySet[Credential], tags: str) -> list[Credential]:
    """Return the rows that carry any of the tags."""
    wanted = {tag.strip() for tag in tags.split(",") if tag.strip()}
    return [row for row in rows if not wanted or wanted & {str(tag) for tag in row.tags}]


def statistics() -> dict[str, Any]:
    """Return the counts of the vault's first page; the two `expiring` buckets overlap."""
    now = timezone.now()
    rows = Credential.objects.kept()
    total = rows.count()
    ahead = {
        days: Q(valid_until__gt=now, valid_until__lte=now + timedelta(days=days))
        for days in (7, 30)
    }
    found = rows.aggregate(
        no_expiration=Count("pk", filter=Q(valid_until__isnull=True)),
        expired=Count("pk", filter=Q(valid_until__lte=now)),
        expiring_7_days=Count("pk", filter=ahead[7]),
        expiring_30_days=Count("pk", filter=ahead[30]),
        valid=Count("pk", filter=Q(valid_until__gt=now + timedelta(days=30))),
        used=Count("pk", filter=Q(used_by_count__gt=0)),
        recent=Count("pk", filter=Q(last_used_at__gte=now - timedelta(days=30))),
        unused=Count(
            "pk",
            filter=Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - timedelta(days=90)),
        ),
    )
    return {
        "total": total,
        "by_type": _counts(rows, "credential_type"),
        "by_status": _counts(rows, "status"),
        "expiration": {
            name: found[name]
            for name in ("no_expiration", "expired", "expiring_7_days", "expiring_30_days", "valid")
        },
        "usage": {
            "total": total,
            "used_at_least_once": found["used"],
            "used_last_30_days": found["recent"],
            "unused_90_days": found["unused"],
        },
    }


def _counts(rows: QuerySet[Any], name: str) -> dict[str, int]:
    counted = rows.order_by().values(name).annotate(total=Count("pk")).order_by(name)
    return dict(counted.values_list(name, "total"))


def expiring(days: int) -> list[dict[str, Any]]:
    """Return what ends within the days, soonest first."""
    now = timezone.now()
    rows = Credential.objects.kept().filter(
        valid_until__gt=now, valid_until__lt=now + timedelta(days=days)
    )
    return [_ending(row) for row in rows.order_by("valid_until")]


def expired() -> list[dict[str, Any]]:
    """Return what has ended, the latest first."""
    rows = Credential.objects.kept().filter(valid_until__lte=timezone.now())
    return [_ending(row) for row in rows.order_by("-valid_until")]


def _ending(row: Credential) -> dict[str, Any]:
    data = {
        name: getattr(row, name)
        for name in (
            "id",
            "name",
            "credential_type",
            "valid_until",
            "owner",
            "category",
            "environment",
        )
    }
    data["days_remaining"] = days_left(row)
    return data


def of_device(ip: str, kind: str) -> list[dict[str, Any]]:
    """Return the credentials of an address by priority, then name."""
    rows = CredentialAssignment.objects.filter(
        ip_address=ip, credential__is_deleted=False
    ).select_related("credential")
    if kind:
        rows = rows.filter(credential_type=kind)
    return [
        {
            "id": row.credential_id,
            "name": row.credential.name,
            "credential_type": row.credential_type,
            "username": row.credential.username,
            "priority": row.priority,
        }
        for row in rows.order_by("-priority", "credential__name")
    ]


def devices_of(row: Credential) -> list[dict[str, Any]]:
    """Return where a credential is assigned, by address, with what NetBox knows of the device."""
    rows = row.assignments.exclude(ip_address="").order_by("pk")
    assigned = sorted(rows, key=lambda one: order_of(one.ip_address))
    cached = {
        entry.device_ip: entry
        for entry in NetBoxCacheEntry.objects.filter(
            device_ip__in=[one.ip_address for one in assigned]
        )
    }
    return [
        {
            "ip_address": one.ip_address,
            "device_id": one.device_id,
            "credential_type": one.credential_type,
            "priority": one.priority,
            "assigned_at": one.created_at,
            "netbox_device": _netbox(cached.get(one.ip_address)),
        }
        for one in assigned
    ]


def _netbox(entry: NetBoxCacheEntry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "netbox_id": entry.netbox_id,
        "hostname": entry.device_name,
        "site": entry.site_name,
        "role": entry.role_name,
        "status": entry.status,
    }


ENTRY = (
    "id",
    "credential_id",
    "credential_name",
    "credential_type",
    "action",
    "action_detail",
    "performed_by",
    "performed_by_ip",
    "performed_by_user_agent",
    "target_device",
    "target_service",
    "workflow_id",
    "workflow_name",
    "job_id",
    "job_name",
    "success",
    "error_message",
    "previous_values",
    "new_values",
    "session_id",
    "request_id",
    "performed_at",
)


def entries(rows: QuerySet[CredentialUse]) -> list[dict[str, Any]]:
    """Return log entries as the API shows them."""
    return list(rows.values(*ENTRY))


def log_rows(query: Mapping[str, str]) -> QuerySet[CredentialUse]:
    """Return the log entries that a query means, newest first; raises `Invalid`."""
    rows = CredentialUse.objects.order_by("-pk")
    for name, field in (("credential_id", "credential_id"), ("user_id", "performer_id")):
        if query.get(name):
            rows = rows.filter(**{field: wanted_id(query[name], name)})
    if query.get("action"):
        rows = rows.filter(action=query["action"])
    for name in ("performed_by", "target_device"):
        if query.get(name):
            rows = rows.filter(**{f"{name}__icontains": query[name]})
    success = query.get("success", "").lower()
    if success and success not in {"true", "false"}:
        raise Invalid("success", "success must be true or false")
    if success:
        rows = rows.filter(success=success == "true")
    return rows


def summary(days: int, credential_id: str) -> dict[str, Any]:
    """Return what happened in the last days, with the ten busiest people and devices."""
    rows = CredentialUse.objects.filter(performed_at__gte=timezone.now() - timedelta(days=days))
    if credential_id:
        rows = rows.filter(credential_id=wanted_id(credential_id, "credential_id"))

    def top(name: str) -> list[tuple[str, int]]:
        counted = rows.exclude(**{name: ""}).order_by().values(name).annotate(total=Count("pk"))
        return list(counted.order_by("-total", name).values_list(name, "total")[:10])

    good = rows.filter(success=True).count()
    return {
        "period_days": days,
        "action_counts": _counts(rows, "action"),
        "success_count": good,
        "failure_count": rows.count() - good,
        "top_users": [{"user": name, "count": count} for name, count in top("performed_by")],
        "top_devices": [{"device": name, "count": count} for name, count in top("target_device")],
    }
