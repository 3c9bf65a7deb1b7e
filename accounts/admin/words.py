"""States and sentences that several pages of identity show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.choices import AuditOutcome, UserStatus
from accounts.models import ApiKey, AuditEntry, Session, User
from inventory_site.core.admin import EMPTY, badge

USER_STATES = {
    UserStatus.ACTIVE: "ok",
    UserStatus.INACTIVE: "idle",
    UserStatus.LOCKED: "bad",
    UserStatus.PENDING: "wait",
}
OUTCOME_STATES = {
    AuditOutcome.SUCCESS: "ok",
    AuditOutcome.REFUSED: "warn",
    AuditOutcome.FAILURE: "bad",
}
OUTCOME_WORDS = {
    AuditOutcome.SUCCESS: "Done",
    AuditOutcome.REFUSED: "Refused",
    AuditOutcome.FAILURE: "Failed",
}
CHANNELS = {
    "admin": "in the admin",
    "api": "over the API",
    "client": "in a front end",
    "command": "by command",
    "task": "in the background",
    "system": "",
}
SENTENCES = {
    "apikey.created": "made the API key",
    "apikey.revoked": "revoked the API key",
    "audit.check_asked": "asked for a check of the audit trail",
    "audit.checked": "checked the audit trail",
    "audit.retention": "removed entries past their retention",
    "cache.cleared": "emptied caches",
    "device.host_key_forgotten": "forgot the host key of",
    "device.winrm_command": "ran a WinRM command on",
    "device.winrm_service": "acted on a service of",
    "fabrication.progress": "reported pieces of",
    "lab.accept_invitation": "accepted the",
    "lab.invite_user": "sent the",
    "lab.register": "joined the lab as",
    "lab.register_admin": "tried to join the lab as Super Admin",
    "lab.update_user_role": "changed the lab role of",
    "lab.update_user_status": "changed the lab status of",
    "location.capabilities_set": "set the capabilities of",
    "location.minimum_prices_set": "set minimum prices of",
    "part.low_stock": "noted low stock of",
    "password.reset_asked": "asked for a new password of",
    "password.set": "set a new password of",
    "second_factor.backup_code_used": "used a backup code of",
    "second_factor.disabled": "switched off the second factor of",
    "second_factor.dropped": "switched off the second factor of",
    "second_factor.enabled": "switched on the second factor of",
    "second_factor.key_added": "added a security key to",
    "second_factor.key_copied": "refused a copied security key of",
    "second_factor.key_removed": "removed a security key of",
    "second_factor.refused": "refused a code of",
    "pick_list.undone": "took back pick list",
    "queuedtask.cancelled": "cancelled the task",
    "queuedtask.run_again": "ran the task again:",
    "reservation.reminder_due": "sent a reminder of",
    "role.assigned": "gave a role to",
    "role.taken": "took a role from",
    "schedule.run_now": "ran at once the schedule",
    "seller.logo_set": "set the logo of",
    "session.closed": "signed out of",
    "session.opened": "signed in as",
    "session.others_revoked": "ended every other sign-in of",
    "session.refused": "refused the sign-in of",
    "session.revoked": "ended a sign-in of",
    "stocktake.begun": "began stocktake",
    "user.modules_shown": "changed the menu of",
}
OWN = {
    "lab.register": "joined the lab",
    "password.changed": "changed their password",
    "password.reset": "set a new password by a mailed link",
    "second_factor.disabled": "switched their second factor off",
    "second_factor.enabled": "switched their second factor on",
    "session.closed": "ended their session",
    "session.opened": "opened a session",
    "session.others_revoked": "ended their other sign-ins",
}
"""Sentences of what people do to their own account."""

ABBREVIATIONS = {word: word.upper() for word in ("bom", "id", "ip", "kmz", "mtu", "sla", "url")}


def user_badge(user: User) -> SafeString:
    """Draw whether an account may sign in."""
    if user.is_active and user.is_locked:
        return badge("Locked for now", "bad")
    return badge(user.get_status_display(), USER_STATES.get(user.status, "idle"))


def session_badge(session: Session) -> SafeString:
    """Draw whether a session still opens anything."""
    if session.revoked_at is not None:
        return badge("Ended", "idle")
    if session.expires_at <= timezone.now():
        return badge("Expired", "idle")
    return badge("Open", "ok")


def key_badge(key: ApiKey) -> SafeString:
    """Draw whether a key still opens anything."""
    if key.revoked_at is not None:
        return badge("Revoked", "idle")
    if key.expires_at is not None and key.expires_at <= timezone.now():
        return badge("Expired", "idle")
    return badge("Active", "ok")


def outcome_badge(entry: AuditEntry) -> SafeString:
    """Draw how an audited call ended."""
    word = OUTCOME_WORDS.get(entry.outcome, entry.outcome)
    return badge(word, OUTCOME_STATES.get(entry.outcome, "idle"))


def user_link(user: User | None) -> SafeString:
    """Draw a person as a link to their page."""
    if user is None:
        return format_html("{}", EMPTY)
    url = reverse("admin:accounts_user_change", args=[user.pk])
    return format_html('<a href="{}">{}</a>', url, user.shown_name)


def verb_words(verb: str) -> str:
    """Turn `channel.reserved` into `reserved channel`, `user.roles_changed` into `changed roles of
    user`; verbs of identity have sentences of their own.
    """
    if verb in SENTENCES:
        return SENTENCES[verb]
    thing, _, done = verb.rpartition(".")
    what, _, last = done.rpartition("_")
    if what and thing and last.endswith("ed"):
        done = f"{last} {ABBREVIATIONS.get(what, what)} of"
    return f"{done} {thing}".replace("_", " ").replace(".", " ").strip()


def field_words(object_type: str, name: str) -> str:
    """Return the label of an audited field: `circuit_id` of a circuit is `UCN`."""
    try:
        label = str(apps.get_model(object_type)._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a relation's is caught
    except (LookupError, ValueError, AttributeError, FieldDoesNotExist):
        label = name.replace("_", " ")
    return capfirst(" ".join(ABBREVIATIONS.get(word, word) for word in label.split()))


def value_words(value: Any) -> Any:
    """Return an audited value as people read it: times in their zone, yes and no, lists joined."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return ", ".join(map(str, value))
    moment = _moment(value) if isinstance(value, str) else None
    return f"{timezone.localtime(moment):%-d %b %Y, %H:%M:%S}" if moment else value


def _moment(text: str) -> datetime | None:
    """Read a time with its zone; None for any other text."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def told(entry: AuditEntry) -> tuple[str, str]:
    """Return what was done and to what; what people do to their own account names nobody else."""
    is_own = entry.object_type == "accounts.user" and entry.object_id == str(entry.actor_id)
    if is_own and entry.verb in OWN:
        return OWN[entry.verb], ""
    tried = str((entry.after or {}).get("username", ""))[:80]  # a name that nobody has
    return verb_words(entry.verb), entry.object_label or tried


def sentence(entry: AuditEntry) -> SafeString:
    """Say who did what to which object, through what."""
    done, label = told(entry)
    return format_html(
        "<b>{}</b> {} {} {}",
        entry.actor_name,
        done,
        _named(label),
        CHANNELS.get(entry.channel, entry.channel),
    )


def _named(label: str) -> SafeString:
    """A name inside a sentence: in monospace, without the button that would leave a gap."""
    return format_html(
        '<span class="pb-id"><span class="pb-id-text">{}</span></span>' if label else "{}", label
    )


def agent_words(agent: str) -> str:
    """Name the browser and system of a user agent, or show its beginning."""
    browsers = (
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent[:60] or "unknown"


def table_rows(rows: Any, *cells: Any) -> list[list[Any]]:
    """Return the cells of each row, each worked out by a function of the row."""
    return [[cell(row) for cell in cells] for row in rows]
