"""The list of circuits in the admin: chips, search, exports, a fixed number of queries."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from networkroutes.models import NetworkRoute
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    DarkFibreRouteFactory,
    NetworkRouteFactory,
    RepositoryTypeFactory,
    ReservationFactory,
)

LIST = "/admin/networkroutes/networkroute/"

pytestmark = pytest.mark.django_db


def found(client: Client, **query: str) -> list[str]:
    return sorted(row.name for row in client.get(LIST, query).context["rows"])


@pytest.fixture
def register(db: None) -> dict[str, NetworkRoute]:
    """Six circuits, each found by another chip."""
    out = NetworkRouteFactory(circuit_id="OUTAGE000001", live_latency_ms=0)
    ull = NetworkRouteFactory(circuit_id="ULLULL000002", is_special=True, live_latency_ms=7.4)
    slow = NetworkRouteFactory(
        circuit_id="SLOWLY000003", live_latency_ms=9, underlying_carrier="Pelagia"
    )
    dark = DarkFibreRouteFactory(circuit_id="DARKFB000004", location_a="PAR1", location_b="MRS1")
    full = DarkFibreRouteFactory(circuit_id="FULLUP000005", bandwidth="dark FIBER")
    other = NetworkRouteFactory(
        circuit_id="OTHERS000006", repository_type_id=RepositoryTypeFactory(name="Leased").pk
    )
    DarkFibreChannelFactory(route=dark)
    DarkFibreChannelFactory(route=dark, in_use=True)
    DarkFibreChannelFactory(route=full, in_use=True)
    ReservationFactory(channel__route=full)
    return {"out": out, "ull": ull, "slow": slow, "dark": dark, "full": full, "other": other}


def test_each_chip_finds_its_circuits(admin_page: Client, register: dict[str, Any]) -> None:
    leased = str(register["other"].repository_type_id)

    assert found(admin_page, state="outage") == ["OUTAGE000001"]
    assert found(admin_page, state="active") == ["ULLULL000002"]
    assert found(admin_page, state="unmeasured") == [
        "DARKFB000004",
        "FULLUP000005",
        "OTHERS000006",
    ]
    assert found(admin_page, state="slow") == ["SLOWLY000003"]
    assert found(admin_page, ull="yes") == ["ULLULL000002"]
    assert found(admin_page, free="yes") == ["DARKFB000004"]
    assert found(admin_page, dark="yes") == ["DARKFB000004", "FULLUP000005"]
    assert found(admin_page, carrier="Pelagia") == ["SLOWLY000003"]
    assert found(admin_page, location="mrs1") == ["DARKFB000004"]
    assert found(admin_page, repository=leased) == ["OTHERS000006"]


def test_chips_combine_and_live_in_the_address(
    admin_page: Client, register: dict[str, Any]
) -> None:
    answer = admin_page.get(LIST, {"dark": "yes", "free": "yes", "location": "PAR1", "q": "dark"})
    chips = {chip.title: chip for chip in answer.context["chips"]}

    assert [row.name for row in answer.context["rows"]] == ["DARKFB000004"]
    assert chips["kind"].chosen == "dark fibre"
    assert chips["kind"].clear_url == "?free=yes&location=PAR1&q=dark"


def test_a_word_of_the_address_that_nobody_knows_filters_nothing(
    admin_page: Client, register: dict[str, Any]
) -> None:
    query = {"state": "?", "ull": "?", "free": "?", "dark": "?", "repository": "x"}

    assert len(found(admin_page, **query)) == 6


def test_the_search_reads_ends_carrier_and_cable_system(admin_page: Client) -> None:
    NetworkRouteFactory(circuit_id="AAAAAA000001", cable_system="Silk Sea")
    NetworkRouteFactory(circuit_id="BBBBBB000002", location_b="SNG1")

    assert found(admin_page, q="silk") == ["AAAAAA000001"]
    assert found(admin_page, q="sng1") == ["BBBBBB000002"]
    assert found(admin_page, q="%") == []


def test_latencies_of_any_size_are_shown(admin_page: Client) -> None:
    row = NetworkRouteFactory(expected_latency_ms=1.64e308, live_latency_ms=1e30)

    (shown,) = admin_page.get(LIST).context["rows"]

    measured = next(str(cell.html) for cell in shown.cells if cell.column.name == "measured")
    assert f"{10**30:,}.0</b> / {164 * 10**306:,}.0" in measured
    assert (found(admin_page, state="active"), found(admin_page, state="slow")) == (
        [row.circuit_id],
        [],
    )
    assert admin_page.get(f"{LIST}{row.pk}/change/").status_code == 200


def test_a_row_says_latency_state_and_channels(
    admin_page: Client, register: dict[str, Any]
) -> None:
    rows = {row.name: row for row in admin_page.get(LIST).context["rows"]}
    cells = {
        name: {cell.column.name: str(cell.html) for cell in row.cells} for name, row in rows.items()
    }

    assert "9.0</b> / 7.5" in cells["SLOWLY000003"]["measured"]
    assert "Over limit of 8.3 ms" in cells["SLOWLY000003"]["measured"]
    assert "Within limit of 8.3 ms" in cells["ULLULL000002"]["measured"]
    assert "<b>–</b> / 7.5" in cells["OUTAGE000001"]["measured"]  # noqa: RUF001  an en dash
    assert "Outage" in cells["OUTAGE000001"]["state_now"]
    assert "Over limit" in cells["SLOWLY000003"]["state_now"]
    assert "Never measured" in cells["DARKFB000004"]["state_now"]
    assert "0/2" in cells["DARKFB000004"]["counted"]
    assert "1/2" in cells["FULLUP000005"]["counted"]
    assert cells["OUTAGE000001"]["counted"] == "–"  # noqa: RUF001  an en dash
    assert cells["OUTAGE000001"]["speed"] == "10 Gbps"
    assert cells["FULLUP000005"]["speed"] == "Dark fibre"


@pytest.mark.parametrize("query", ["", "?free=yes", "?dark=yes&location=LON1&carrier=Aurora Fibre"])
def test_the_list_asks_as_often_for_thirty_circuits_as_for_three(
    admin_page: Client, query: str
) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin_page.get(f"{LIST}{query}").status_code == 200
        return len(asked)

    for _ in range(3):
        DarkFibreChannelFactory()
    ask()
    few = ask()
    for _ in range(27):
        ReservationFactory(channel=DarkFibreChannelFactory())
        DarkFibreChannelFactory()

    assert ask() == few


def test_csv_and_xlsx_hold_what_the_list_shows(
    admin_page: Client, register: dict[str, Any]
) -> None:
    csv = admin_page.get(LIST, {"dark": "yes", "export": "csv"})
    lines = b"".join(csv.streaming_content).decode().splitlines()
    xlsx = admin_page.get(LIST, {"dark": "yes", "export": "xlsx"})
    content = b"".join(xlsx.streaming_content) if xlsx.streaming else xlsx.content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    assert lines[0].startswith("UCN,Location A,Location B,Carrier")
    assert [line.split(",")[0] for line in lines[1:]] == ["DARKFB000004", "FULLUP000005"]
    assert ",Never measured,1,2," in lines[2]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        "DARKFB000004",
        "FULLUP000005",
    ]


def test_an_empty_register_says_how_to_begin(admin_page: Client) -> None:
    page = admin_page.get(LIST).content.decode()

    assert "load_demo networkroutes" in page
    assert f'href="{LIST}add/"' in page
