"""Rows as the front end knows them: key order, 1/0 booleans, the two time formats (contract 2 and
3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, When
from django.db.models.functions import Coalesce

from inventory_site.core.api.fast import T1, T2, Fields, Literal, flag
from networkroutes.choices import EquipmentType, ReservationStatus
from networkroutes.models import DarkFibreChannel

ROUTE = Fields(
    circuit_id="circuit_id",
    repository_type_id="repository_type_id",
    outage_tickets_last_30d="outage_tickets_last_30d",
    maintenance_tickets_last_30d="maintenance_tickets_last_30d",
    kmz_file_path="kmz_file_path",
    live_latency="live_latency_ms",
    expected_latency="expected_latency_ms",
    test_results_link="test_results_link",
    cable_system="cable_system",
    is_special=flag("is_special"),
    underlying_carrier="underlying_carrier",
    cost="cost",
    currency="currency",
    location_a="location_a",
    location_b="location_b",
    bandwidth="bandwidth",
    more_details="more_details",
    test_results_file="test_results_file",
    created_at=T1("created_at"),
    updated_at=T1("updated_at"),
    mtu="mtu",
    sla_latency="sla_latency_ms",
    capacity_usage_percent="capacity_usage_percent",
    local_loop_carriers_a="local_loop_carriers_a",
    local_loop_carriers_b="local_loop_carriers_b",
    equipment_type=Coalesce(F("equipment_type"), Literal(EquipmentType.NOKIA)),
    created_by="created_by",
    updated_by="updated_by",
)
REPOSITORY_TYPE: dict[str, Any] = {
    "id": "pk",
    "name": "name",
    "description": "description",
    "created_at": T1("created_at"),
}
LOCATION: dict[str, Any] = {
    "id": "pk",
    "location_code": "location_code",
    "city": "city",
    "country": "country",
    "datacenter_name": "datacenter_name",
    "datacenter_address": "datacenter_address",
    "latitude": "latitude",
    "longitude": "longitude",
    "time_zone": "time_zone",
    "pop_type": "pop_type",
    "status": "status",
    "created_date": T1("created_at"),
    "updated_date": T1("updated_at"),
    "region": "region",
    "provider": "provider",
    "access_info": "access_info",
    "more_info": "more_info",
    "design_file": "design_file",
    "min_price_under_100mb": "min_price_under_100mb",
    "min_price_100_to_999mb": "min_price_100_to_999mb",
    "min_price_1000_to_2999mb": "min_price_1000_to_2999mb",
    "min_price_3000mb_plus": "min_price_3000mb_plus",
}
RATE: dict[str, Any] = {
    "id": "pk",
    "currency_code": "currency_code",
    "exchange_rate": "exchange_rate",
    "last_updated": T1("last_updated"),
    "next_update_due": T2("next_update_due"),
    "status": "status",
    "updated_by": "updated_by",
    "created_date": T1("created_at"),
}
TEST_RESULTS: dict[str, Any] = {
    "id": "pk",
    "circuit_id": "route__circuit_id",
    "filename": "filename",
    "original_name": "original_name",
    "file_size": "file_size",
    "uploaded_at": T1("uploaded_at"),
}
RESERVATION_LOG: dict[str, Any] = {
    "id": "pk",
    "dark_fiber_id": "channel_id",
    "circuit_id": "circuit_id",
    "dwdm_ucn": "dwdm_ucn",
    "action": "action",
    "reserved_by": "reserved_by",
    "reservation_date": T1("logged_at"),
    "expiry_date": T2("expiry_date"),
    "notes": "notes",
}
CHANNEL: dict[str, Any] = {
    "id": "pk",
    "circuit_id": "route__circuit_id",
    "dwdm_wavelength": "dwdm_wavelength",
    "dwdm_ucn": "dwdm_ucn",
    "equipment": "equipment",
    "in_use": flag("in_use"),
    "is_reserved": Case(When(held__pk__isnull=True, then=0), default=1),
    "reserved_at": T2("held__reserved_at"),
    "reserved_by": "held__reserved_by",
    "reservation_expires_at": T2("held__expires_at"),
    "capex_cost_to_light": "capex_cost_to_light",
    "created_at": T1("created_at"),
    "updated_at": T1("updated_at"),
    "bandwidth": "bandwidth",
}


def channels_with_holder(circuit_id: str) -> QuerySet[DarkFibreChannel]:
    """Return a circuit's channels, each joined to its open reservation (`held`)."""
    return (
        DarkFibreChannel.objects.filter(route__circuit_id=circuit_id)
        .annotate(
            held=FilteredRelation(
                "reservations", condition=Q(reservations__status=ReservationStatus.OPEN)
            )
        )
        .order_by("pk")
    )


def t2(moment: datetime) -> str:
    """Write a time as `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def t1(moment: datetime) -> str:
    """Write a time as `YYYY-MM-DD HH:MM:SS`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
