"""PRTG: settings, reads, the webhook's alerts, and its devices told to NetBox."""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip
from devices.errors import Invalid, Refused, RemoteFailed
from devices.models import NetBoxCacheEntry, PrtgAlert
from devices.services import (
    integration,
    netbox_settings,
    netbox_sync,
    netbox_upsert,
    remote_json,
)
from devices.services.netbox_client import NetBoxClient, NetBoxFailed, OutOfTime
from devices.values import truth
from inventory_site.core.errors import AuthenticationRequired, DomainError
from inventory_site.core.locks import guarded, lock
from inventory_site.core.whole import whole_number

SECRETS = frozenset({"prtg_api_token", "prtg_passhash", "prtg_webhook_secret"})
PLAIN = ("url", "username", "verify_ssl", "sync_interval", "enabled")
MISSING = "PRTG is not configured. Set URL and API token in settings."
OFF = "PRTG is switched off in settings."
COLUMNS = {
    "devices": "objid,device,host,group,status,message,priority,tags",
    "sensors": "objid,sensor,device,group,status,message,lastvalue,priority",
    "groups": "objid,group,probe,status",
}
SEVERITIES = ("down", "warning", "unusual", "up")
MAX_ROWS, ONE_DEVICE_S = 5000, 2.0


def shown() -> dict[str, Any]:
    """Return the settings, secrets masked."""
    data: dict[str, Any] = {name: integration.read(f"prtg_{name}") for name in PLAIN}
    for key in sorted(SECRETS):
        name = key.removeprefix("prtg_")
        data[name] = integration.BULLETS if integration.shown(key, "") else ""
        data[f"{name}_configured"] = bool(data[name])
    data["verify_ssl"] = data["verify_ssl"] is not False
    data["enabled"] = data["enabled"] is not False and bool(data["url"])
    return data


def save(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Store settings; a secret that begins with bullets leaves the stored one.

    What was stored for another host is gone with a new URL.
    """
    policy.require(actor, policy.SETTINGS_EDIT)
    values: dict[str, Any] = {}
    if "url" in body:
        values["prtg_url"] = remote_json.base_url(body["url"])
    for name in ("verify_ssl", "enabled"):
        if body.get(name) is not None:
            values[f"prtg_{name}"] = truth(body[name], name, True)
    if "username" in body:
        values["prtg_username"] = str(body["username"] or "")[:255]
    if "sync_interval" in body:
        interval = whole_number(body["sync_interval"], digits=6)
        if interval is None:
            raise Invalid("sync_interval", "sync_interval must be a whole number of seconds")
        values["prtg_sync_interval"] = interval
    for key in SECRETS:
        sent = body.get(key.removeprefix("prtg_"))
        if isinstance(sent, str) and sent and not sent.startswith("••"):
            values[key] = sent
    values |= integration.left_behind("prtg_url", values, "prtg_api_token", "prtg_passhash")
    integration.write(actor, values, secrets=SECRETS)
    return shown()


def _login(body: Mapping[str, Any]) -> tuple[str, dict[str, str], bool]:
    """Return URL, query and verification; stored secrets go to the stored URL only."""
    stored = integration.read("prtg_url", "") or ""
    url = remote_json.base_url(body.get("url") or stored)
    own = url == stored

    def secret(name: str) -> str:
        sent = body.get(name)
        if isinstance(sent, str) and sent and not sent.startswith("••"):
            return sent
        return (integration.read(f"prtg_{name}", "") or "") if own else ""

    token, passhash = secret("api_token"), secret("passhash")
    username = str(body.get("username") or (integration.read("prtg_username", "") if own else ""))
    query = {"apitoken": token} if token else {"username": username, "passhash": passhash}
    if not url or not (token or (username and passhash)):
        raise RemoteFailed("PRTG_NOT_CONFIGURED", MISSING, 503)
    stored_verify = bool(integration.read("prtg_verify_ssl", True))
    return url, query, truth(body.get("verify_ssl"), "verify_ssl", stored_verify)


def _get(path: str, body: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Any]:
    if body is None and integration.read("prtg_enabled", True) is False:
        raise RemoteFailed("PRTG_NOT_CONFIGURED", OFF, 503)
    url, login, verify = _login(body or {})
    found = remote_json.call(
        f"{url}{path}",
        code="PRTG_ERROR",
        name="PRTG",
        query={**query, **login},
        verify=verify,
    )
    return remote_json.whole_object(found, "PRTG_ERROR", "PRTG")


def test(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Ask PRTG for its state; raises `RemoteFailed`."""
    policy.require(actor, policy.SETTINGS_EDIT)
    found = _get("/api/status.json", body)
    return {
        "success": True,
        "message": "Connected to PRTG",
        "prtg_version": found.get("Version") or found.get("version"),
        "sensors_count": _count(found, "Sensors", "UpSens", "DownSens", "WarnSens", "PausedSens"),
        "devices_count": _count(found, "Devices"),
    }


def _count(found: Mapping[str, Any], whole: str, *parts: str) -> int | None:
    """Return a count of the state; PRTG gives sensors by their colour."""
    for names in ((whole,), parts):
        values = [whole_number(str(found.get(name)).strip()) for name in names]
        numbers = [value for value in values if value is not None]
        if numbers:
            return sum(numbers)
    return None


def status() -> dict[str, Any]:
    """Return whether PRTG answers now."""
    try:
        found = _get("/api/status.json")
    except RemoteFailed:
        return {"connected": False, "version": None, "sensors": None, "devices": None}
    return {
        "connected": True,
        "version": found.get("Version"),
        "sensors": _count(found, "Sensors", "UpSens", "DownSens", "WarnSens", "PausedSens"),
        "devices": _count(found, "Devices"),
    }


def rows(kind: str) -> list[dict[str, Any]]:
    """Return PRTG's devices, sensors or groups."""
    found = _get("/api/table.json", content=kind, columns=COLUMNS[kind], count=MAX_ROWS)
    return remote_json.objects(found.get(kind), "PRTG_ERROR", "PRTG")


def preview() -> list[dict[str, Any]]:
    """Return what a sync would tell NetBox: per PRTG device create, update or skip."""
    client, found = netbox_settings.client(is_quick=True), []
    devices = rows("devices")
    names = _names(client)
    holders = {ip: name for name, ip in names.items() if ip}
    for row in devices:
        ip = normal_ip(row.get("host"))
        if ip is None:
            found.append(_planned(row, "skip", "PRTG knows no address of it"))
        elif str(row.get("device") or "").strip() in names:
            found.append(_planned(row, "update", ""))
        else:
            taken = f"Takes {ip} from {holders[ip]}" if ip in holders else ""
            found.append(_planned(row, "create", taken))
    return found


def _names(client: NetBoxClient) -> dict[str, str]:
    """Return the names of NetBox's devices, each with its own address; of a slow one the cache's.

    An address is blank where the device has none.
    """
    try:
        rows = map(netbox_sync.entry_of, client.each(netbox_upsert.DEVICES))
        return {row["device_name"]: row["device_ip"] for row in rows}
    except OutOfTime:
        return dict(NetBoxCacheEntry.objects.values_list("device_name", "device_ip"))
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err


def _planned(row: Mapping[str, Any], action: str, reason: str) -> dict[str, Any]:
    return {
        "prtg_id": row.get("objid"),
        "name": row.get("device"),
        "ip_address": row.get("host"),
        "group": row.get("group"),
        "action": action,
        "reason": reason or None,
    }


def sync_netbox(
    *, actor: Any, only: set[str] | None = None, defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Tell NetBox about PRTG's devices; one that fails is a row with its reason.

    Stops when its few seconds are over: `left` are the ids that another call may send.
    """
    policy.require(actor, policy.ADD)
    policy.require(actor, policy.CHANGE)
    client = netbox_settings.client(is_quick=True)
    done: dict[str, Any] = {"created": 0, "updated": 0, "skipped": 0, "errors": []}
    for row in rows("devices"):
        if only is not None and str(row.get("objid")) not in only:
            continue
        if client.left_s() < ONE_DEVICE_S:
            done.setdefault("left", []).append(row.get("objid"))
            continue
        ip = normal_ip(row.get("host"))
        if ip is None:
            done["skipped"] += 1
            continue
        facts = {**(defaults or {}), "hostname": row.get("device"), "tags": ["prtg"]}
        try:
            made = netbox_upsert.upsert(client, ip, facts)["created"]
        except (NetBoxFailed, DomainError) as err:
            text = err.message if isinstance(err, DomainError) else str(err)
            done["errors"].append({"name": row.get("device"), "error": text[:500]})
        else:
            done["created" if made else "updated"] += 1
    counted: dict[str, Any] = {name: len(done[name]) for name in ("errors", "left") if name in done}
    audit.record(actor, "prtg.synced", after={**done, **counted})
    return done


def severity_of(text: str) -> str:
    """Return a severity by PRTG's word for a state."""
    low = text.lower()
    return next((word for word in SEVERITIES if word in low), "unknown")


def webhook(body: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """Take one notice of PRTG: raise, refresh or resolve the sensor's alert.

    The shared secret is compared in constant time; without one stored the webhook is closed.
    """
    stored = integration.read("prtg_webhook_secret", "") or ""
    if not stored:
        raise Refused("PRTG_NOT_CONFIGURED", "The webhook has no shared secret yet", 503)
    if not hmac.compare_digest(stored.encode(), secret.encode()):
        raise AuthenticationRequired
    sensor = _text(body, "sensorid", 50)
    if not sensor:
        raise Invalid("sensorid", "sensorid is required")
    with contextlib.suppress(IntegrityError):  # another notice of the sensor came just now
        return _store(sensor, body)
    return _store(sensor, body)


def _text(body: Mapping[str, Any], name: str, size: int) -> str:
    return str(body.get(name) if body.get(name) is not None else "").replace("\x00", "")[:size]


def _store(sensor: str, body: Mapping[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    word = severity_of(_text(body, "status", 100))
    values = {
        "device_id": _text(body, "deviceid", 50),
        "device_name": _text(body, "device", 255),
        "sensor_name": _text(body, "sensor", 255),
        "host": _text(body, "host", 255),
        "group_name": _text(body, "group", 255),
        "status_text": _text(body, "status", 100),
        "severity": word,
        "message": _text(body, "message", 4000),
        "last_value": _text(body, "lastvalue", 255),
        "priority": _text(body, "priority", 20),
        "updated_at": now,
    }
    with guarded():
        row = lock(PrtgAlert.objects.filter(sensor_id=sensor, is_active=True)).first()
        if row is None and word == "up":
            return {"action": "ignored", "alert_id": None, "severity": word}
        action = "created" if row is None else "resolved" if word == "up" else "updated"
        row = row or PrtgAlert(sensor_id=sensor)
        for name, value in values.items():
            if value != "":  # what a notice does not say stays as it was
                setattr(row, name, value)
        if word == "up":
            row.is_active, row.resolved_at = False, now
        row.save()
    return {"action": action, "alert_id": row.pk, "severity": word}
