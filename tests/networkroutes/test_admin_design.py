"""The design tool and the network map in the admin."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from pypdf import PdfReader

from networkroutes.admin.saved_words import url_of
from networkroutes.models import DesignLog, KmzFile, NetworkRoute, SavedSearch
from networkroutes.selectors import network_map
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import (
    ExchangeRateFactory,
    LocationFactory,
    NetworkRouteFactory,
    OutageFactory,
)

pytestmark = pytest.mark.django_db
DESIGN = "/admin/networkroutes/design/"
ASKED = {
    "source": "LON1",
    "destination": "SNG1",
    "bandwidth": "10",
    "unit": "Gbps",
    "max_latency": "180",
    "twin": "circuit",
    "avoid_carriers": "Meridian",
    "currency": "USD",
    "term": "24",
}


def circuit(name: str, a: str, b: str, ms: float | None, carrier: str, **more: Any) -> NetworkRoute:
    return NetworkRouteFactory(
        circuit_id=name,
        location_a=a,
        location_b=b,
        expected_latency_ms=ms,
        underlying_carrier=carrier,
        bandwidth="100000",
        cost=1000,
        currency="USD",
        **more,
    )


@pytest.fixture
def network(db: None) -> None:
    """London to Singapore three ways, one of them with an unwanted carrier."""
    for code, at in (("LON1", (51.5, 0.0)), ("BOM1", (19.1, 72.9)), ("MRS1", (43.3, 5.4))):
        LocationFactory(location_code=code, latitude=at[0], longitude=at[1])
    LocationFactory(location_code="SNG1", latitude=1.3, longitude=103.9)
    circuit("LONSNG000001", "LON1", "SNG1", 150, "Meridian")
    circuit("LONBOM000002", "LON1", "BOM1", 100, "Kestrel")
    circuit("BOMSNG000003", "BOM1", "SNG1", 55, "Sunward")
    circuit("LONMRS000004", "LON1", "MRS1", 20, "Aurora")
    circuit("MRSSNG000005", "MRS1", "SNG1", 140, "Pelagia")


def test_the_question_is_answered_with_twin_price_and_reasons(
    network: None, admin_page: Client
) -> None:
    answer = admin_page.get(DESIGN, ASKED)

    ways = answer.context["ways"]
    assert [(way["title"], list(way["names"])) for way in ways] == [
        ("Best path", ["LON1", "BOM1", "SNG1"]),
        ("Diverse twin", ["LON1", "MRS1", "SNG1"]),
    ]
    assert (answer.context["offer"].monthly, answer.context["offer"].setup) == (3400, 2000)
    assert [(group["title"], group["count"]) for group in answer.context["exclusions"]] == [
        ("Avoided carrier", 1)
    ]
    assert b"LONSNG000001" in answer.content
    assert [line["kind"] for line in answer.context["lines"]["lines"]] == ["primary", "twin"]


def test_a_path_tells_where_its_latency_is_a_guess(network: None, admin_page: Client) -> None:
    for name, a, b, ms in (("AAAAAA000001", "A", "B", 1), ("AAAAAA000002", "B", "D", 1)):
        circuit(name, a, b, ms, "Aurora")
    circuit("AAAAAA000003", "A", "C", 2, "Aurora")
    circuit("AAAAAA000004", "C", "D", None, "Aurora")

    page = admin_page.get(DESIGN, {"source": "A", "destination": "D", "twin": "circuit"})

    assert [(way["title"], way["guessed"]) for way in page.context["ways"][:2]] == [
        ("Best path", 0),
        ("Diverse twin", 1),
    ]
    assert b"1 of them without an expected latency; each counts as 100 ms." in page.content


def test_no_path_says_why_and_keeps_the_typing(network: None, admin_page: Client) -> None:
    answer = admin_page.get(DESIGN, {**ASKED, "max_latency": "90"})

    text = answer.content.decode()
    assert "No route found between source and destination" in text
    assert "The best path takes 155 ms." in text
    assert 'value="90"' in text


def test_a_name_with_a_comma_stands_in_quotes(network: None, admin_page: Client) -> None:
    NetworkRoute.objects.filter(circuit_id="LONSNG000001").update(underlying_carrier="Acme, Inc.")
    asked = {"source": "LON1", "destination": "SNG1"}

    found = [
        list(admin_page.get(DESIGN, {**asked, "avoid_carriers": text}).context["ways"][0]["names"])
        for text in ("Acme, Inc.", '"Acme, Inc."', 'kestrel , "ACME, inc."', '"')
    ]
    page = admin_page.get(DESIGN, {**asked, "avoid_carriers": '"Acme, Inc."'}).content.decode()
    kept = SavedSearch(carrier_avoidance=["Acme, Inc.", "Kestrel"], source_location="LON1")

    assert found == [["LON1", "SNG1"], ["LON1", "BOM1", "SNG1"], ["LON1", "MRS1", "SNG1"], found[0]]
    assert '<option value="&quot;Acme, Inc.&quot;"></option>' in page
    assert urlencode({"avoid_carriers": '"Acme, Inc.", Kestrel'}) in url_of(kept)


def test_the_design_log_marks_what_was_cleared(admin_page: Client) -> None:
    now = timezone.now()
    DesignLog.objects.create(action_type="PATH_SEARCH", user_name="kept", archived_at=None)
    DesignLog.objects.create(action_type="PATH_SEARCH", user_name="gone", archived_at=now)
    path = "/admin/networkroutes/designlog/"

    pages = [
        admin_page.get(path, {"log": word} if word else {}).content.decode()
        for word in ("", "kept", "cleared")
    ]

    assert [("kept</td>" in page, "gone</td>" in page) for page in pages] == [
        (True, True),
        (True, False),
        (False, True),
    ]
    assert [page.count("<span>Cleared</span>") for page in pages] == [1, 0, 1]


def test_a_place_without_a_longitude_is_no_place(admin_page: Client) -> None:
    LocationFactory(location_code="LON1", latitude=51.5, longitude=0.0)
    LocationFactory(location_code="NYC1", latitude=40.7, longitude=None)
    circuit("LONNYC000001", "LON1", "NYC1", 70, "Aurora")

    found = network_map.network_map()

    assert ([row["ucn"] for row in found.circuits], len(found.unplaced)) == ([], 1)


def test_equal_ends_are_refused_at_the_field(network: None, admin_page: Client) -> None:
    answer = admin_page.get(DESIGN, {**ASKED, "destination": "LON1"})

    assert b"Source and destination cannot be the same" in answer.content
    assert not DesignLog.objects.exists()


def test_prices_are_in_usd_until_another_currency_is_chosen(admin_page: Client) -> None:
    form = admin_page.get(DESIGN).context["form"]

    codes = [code for code, _ in form.fields["currency"].choices]
    assert codes == ["USD", "AUD", "CAD", "EUR", "GBP", "JPY"]


def test_a_missing_rate_leaves_the_paths_and_says_so(network: None, admin_page: Client) -> None:
    ExchangeRateFactory(currency_code="CHF", exchange_rate="0.9")
    NetworkRoute.objects.filter(circuit_id="LONBOM000002").update(currency="XAU")

    answer = admin_page.get(DESIGN, {**ASKED, "currency": "CHF"})

    assert b"No active exchange rate for XAU" in answer.content
    assert len(answer.context["ways"]) == 2


def test_what_is_done_with_a_path_that_has_gone_leads_to_why(
    network: None, admin_page: Client
) -> None:
    NetworkRoute.objects.filter(location_b="SNG1").delete()
    query = urlencode(ASKED)

    answers = [
        admin_page.get(f"{DESIGN}quote.pdf?{query}"),
        admin_page.post(f"{DESIGN}map/?{query}"),
        admin_page.post(f"{DESIGN}save/?{query}", {"search_name": "x"}),
    ]

    assert [answer["Location"] for answer in answers] == [f"{DESIGN}?{query}"] * 3
    text = admin_page.get(answers[0]["Location"]).content.decode()
    assert "Destination location SNG1 not found in network" in text
    assert not SavedSearch.objects.exists()
    assert not KmzFile.objects.exists()


def test_the_map_of_an_answer_is_a_kmz_that_a_reader_parses(
    network: None, admin_page: Client
) -> None:
    address = f"{DESIGN}map/?{'&'.join(f'{name}={value}' for name, value in ASKED.items())}"

    answer = admin_page.post(address)

    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    root = etree.fromstring(packed.read("doc.kml"))
    names = [node.text for node in root.iter("{*}name")]
    assert names[-2:] == ["Path 1", "Path 2"]
    assert len(list(root.iter("{*}LineString"))) == 2


def test_a_quote_is_a_pdf_with_paths_and_price(network: None, admin_page: Client) -> None:
    asked = {**ASKED, "customer": "Acme <b>&", "avoid_carriers": "Sunward"}
    answer = admin_page.get(f"{DESIGN}quote.pdf", asked)

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert answer["Content-Disposition"] == 'attachment; filename="quote-LON1-SNG1.pdf"'
    for part in ("Acme <b>&", "LONMRS000004", "2,550.00", "24 months, in USD", "Sunward"):
        assert part in text
    assert "Path: 150 ms, 1 circuit\n" in text
    assert "Diverse twin: 160 ms, 2 circuits\n" in text


def test_a_quote_names_every_constraint_that_was_asked(network: None, admin_page: Client) -> None:
    asked = {
        **ASKED,
        "twin": "node",
        "avoid_carriers": "",
        "avoid_cables": "Nowhere Line",
        "avoid_places": "SYD1",
        "via": "MRS1",
        "mtu": "1400",
        "no_cisco": "on",
        "with_ull": "on",
    }
    answer = admin_page.get(f"{DESIGN}quote.pdf", asked)

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for part in ("Nowhere Line", "SYD1", "Through\nMRS1", "1400", "Cisco circuits"):
        assert part in text
    assert "no place in common; none keeps these constraints" in text
    assert "24 months, in USD, with the ULL premium" in text


def texts_of(facts: Any) -> dict[str, tuple[list[str], bool]]:
    return {title: ([text for _, text in cells], differs) for title, cells, differs in facts}


def test_a_saved_search_opens_again_and_compares(network: None, admin_page: Client) -> None:
    query = "&".join(f"{name}={value}" for name, value in ASKED.items())
    admin_page.post(f"{DESIGN}save/?{query}", {"search_name": "With twin"})
    longer = query.replace("24", "36")
    admin_page.post(f"{DESIGN}save/?{longer}&with_ull=on", {"search_name": "Longer"})

    first, second = SavedSearch.objects.order_by("pk")
    page = admin_page.get(f"{DESIGN}compare/", {"search": [first.pk, second.pk]})

    facts = texts_of(page.context["facts"])
    assert facts["Without carriers"] == (["Meridian"] * 2, False)
    assert facts["With ULL premium"] == (["–", "yes"], True)  # noqa: RUF001  an en dash
    assert "Through" not in facts
    assert facts["Term, months"] == (["24", "36"], True)
    assert facts["Monthly"] == (["3,400.00", "3,680.00"], True)
    assert facts["Path"] == (["LON1, BOM1, SNG1"] * 2, False)
    assert page.context["columns"][0]["url"] == f"{DESIGN}?{query}"
    assert b'<td data-label="Longer">36</td>' in page.content


def test_the_same_bandwidth_in_another_unit_is_no_difference(admin_page: Client) -> None:
    for amount, unit in ((10, "Gbps"), (10_000, "Mbps"), (10_000, None)):
        SavedSearch.objects.create(bandwidth_required=amount, bandwidth_unit=unit)

    keys = [row.pk for row in SavedSearch.objects.all()]
    facts = admin_page.get(f"{DESIGN}compare/", {"search": keys}).context["facts"]

    assert texts_of(facts)["Bandwidth"] == (["10 Gbps"] * 3, False)


def test_a_search_of_another_client_can_be_opened(network: None, admin_page: Client) -> None:
    SavedSearch.objects.create(
        source_location="LON1",
        destination_location="SNG1",
        bandwidth_required=100,
        bandwidth_unit="Mbps",
        carrier_avoidance=["Meridian"],
    )

    url = admin_page.get(DESIGN).context["saved"][0]["url"]

    assert admin_page.get(url).context["ways"][0]["names"] == ["LON1", "BOM1", "SNG1"]


def test_a_long_name_is_shown_whole_on_its_own_page_only(admin_page: Client) -> None:
    row = SavedSearch.objects.create(search_name="word " * 1000)
    short = "word " * 15 + "word…"

    texts = [
        admin_page.get(path).content.decode()
        for path in (
            DESIGN,
            f"{DESIGN}compare/?search={row.pk}",
            "/admin/networkroutes/savedsearch/",
            f"/admin/networkroutes/savedsearch/{row.pk}/change/",
        )
    ]

    assert [short in text for text in texts] == [True] * 4
    assert ["word " * 100 in text for text in texts] == [False, False, False, True]


def test_whatever_other_clients_keep_in_a_search_is_shown(admin_page: Client) -> None:
    odd: list[tuple[Any, Any]] = [
        ([5, None, {"a": 1}], {"paths": [1, {"path": 5, "circuits": {"a": 1}}], "query": 7}),
        ({"a": 1}, {"paths": {"a": 1}, "monthly": {"x": 1}}),
        ("x", "text"),
    ]
    for avoided, kept in odd:
        SavedSearch.objects.create(carrier_avoidance=avoided, search_results=kept)

    assert admin_page.get(DESIGN).status_code == 200
    keys = [row.pk for row in SavedSearch.objects.order_by("pk")]
    facts = admin_page.get(f"{DESIGN}compare/", {"search": keys}).context["facts"]
    shown = {title: texts for title, (texts, _) in texts_of(facts).items()}
    assert shown["Without carriers"] == ["5, None, {'a': 1}", "{'a': 1}", "x"]
    assert shown["Path"] == ["5", "–", "–"]  # noqa: RUF001  an en dash stands for nothing
    assert shown["Monthly"] == ["–", "{'x': 1}", "–"]  # noqa: RUF001


def test_the_map_shows_outages_and_when_they_began(network: None, admin_page: Client) -> None:
    down = NetworkRoute.objects.get(circuit_id="LONBOM000002")
    NetworkRoute.objects.filter(pk=down.pk).update(live_latency_ms=0)
    outage = OutageFactory(route=down, ended_at=None)
    NetworkRouteFactory(circuit_id="NOWHER000001", location_a="Nowhere", location_b=None)

    page = admin_page.get("/admin/networkroutes/map/")
    data = json.loads(admin_page.get("/admin/networkroutes/map/data/").content)

    states = {row["ucn"]: row["state"] for row in data["circuits"]}
    assert states["LONBOM000002"] == "outage"
    assert states["LONSNG000001"] != "outage"
    bandwidths = {row["bandwidth"] for row in data["circuits"]}
    assert bandwidths == {"100 Gbps"}
    since = next(row["since"] for row in data["circuits"] if row["ucn"] == "LONBOM000002")
    assert since == outage.started_at.isoformat()
    assert [row["ucn"] for row in data["unplaced"]] == ["NOWHER000001"]
    assert page.status_code == 200


def test_a_map_that_cannot_show_all_says_so_and_leaves_no_outage_out(
    admin_page: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(network_map, "MOST_CIRCUITS", 3)
    rows = [NetworkRouteFactory(circuit_id=f"LONPAR00000{n}") for n in range(5)]
    all_of_them = "The map has 3 of 5 circuits"
    NetworkRoute.objects.filter(pk=rows[4].pk).update(live_latency_ms=0)

    page = admin_page.get("/admin/networkroutes/map/").content.decode()
    data = json.loads(admin_page.get("/admin/networkroutes/map/data/").content)

    assert all_of_them in page
    assert [row["ucn"] for row in data["unplaced"]] == [
        "LONPAR000004",
        "LONPAR000000",
        "LONPAR000001",
    ]
    assert data["total"] == 5
    monkeypatch.setattr(network_map, "MOST_CIRCUITS", 5)
    assert "The map has" not in admin_page.get("/admin/networkroutes/map/").content.decode()


@pytest.mark.parametrize(
    "path",
    [DESIGN, "/admin/networkroutes/map/", "/admin/networkroutes/import/", f"{DESIGN}compare/"],
)
def test_the_pages_are_for_those_who_may(path: str, client: Client) -> None:
    client.force_login(UserFactory(roles=["lab_viewer"]))

    assert client.get(path).status_code == 403
