"""What the overview tells about the register; each card is one bounded query."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil

from inventory_site.core.registry import CardBar, CardContent, CardLine
from networkroutes.choices import OPEN_UPLOADS
from networkroutes.models import (
    BulkUpload,
    CarrierContact,
    DarkFibreChannel,
    ExchangeRate,
    NetworkRoute,
    Reservation,
)
from networkroutes.selectors.small_map import network_card

SHOWN = 5
SOON = timedelta(days=7)
RATE_SOON = timedelta(days=5)


def expiring_mine(user: Any) -> CardContent:
    """Reservations of the person that end within 7 days."""
    now = timezone.now()
    rows = (
        Reservation.objects.active(now)
        .filter(holder=user, expires_at__lte=now + SOON)
        .select_related("channel__route")
        .order_by("expires_at")[: SHOWN + 1]
    )
    lines = [
        CardLine(
            f"{row.channel} on {row.channel.route}",
            reverse("admin:networkroutes_reservation_change", args=[row.pk]),
            f"ends in {timeuntil(row.expires_at, now)}",
            "warn",
        )
        for row in rows
    ]
    url = reverse("admin:networkroutes_reservation_changelist") + "?mine=yes&status__exact=open"
    return CardContent(lines[:SHOWN], len(lines), url, "No reservation of yours ends soon.")


def outages(user: Any) -> CardContent:
    """Circuits that are down."""
    rows = list(NetworkRoute.objects.out().order_by("circuit_id")[: SHOWN + 1])
    lines = [
        CardLine(
            f"{row.circuit_id} {row.location_a or '?'} to {row.location_b or '?'}",
            reverse("admin:networkroutes_networkroute_change", args=[row.pk]),
            row.underlying_carrier or "",
            "bad",
        )
        for row in rows
    ]
    url = reverse("admin:networkroutes_networkroute_changelist") + "?state=outage"
    return CardContent(lines[:SHOWN], len(rows), url, "No circuit is down.")


def next_ends(user: Any) -> CardContent:
    """The next reservations to end, whoever holds them."""
    rows = (
        Reservation.objects.active().select_related("channel__route").order_by("expires_at")[:SHOWN]
    )
    lines = [
        CardLine(
            f"{row.channel} on {row.channel.route} ({row.reserved_by})",
            reverse("admin:networkroutes_reservation_change", args=[row.pk]),
            f"ends {row.expires_at:%d %b}",
            "taken",
        )
        for row in rows
    ]
    url = reverse("admin:networkroutes_reservation_changelist") + "?status__exact=open"
    return CardContent(lines, len(lines), url, "No wavelength is reserved.")


def due_rates(user: Any) -> CardContent:
    """Exchange rates that are overdue or due within 5 days."""
    now = timezone.now()
    rows = ExchangeRate.objects.filter(next_update_due__lte=now + RATE_SOON).exclude(
        currency_code="USD"
    )
    lines = [
        CardLine(
            row.currency_code,
            reverse("admin:networkroutes_exchangerate_change", args=[row.pk]),
            "overdue" if row.next_update_due and row.next_update_due < now else "due soon",
            "bad" if row.next_update_due and row.next_update_due < now else "warn",
        )
        for row in rows.order_by("next_update_due")[: SHOWN + 1]
    ]
    url = reverse("admin:networkroutes_exchangerate_changelist")
    return CardContent(lines[:SHOWN], len(lines), url, "All rates are current.")


def network(user: Any) -> CardContent:
    """The network as a small map, outages above the rest."""
    return network_card()


def channels_by_state(user: Any) -> CardContent:
    """How many channels are lit, reserved and free."""
    now = timezone.now()
    total = DarkFibreChannel.objects.aggregate(all=Count("pk"))["all"]
    held = Reservation.objects.active(now).count()
    lit = DarkFibreChannel.objects.filter(in_use=True).exclude(
        pk__in=Reservation.objects.active(now).values("channel_id")
    )
    lit_count = lit.count()
    url = reverse("admin:networkroutes_darkfibrechannel_changelist")
    free = max(0, total - held - lit_count)
    bars = [
        CardBar("Reserved", held, "taken", f"{url}?state=reserved"),
        CardBar("Lit", lit_count, "wait", f"{url}?state=lit"),
        CardBar("Free", free, "ok", f"{url}?state=free"),
    ]
    return CardContent([], total, url, "No dark-fibre channel is recorded.", bars)


def imports(user: Any) -> CardContent:
    """Imports that a worker has or will have."""
    rows = list(BulkUpload.objects.filter(outcome__in=OPEN_UPLOADS)[: SHOWN + 1])
    lines = [
        CardLine(
            f"{row.filename} into {row.module.replace('_', ' ')}",
            reverse("networkroutes-import-job", args=[row.pk]),
            f"{row.get_outcome_display().lower()}, {row.checked_rows:,} of {row.total_rows:,}",
            "wait",
        )
        for row in rows
    ]
    url = reverse("admin:networkroutes_bulkupload_changelist")
    return CardContent(lines[:SHOWN], len(rows), url, "No import runs.")


def count_expiring_mine(user: Any) -> int:
    """The number beside Reservations in the sidebar."""
    now = timezone.now()
    mine = Reservation.objects.active(now).filter(holder=user, expires_at__lte=now + SOON)
    return mine.count()


def count_outages(user: Any) -> int:
    """The number beside Circuits in the sidebar."""
    return NetworkRoute.objects.out().count()


def count_overdue_contacts(user: Any) -> int:
    """The number beside Carrier contacts, for those who may confirm them."""
    if not user.has_perm("networkroutes.change_carriercontact"):
        return 0
    return CarrierContact.objects.overdue().count()
