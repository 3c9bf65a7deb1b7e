"""Poll configurations: making, changing, running now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cronsim import CronSim, CronSimError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip
from devices.choices import PollTarget
from devices.errors import Invalid, InvalidAddress, Refused
from devices.models import DeviceGroup, PollConfig, PollExecution, Site
from devices.services import groups, poll_secrets, vault, vault_reach
from devices.values import wanted_id
from inventory_site.core.locks import guarded, lock
from inventory_site.core.tasks import enqueue

PLAIN = (
    "name",
    "description",
    "poll_type",
    "enabled",
    "interval_seconds",
    "cron_expression",
    "target_type",
    "target_device_ids",
    "target_site_name",
    "target_role",
    "target_manufacturer",
    "target_custom_filter",
    "snmp_version",
    "snmp_port",
    "snmp_timeout",
    "snmp_retries",
    "max_concurrent",
    "batch_size",
    "tags",
)
BOUNDS = {
    "interval_seconds": (10, 7 * 86_400),
    "snmp_port": (1, 65_535),
    "snmp_timeout": (1, 60),
    "snmp_retries": (0, 10),
    "max_concurrent": (1, 1000),
    "batch_size": (1, 10_000),
}
LINKED = ("target_device_ip", "target_group_id", "target_site_id", "credential_id")
REQUIRED = ("name", "poll_type", "target_type")


def create(*, actor: Any, body: Mapping[str, Any]) -> PollConfig:
    """Make a poll; raises `Invalid` and `Refused` (`DUPLICATE`).

    Its credential is one that the actor may use, or `NotAllowed` is raised. A poll type may be made
    after its poll; a run before then fails and says so.
    """
    policy.require(actor, policy.SETTINGS_EDIT)
    for name in REQUIRED:
        if not body.get(name) or not str(body[name]).strip():
            raise Invalid(name, f"'{name}' is required")
    row = PollConfig(created_by=audit.name_of(actor))
    with guarded():
        _apply(row, body)
        if row.credential is not None:
            vault_reach.require_lasting_use(row.credential, actor)
        _save(row)
        poll_secrets.keep(row, body)
        audit.record(actor, "poll.created", row, after={"name": row.name})
    return row


def update(pk: int, *, actor: Any, body: Mapping[str, Any]) -> PollConfig:
    """Change a poll; an empty body is refused, and who may not use its credential."""
    policy.require(actor, policy.SETTINGS_EDIT)
    known = {*PLAIN, *LINKED, *poll_secrets.FIELDS}
    if not set(body) & known:
        raise Refused("VALIDATION_ERROR", "No fields to update")
    with guarded():
        row = _locked(pk)
        _apply(row, body)
        if row.credential is not None:
            vault_reach.require_lasting_use(row.credential, actor)
        _save(row)
        poll_secrets.keep(row, body)
        audit.record(actor, "poll.updated", row, after={"fields": sorted(set(body) & known)})
    return row


def toggle(pk: int, *, actor: Any, enabled: bool | None) -> PollConfig:
    """Switch a poll on or off; without a word the other way."""
    policy.require(actor, policy.SETTINGS_EDIT)
    with guarded():
        row = _locked(pk)
        row.enabled = (not row.enabled) if enabled is None else enabled
        row.save(update_fields=["enabled", "updated_at"])
        audit.record(actor, "poll.toggled", row, after={"enabled": row.enabled})
    return row


def delete(pk: int, *, actor: Any) -> None:
    """Remove a poll; its executions stay."""
    policy.require(actor, policy.SETTINGS_EDIT)
    with guarded():
        row = _locked(pk)
        audit.record(actor, "poll.deleted", row, before={"name": row.name})
        row.delete()


def run_now(pk: int, *, actor: Any) -> tuple[PollConfig, str]:
    """Queue a poll at once; return it and its task's id. The next one counts from now."""
    policy.require(actor, policy.CONNECT)
    with transaction.atomic():
        row = find(pk)
        now = timezone.now()
        audit.record(actor, "poll.run", row)
        PollConfig.objects.filter(pk=pk).update(last_run_at=now)
        enqueue("devices.poll", pk, now.isoformat(), audit.name_of(actor))
    return row, str(PollExecution(config=row, scheduled_for=now).celery_task_id)


def find(pk: int) -> PollConfig:
    """Return a poll, or raise `Refused` 404."""
    row = PollConfig.objects.filter(pk=pk).first()
    if row is None:
        raise Refused("POLLING_CONFIG_NOT_FOUND", f'Polling config with ID "{pk}" not found', 404)
    return row


def _locked(pk: int) -> PollConfig:
    find(pk)
    return lock(PollConfig.objects.filter(pk=pk)).get()


def _apply(row: PollConfig, body: Mapping[str, Any]) -> None:
    before = row.target_site_name
    for name in PLAIN:
        if name in body:
            value = body[name] if body[name] is not None else _default(name)
            setattr(row, name, _checked(name, value))
    for name, (low, high) in BOUNDS.items():
        value = getattr(row, name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Invalid(name, f"{name} must be a whole number from {low} to {high}")
    if row.target_type not in PollTarget.values:
        raise Invalid("target_type", f"target_type must be one of {', '.join(PollTarget.values)}")
    if row.snmp_version not in {"1", "2c", "3"}:
        raise Invalid("snmp_version", "snmp_version must be 1, 2c or 3")
    if row.cron_expression:
        try:
            CronSim(row.cron_expression, timezone.now())
        except CronSimError as err:
            raise Invalid("cron_expression", f"cron_expression: {err}") from err
    if body.get("target_device_ip"):
        ip = normal_ip(body["target_device_ip"])
        if ip is None:
            raise InvalidAddress(body["target_device_ip"], "target_device_ip")
        row.target_device_ip = ip
    elif "target_device_ip" in body:
        row.target_device_ip = ""
    if body.get("target_group_id"):
        key = wanted_id(body["target_group_id"], "target_group_id")
        group = DeviceGroup.objects.filter(pk=key).first()
        if group is None:
            raise Invalid("target_group_id", "there is no such group")
        row.target_group = group
    elif "target_group_id" in body:
        row.target_group = None
    _apply_site(row, body, before)
    if body.get("credential_id"):
        row.credential = vault.find(wanted_id(body["credential_id"], "credential_id"))
    elif "credential_id" in body:
        row.credential = None
    row.full_clean(exclude=["credential", "target_group"], validate_unique=False)


def _apply_site(row: PollConfig, body: Mapping[str, Any], before: str) -> None:
    """Take a site by its id; one sent back as it was shown lets a new name win."""
    if "target_site_id" not in body:
        return
    if not body["target_site_id"]:
        row.target_site_name = row.target_site_name if "target_site_name" in body else ""
        return
    key = wanted_id(body["target_site_id"], "target_site_id")
    site = Site.objects.filter(pk=key).first()
    if site is None:
        raise Invalid("target_site_id", "there is no such site")
    if "target_site_name" not in body or site.name.lower() != before.lower():
        row.target_site_name = site.name


def site_ids(rows: Iterable[PollConfig]) -> dict[str, int]:
    """Return the ids of the sites that polls name, by the name in lower case."""
    if not any(row.target_site_name for row in rows):
        return {}
    return {name.lower(): pk for name, pk in Site.objects.values_list("name", "pk")}


def _checked(name: str, value: Any) -> Any:
    """Return a value of the kind its field holds; raises `Invalid`."""
    if name == "enabled":
        if not isinstance(value, bool):
            raise Invalid(name, f"{name} must be true or false")
    elif name == "tags":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid(name, "tags must be a list of texts")
    elif name == "target_device_ids":
        if not isinstance(value, list):
            raise Invalid(name, f"{name} must be a list of ids")
        return [wanted_id(one, name) for one in value]
    elif name == "target_custom_filter":
        if value:
            groups.check_rule(value, "target_custom_filter")
    elif name not in BOUNDS:
        if not isinstance(value, str):
            raise Invalid(name, f"{name} must be a text")
        return value.strip()
    return value


def _default(name: str) -> Any:
    return getattr(PollConfig(), name)


def _save(row: PollConfig) -> None:
    taken = Refused("DUPLICATE", f"A poll named {row.name} exists already", 409, field="name")
    if PollConfig.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as err:
        raise taken from err
