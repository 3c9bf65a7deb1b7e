"""Writes of what is there already: the row is touched, nobody is said to have changed it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from networkroutes.models import DarkFibreChannel, ExchangeRate, Location, NetworkRoute
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    LocationFactory,
    NetworkRouteFactory,
)

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def rows_of(client: APIClient) -> list[tuple[Any, str, str, dict[str, Any]]]:
    """One circuit, channel and location: the row, both its addresses, and what it holds."""
    route = NetworkRouteFactory(circuit_id="LONPAR000001", bandwidth="10000", cost="12.5")
    channel = DarkFibreChannelFactory(route=route, capex_cost_to_light="7.25")
    place = LocationFactory(location_code="IPCLON2")
    for row in (route, channel, place):
        type(row).objects.filter(pk=row.pk).update(updated_at=LONG_AGO)
    held = {
        "route": client.get("/network_routes/LONPAR000001").json(),
        "channel": client.get("/dark_fiber_details/LONPAR000001").json()[0],
        "place": client.get("/locations").json()[0],
    }
    return [
        (route, "/network_routes/LONPAR000001", f"/api/routes/{route.pk}", held["route"]),
        (
            channel,
            f"/dark_fiber_details/{channel.pk}",
            f"/api/dark-fibre-channels/{channel.pk}",
            held["channel"],
        ),
        (place, f"/locations/{place.pk}", f"/api/locations/{place.pk}", held["place"]),
    ]


def test_a_row_sent_back_as_it_was_only_moves_its_time(api: Any):
    client = api("administrator")
    for row, path, _, held in rows_of(client):
        answer = client.put(path, held, format="json")

        assert answer.status_code == 200
        now = type(row).objects.get(pk=row.pk)
        assert now.updated_at > LONG_AGO
        assert now.version == row.version
    assert not AuditEntry.objects.filter(verb__endswith=".updated").exists()
    assert NetworkRoute.objects.get().updated_by == ""


def test_equipment_that_was_never_told_stays_unknown_unless_it_is_another(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001", equipment_type=None)
    client = api("administrator")
    shown = client.get("/network_routes/LONPAR000001").json()

    client.put("/network_routes/LONPAR000001", {**shown, "mtu": 1500}, format="json")
    kept = NetworkRoute.objects.get()
    client.put("/network_routes/LONPAR000001", {**shown, "equipment_type": "Cisco"}, format="json")
    client.put("/network_routes/LONPAR000001", shown, format="json")

    assert (shown["equipment_type"], kept.equipment_type, kept.mtu) == ("Nokia", None, 1500)
    assert NetworkRoute.objects.get().equipment_type == "Nokia"


def test_no_named_field_writes_nothing_and_still_looks_for_the_row(api: Any):
    client = api("administrator")
    for row, _, path, _ in rows_of(client):
        answer = client.patch(path, {}, format="json")
        late = client.patch(path, {"expected_version": row.version + 1}, format="json")

        assert (answer.status_code, late.status_code) == (200, 409)
        assert type(row).objects.get(pk=row.pk).updated_at == LONG_AGO
    assert not AuditEntry.objects.filter(verb__endswith=".updated").exists()


def test_a_change_names_only_what_differs(api: Any):
    client = api("administrator")
    for row, path, _, held in rows_of(client):
        name = "equipment" if isinstance(row, DarkFibreChannel) else "more_details"
        name = "city" if isinstance(row, Location) else name
        client.put(path, {**held, name: "Lyon"}, format="json")

        entry = AuditEntry.objects.filter(verb__endswith=".updated").latest("pk")
        assert (entry.object_id, entry.after) == (str(row.pk), {name: "Lyon"})
        assert type(row).objects.get(pk=row.pk).version == row.version + 1


def test_a_rate_set_to_what_it_was_says_that_its_due_date_moved(api: Any):
    euro = ExchangeRate.objects.get(currency_code="EUR")
    body = {"exchange_rate": euro.exchange_rate, "updated_by": euro.updated_by}

    api("administrator").put(f"/exchange_rates/{euro.pk}", body, format="json")

    entry = AuditEntry.objects.get(verb="rate.updated")
    assert (list(entry.before), list(entry.after)) == (["next_update_due"], ["next_update_due"])
    assert entry.before != entry.after
