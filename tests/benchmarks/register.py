"""A register of any size in a database of its own, the same rows each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from networkroutes.models import DarkFibreChannel, NetworkRoute, Reservation

SEED = 20261121
CARRIERS = ("Kestrel Networks", "Aurora Fibre", "Pelagia", "Meridian Cable", "Transit One")
CITIES = ("LON", "PAR", "FRA", "AMS", "NYC", "SNG", "HKG", "TYO", "SYD", "LAX")
BATCH = 2000


@contextmanager
def database() -> Iterator[None]:
    """Make the test database of the settings, and remove it afterwards."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def add_circuits(size: int, *, after: int = 0) -> None:
    """Add circuits in bulk until there are so many, and let the planner look at them."""
    dice = Random(SEED)  # noqa: S311  the same rows each time
    for start in range(after, size, BATCH):
        NetworkRoute.objects.bulk_create(
            [_circuit(number, dice) for number in range(start, min(size, start + BATCH))]
        )
    _analyse()


def add_channels(size: int) -> None:
    """Add channels with names of their own, 96 to a circuit, to circuits that are there."""
    routes = NetworkRoute.objects.order_by("pk").values_list("pk", flat=True)[: size // 96 + 1]
    keys = list(routes)
    for start in range(0, size, BATCH):
        DarkFibreChannel.objects.bulk_create(
            [
                DarkFibreChannel(route_id=keys[number // 96], dwdm_ucn=f"LONLON{number:06d}")
                for number in range(start, min(size, start + BATCH))
            ]
        )
    _analyse()


def add_overdue(size: int) -> None:
    """Add reservations that ran out, each on a channel of its own, to one circuit."""
    route, _ = NetworkRoute.objects.get_or_create(circuit_id="DARKFB000001")
    begun = timezone.now() - timedelta(days=61)
    for start in range(0, size, BATCH):
        channels = DarkFibreChannel.objects.bulk_create(
            [
                DarkFibreChannel(route=route, dwdm_ucn=f"CH{number:08d}")
                for number in range(start, min(size, start + BATCH))
            ]
        )
        Reservation.objects.bulk_create(
            [
                Reservation(
                    channel=channel,
                    reserved_by="Jana Novak",
                    reserved_at=begun,
                    expires_at=begun + timedelta(days=60),
                )
                for channel in channels
            ]
        )
    _analyse()


def _circuit(number: int, dice: Random) -> NetworkRoute:
    a, b = dice.sample(CITIES, 2)
    letters = "".join(chr(65 + number // 26**power % 26) for power in (2, 1, 0))
    made = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return NetworkRoute(
        circuit_id=f"{a}{letters}{number % 10**6:06d}",
        repository_type_id=1,
        location_a=f"{a}{dice.randrange(1, 9)}",
        location_b=f"{b}{dice.randrange(1, 9)}",
        underlying_carrier=dice.choice(CARRIERS),
        cable_system=f"System {dice.randrange(200)}",
        bandwidth=dice.choice(("10000", "100000", "Dark Fiber")),
        expected_latency_ms=round(dice.uniform(0.2, 200), 2),
        is_special=dice.random() < 0.1,
        mtu=9212,
        more_details="Two pairs, second one spare" if number % 3 else None,
        created_at=made,
        updated_at=made,
    )


def _analyse() -> None:
    """Do what a database does by itself soon after: statistics, and rows waiting for an index."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
