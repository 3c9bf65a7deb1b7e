"""What lists of the register show and filter by, without a query per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from networkroutes.choices import ChannelState, LatencyState, RouteState
from networkroutes.models import DarkFibreChannel, NetworkRoute, Reservation

TOLERANCE, HUGE_MS = 1.1, 1e300  # a tenth more than the largest number is none
EXPECTED = F("expected_latency_ms")
LIMIT = Coalesce(
    F("sla_latency_ms"),
    Case(When(expected_latency_ms__lt=HUGE_MS, then=EXPECTED * TOLERANCE), default=EXPECTED),
    output_field=FloatField(),
)
IS_SLOW = Q(live_latency_ms__gt=0) & Q(live_latency_ms__gt=LIMIT)
HAS_NO_LIMIT = Q(sla_latency_ms__isnull=True, expected_latency_ms__isnull=True)
IS_ACTIVE = Q(live_latency_ms__gt=0) & (Q(live_latency_ms__lte=LIMIT) | HAS_NO_LIMIT)


def with_channel_counts(
    rows: QuerySet[NetworkRoute], at: datetime | None = None
) -> QuerySet[NetworkRoute]:
    """Give each circuit `total_channels` and `reserved_channels` in the same query, for exports."""
    channels = DarkFibreChannel.objects.filter(route=OuterRef("pk")).order_by()
    held = Reservation.objects.active(at).filter(channel__route=OuterRef("pk")).order_by()
    return rows.annotate(
        total_channels=_counted(channels, "route"),
        reserved_channels=_counted(held, "channel__route"),
    )


def attach_channel_counts(rows: Sequence[NetworkRoute], at: datetime | None = None) -> None:
    """Give the circuits of one page the same two numbers; two queries, however many rows."""
    ids = [row.pk for row in rows]
    channels = DarkFibreChannel.objects.filter(route_id__in=ids)
    held = Reservation.objects.active(at).filter(channel__route_id__in=ids)
    totals = _by_route(channels, "route_id")
    reserved = _by_route(held, "channel__route_id")
    for row in rows:
        row.total_channels = totals.get(row.pk, 0)  # type: ignore[attr-defined]  # read by the list
        row.reserved_channels = reserved.get(row.pk, 0)  # type: ignore[attr-defined]  # read by the list


def with_free_channels(
    rows: QuerySet[NetworkRoute], at: datetime | None = None
) -> QuerySet[NetworkRoute]:
    """Circuits with at least one channel that is neither lit nor held."""
    free = channels_in(DarkFibreChannel.objects.all(), ChannelState.FREE, at)
    return rows.filter(Exists(free.filter(route=OuterRef("pk")).order_by()))


def channels_in(
    rows: QuerySet[DarkFibreChannel], state: str, at: datetime | None = None
) -> QuerySet[DarkFibreChannel]:
    """Channels in a state now; a channel that is held counts as reserved, lit or not."""
    held = Exists(Reservation.objects.active(at).filter(channel=OuterRef("pk")).order_by())
    if state == ChannelState.RESERVED:
        return rows.filter(held)
    if state in (ChannelState.LIT, ChannelState.FREE):
        return rows.filter(~held, in_use=state == ChannelState.LIT)
    return rows


def routes_in(rows: QuerySet[NetworkRoute], state: str) -> QuerySet[NetworkRoute]:
    """Circuits in a state: live latency 0 is an outage, above the limit is slow, none at all was
    never measured."""
    if state == RouteState.OUTAGE:
        return rows.filter(live_latency_ms=0)
    if state == RouteState.UNMEASURED:
        return rows.filter(live_latency_ms__isnull=True)
    if state == RouteState.SLOW:
        return rows.filter(IS_SLOW)
    return rows.filter(IS_ACTIVE) if state == RouteState.ACTIVE else rows


def route_state(route: NetworkRoute) -> RouteState:
    """Return the state of one circuit, as `routes_in` finds it."""
    if route.is_out:
        return RouteState.OUTAGE
    if route.live_latency_ms is None:
        return RouteState.UNMEASURED
    is_slow = latency_state(route) == LatencyState.SLOW
    return RouteState.SLOW if is_slow else RouteState.ACTIVE


def latency_limit_ms(route: NetworkRoute) -> float | None:
    """The latency in ms above which a circuit is slow: its SLA, else 10 % above the expected."""
    if route.sla_latency_ms is not None:
        return route.sla_latency_ms
    expected = route.expected_latency_ms
    return expected if expected is None or expected >= HUGE_MS else expected * TOLERANCE


def latency_state(route: NetworkRoute) -> LatencyState | None:
    """Whether the live latency keeps its limit; None while there is nothing to compare."""
    limit = latency_limit_ms(route)
    if limit is None or not route.live_latency_ms:
        return None
    return LatencyState.SLOW if route.live_latency_ms > limit else LatencyState.KEPT


def state_counts() -> dict[str, int]:
    """Return how many circuits are out, never measured, slow, and active but not slow.

    One pass over the table: an index on the live latency is slower where most are measured.
    """
    found = NetworkRoute.objects.order_by().aggregate(
        out=Count("pk", filter=Q(live_latency_ms=0)),
        unmeasured=Count("pk", filter=Q(live_latency_ms__isnull=True)),
        slow=Count("pk", filter=IS_SLOW),
        all=Count("pk"),
    )
    others = found["out"] + found["unmeasured"] + found["slow"]
    return {
        RouteState.OUTAGE: found["out"],
        RouteState.UNMEASURED: found["unmeasured"],
        RouteState.SLOW: found["slow"],
        RouteState.ACTIVE: found["all"] - others,
    }


def ending_at(rows: QuerySet[NetworkRoute], code: str) -> QuerySet[NetworkRoute]:
    """Circuits with this location at either end, in any case."""
    return rows.filter(Q(location_a__iexact=code) | Q(location_b__iexact=code))


def reservation_of(channel: DarkFibreChannel, at: datetime | None = None) -> Reservation | None:
    """Return who holds the channel now, from what `with_open_reservation` read along if it did."""
    found: Iterable[Reservation] | None = getattr(channel, "open_reservations", None)
    if found is None:
        found = channel.reservations.active(at).select_related("holder")
    return next((row for row in found if row.is_active(at)), None)


def channel_state(channel: DarkFibreChannel, at: datetime | None = None) -> ChannelState:
    """Return the state of a channel now."""
    if reservation_of(channel, at or timezone.now()) is not None:
        return ChannelState.RESERVED
    return ChannelState.LIT if channel.in_use else ChannelState.FREE


def texts_of(*columns: str, limit: int = 200) -> list[str]:
    """Return the different texts of indexed columns of circuits, in order, up to a limit.

    Steps through the index from value to value, so that it costs the same with a million rows.
    """
    known = {field.name for field in NetworkRoute._meta.get_fields()}
    if not known.issuperset(columns):
        raise ValueError(f"no such column among {', '.join(columns)}")
    with connection.cursor() as cursor:
        found: set[str] = set()
        for column in columns:
            cursor.execute(_steps(column), [limit])
            found.update(row[0] for row in cursor.fetchall() if row[0])
    return sorted(found, key=str.casefold)[:limit]


def _steps(column: str) -> str:
    quote = connection.ops.quote_name
    name, table = quote(column), quote(NetworkRoute._meta.db_table)
    return f"""
        WITH RECURSIVE step(value) AS (
            SELECT MIN({name}) FROM {table} WHERE {name} > ''
            UNION ALL
            SELECT (SELECT MIN({name}) FROM {table} WHERE {name} > step.value)
            FROM step WHERE step.value IS NOT NULL
        )
        SELECT value FROM step WHERE value IS NOT NULL LIMIT %s
    """  # noqa: S608  a column of the model, quoted


def _counted(rows: QuerySet, by: str) -> Coalesce:
    counted = rows.values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _by_route(rows: QuerySet, name: str) -> dict[int, int]:
    counted = rows.order_by().values_list(name).annotate(count=Count("pk"))
    return dict(counted)
