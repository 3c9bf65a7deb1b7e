"""Lines of the register's CSV: the same from both databases, whatever the texts hold."""

from __future__ import annotations

from typing import Any

import pytest

from networkroutes.api.clients.network_inventory.export import csv_of_json, csv_of_routes
from networkroutes.models import NetworkRoute
from tests.factories.networkroutes import NetworkRouteFactory


def lines_of(*details: str | None) -> list[str]:
    NetworkRoute.objects.all().delete()
    for number, text in enumerate(details):
        NetworkRouteFactory(
            circuit_id=f"LONXAA{number:06d}",
            underlying_carrier=None,
            location_a="London, East",
            location_b="Paris",
            bandwidth="10000",
            more_details=text,
            mtu=9212,
            expected_latency_ms=5.0,
            sla_latency_ms=0.25,
        )
    whole = b"".join(csv_of_routes(NetworkRoute.objects.in_order())).decode()
    return [line.split('"10000",')[1] for line in whole.split("\n")[1:]]


@pytest.mark.django_db
def test_plain_rows_and_rows_with_quotes_read_alike():
    plain = lines_of("two pairs", None, "=1+1", "-5", "a,=b", "", "null")
    beside_quotes = lines_of(
        "two pairs", None, "=1+1", "-5", "a,=b", "", "null", 'say "hi", =1', "back\\slash"
    )

    assert plain == [
        '"two pairs",9212,0.25',
        ",9212,0.25",
        '"\'=1+1",9212,0.25',
        '"\'-5",9212,0.25',
        '"a,=b",9212,0.25',
        '"",9212,0.25',
        '"null",9212,0.25',
    ]
    assert beside_quotes == [*plain, '"say ""hi"", =1",9212,0.25', '"back\\slash",9212,0.25']


@pytest.mark.django_db
def test_a_formula_after_a_tab_is_defused_in_the_first_cell_too():
    assert lines_of("\t=1") == ['"\'\t=1",9212,0.25']
    assert csv_of_json(['["=1",2]', '["@x","-y"]']) == '"\'=1",2\n"\'@x","\'-y"'


@pytest.mark.django_db
def test_tiny_latencies_read_alike_from_both_databases(api: Any) -> None:
    NetworkRouteFactory(
        circuit_id="LONXAA000001",
        live_latency_ms=0.0001,
        expected_latency_ms=0.00005,
        sla_latency_ms=0.0000125,
        mtu=None,
        more_details='a "x":5.0e-05, text',
    )
    client = api("viewer")

    listed = client.get("/network_routes").content.decode()
    found = client.get("/network_routes_search?circuit_id=LONXAA").content.decode()
    line = client.get("/network_routes_export").getvalue().decode().split("\n")[1]

    for text in (listed, found):
        plain = text.replace(" ", "")
        assert '"live_latency":0.0001,"expected_latency":5e-05,' in plain
        assert '"sla_latency":1.25e-05,' in plain
        assert r'"a\"x\":5.0e-05,text"' in plain
    assert line.split(",")[4:6] == ["0.0001", "5e-05"]
    assert line.endswith('"a ""x"":5.0e-05, text",,1.25e-05')


@pytest.mark.django_db
def test_the_usage_of_capacity_is_the_last_column_once_a_circuit_has_one(api: Any) -> None:
    first, second = (
        NetworkRouteFactory(circuit_id=f"LONXAA00000{number}", sla_latency_ms=7.5)
        for number in (1, 2)
    )
    client = api("viewer")

    def lines() -> list[list[str]]:
        text = client.get("/network_routes_export").getvalue().decode()
        return [line.split(",")[15:] for line in text.split("\n")]

    before = lines()
    NetworkRoute.objects.filter(pk=first.pk).update(capacity_usage_percent=40)
    one = lines()
    NetworkRoute.objects.filter(pk=second.pk).update(capacity_usage_percent=40.5)

    assert before == [['"sla_latency"'], ["7.5"], ["7.5"]]
    assert one == [['"sla_latency"', '"capacity_usage_percent"'], ["7.5", "40"], ["7.5", ""]]
    assert lines()[2] == ["7.5", "40.5"]
