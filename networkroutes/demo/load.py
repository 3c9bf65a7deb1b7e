"""Loads the demo; what is there already is left alone."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from xml.sax.saxutils import escape

from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from networkroutes.demo import data, design, records
from networkroutes.demo.data import Circuit, Place
from networkroutes.demo.ways import WAYS
from networkroutes.models import (
    DarkFibreChannel,
    Location,
    NetworkRoute,
    Reservation,
    ReservationLog,
)
from networkroutes.services import channels, files, locations, reservations, routes

FIRST_THZ, STEP_THZ = Decimal("193.1"), Decimal("0.05")
C_KM_S = 299_792.458
FILES_FOR = ("LONLON100001", "LONAMS220031", "PARMRS260071", "NYCASH340141", *WAYS)


class _Loader:
    """Acts for the demo: may do everything the register offers."""

    is_authenticated = True
    is_active = True
    pk = None
    audited_as = audit.SYSTEM

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return permission.startswith("networkroutes.")


def load() -> str:
    """Make the demo's places, circuits, channels, reservations and files; say what was added."""
    actor = User.objects.filter(role_assignments__role__group__name="super_admin").first()
    doer = actor or _Loader()
    places = sum(_place(doer, place) for place in data.places())
    made = [circuit for circuit in data.circuits() if _circuit(doer, circuit)]
    held = _reservations(doer, {circuit.circuit_id for circuit in made})
    for circuit in made:
        if circuit.circuit_id in FILES_FOR:
            _files(doer, circuit)
    around = design.load_design(doer)
    other = records.load_records(doer)
    return (
        f"{places} locations, {len(made)} circuits, {held} reservations, "
        f"{around} rows for the design tool and {other} of other inventory added"
    )


def _place(actor: object, place: Place) -> bool:
    if Location.objects.filter(location_code=place.code).exists():
        return False
    values = {
        "city": place.city,
        "country": place.country,
        "datacenter_name": place.centre,
        "datacenter_address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "time_zone": place.time_zone,
        "pop_type": place.pop_type,
        "status": place.status,
    }
    locations.create_location(actor=actor, location_code=place.code, values=values)
    return True


def _circuit(actor: object, circuit: Circuit) -> bool:
    if NetworkRoute.objects.filter(circuit_id=circuit.circuit_id).exists():
        return False
    values = {
        "location_a": circuit.a,
        "location_b": circuit.b,
        "underlying_carrier": circuit.carrier,
        "cable_system": circuit.cable,
        "bandwidth": circuit.bandwidth,
        "expected_latency_ms": circuit.expected_ms,
        "sla_latency_ms": round(circuit.expected_ms * 1.08, 1),
        "live_latency_ms": circuit.live_ms,
        "is_special": circuit.special,
        "cost": Decimal(circuit.cost),
        "currency": circuit.currency,
        "mtu": circuit.mtu,
        "outage_tickets_last_30d": 1 if circuit.live_ms == 0 else 0,
        "maintenance_tickets_last_30d": len(circuit.cable) % 3,
    }
    routes.create_route(actor=actor, circuit_id=circuit.circuit_id, values=values)
    for number in range(circuit.channels):
        thz = FIRST_THZ + STEP_THZ * number
        channels.create_channel(
            actor=actor,
            circuit_id=circuit.circuit_id,
            values={
                "dwdm_wavelength": f"{C_KM_S / float(thz):.2f}",
                "dwdm_ucn": f"{circuit.circuit_id[:6]}9{circuit.circuit_id[7:10]}{number + 1:02d}",
                "equipment": "Transponder shelf 1" if number % 2 else "Transponder shelf 2",
                "in_use": number % 4 == 0,
                "capex_cost_to_light": Decimal(12_500 + 250 * number),
            },
        )
    return True


def _reservations(actor: object, made: set[str]) -> int:
    """Reserve as the table says; each ends the given number of days from now."""
    count = 0
    for plan in data.reservations():
        if plan.circuit_id not in made:
            continue
        rows = DarkFibreChannel.objects.filter(route__circuit_id=plan.circuit_id)
        channel = rows[plan.channel_number]
        held = reservations.reserve_channel(
            actor=actor, channel_id=channel.pk, reserved_by=plan.person
        )
        end = timezone.now() + timedelta(days=plan.days_left)
        start = end - reservations.TERM
        Reservation.objects.filter(pk=held.pk).update(reserved_at=start, expires_at=end)
        ReservationLog.objects.filter(channel=channel).update(logged_at=start, expiry_date=end)
        count += 1
    return count


def _files(actor: object, circuit: Circuit) -> None:
    known = {place.code: place for place in data.places()}
    ends = [known[circuit.a], known[circuit.b]]
    kml = _kml(circuit, ends).encode()
    files.upload_kmz(
        actor=actor,
        circuit_id=circuit.circuit_id,
        upload=files.Upload(f"{circuit.circuit_id}.kmz", len(kml), io.BytesIO(kml)),
    )
    traces = [
        (f"OTDR {circuit.a} to {circuit.b}.csv", _trace(circuit, ends)),
        ("Acceptance test.txt", _acceptance(circuit)),
    ]
    files.upload_test_results(
        actor=actor,
        circuit_id=circuit.circuit_id,
        uploads=[files.Upload(name, len(text), io.BytesIO(text)) for name, text in traces],
    )


def _kml(circuit: Circuit, ends: list[Place]) -> str:
    a, b = ((place.longitude, place.latitude) for place in ends)
    points = (a, *WAYS.get(circuit.circuit_id, ()), b)
    line = " ".join(f"{longitude},{latitude},0" for longitude, latitude in points)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escape(circuit.circuit_id)}</name><Placemark>"
        f"<name>{escape(circuit.cable)}</name>"
        f"<LineString><tessellate>1</tessellate><coordinates>{line}</coordinates></LineString>"
        "</Placemark></Document></kml>"
    )


def _trace(circuit: Circuit, ends: list[Place]) -> bytes:
    """A made-up trace: 0.2 dB per km and a splice every 25 km over the great circle."""
    length_km = max(1.0, _distance_km(*ends))
    lines = ["distance_km,loss_db"]
    for step in range(41):
        km = length_km * step / 40
        lines.append(f"{km:.2f},{0.2 * km + 0.05 * int(km / 25):.2f}")
    return ("\n".join(lines) + "\n").encode()


def _acceptance(circuit: Circuit) -> bytes:
    return (
        f"Circuit {circuit.circuit_id}\nRound trip {circuit.expected_ms} ms\n"
        f"MTU {circuit.mtu} bytes\nResult: accepted\n"
    ).encode()


def _distance_km(a: Place, b: Place) -> float:
    """Great-circle distance (haversine, mean earth radius 6371 km)."""
    lat_a, lat_b = radians(a.latitude), radians(b.latitude)
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))
