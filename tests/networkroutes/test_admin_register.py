"""Locations, exchange rates, repository types and the read-only lists of the register."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from networkroutes.admin.rates import due_badge
from networkroutes.models import ExchangeRate, Location, RepositoryType
from networkroutes.selectors.capabilities import capabilities_of
from networkroutes.services.pricing_rules import MIN_PRICES
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import (
    DesignLogFactory,
    ExchangeRateFactory,
    LegacyRecordFactory,
    LocationFactory,
    NetworkRouteFactory,
    SavedSearchFactory,
)

HOME = "/admin/networkroutes/"
RATES = f"{HOME}exchangerate/"
PLACES = f"{HOME}location/"
DIALOG = {"headers": {"X-Patchbay-Dialog": "1"}}

pytestmark = pytest.mark.django_db


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["rows"]]


def rate(code: str, due_in: timedelta) -> ExchangeRate:
    ExchangeRate.objects.filter(currency_code=code).delete()
    return ExchangeRateFactory(currency_code=code, next_update_due=timezone.now() + due_in)


def client_of(*roles: str) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=roles))
    return client


@pytest.mark.parametrize(
    ("due_in", "word"),
    [
        (timedelta(days=-2), "Overdue"),
        (timedelta(days=-1), "Overdue"),
        (timedelta(hours=-23), "Due soon"),
        (timedelta(days=5), "Due soon"),
        (timedelta(days=5, seconds=1), "Current"),
    ],
)
def test_days_to_the_due_date_are_rounded_up(due_in: timedelta, word: str) -> None:
    now = timezone.now()
    row = ExchangeRate(currency_code="SGD", next_update_due=now + due_in)

    assert f"<span>{word}</span>" in due_badge(row, now)


def test_usd_is_the_base_and_has_no_verb(admin_page: Client) -> None:
    usd = ExchangeRate.objects.get(currency_code="USD")

    page = admin_page.get(f"{RATES}{usd.pk}/change/").content.decode()
    sent = {"ids": usd.pk, "confirm": "1"}
    refused = admin_page.post(f"{RATES}verbs/update/", sent, **DIALOG)

    assert "Base currency" in page
    assert "verbs/update/" not in page
    assert "USD is the base currency and cannot be edited" in refused.content.decode()
    assert not AuditEntry.objects.exists()


def test_the_chip_finds_what_is_overdue_and_what_is_due_soon(admin_page: Client) -> None:
    rate("SGD", timedelta(days=-3))
    rate("HKD", timedelta(days=4))
    rate("BRL", timedelta(days=20))

    assert names(admin_page.get(RATES, {"due": "overdue"})) == ["SGD"]
    assert names(admin_page.get(RATES, {"due": "soon"})) == ["HKD"]


def test_several_rates_are_updated_at_once_each_with_its_own_number(admin_page: Client) -> None:
    sgd, hkd = rate("SGD", timedelta(days=-3)), rate("HKD", timedelta(days=4))
    asked = admin_page.post(RATES, {"action": "update", "_selected_action": [sgd.pk, hkd.pk]})

    admin_page.post(
        f"{RATES}verbs/update/",
        {
            "ids": [sgd.pk, hkd.pk],
            "confirm": "1",
            f"rate_{sgd.pk}": "1.3451",
            f"rate_{hkd.pk}": "7.81",
        },
        **DIALOG,
    )

    sgd.refresh_from_db()
    hkd.refresh_from_db()
    labels = [field.label for field in asked.context["form"]]
    assert sorted(labels) == ["HKD per USD", "SGD per USD"]
    assert (sgd.exchange_rate, hkd.exchange_rate) == (Decimal("1.3451"), Decimal("7.81"))
    assert sgd.updated_by == admin_page.user.shown_name
    assert sgd.next_update_due - sgd.last_updated == timedelta(days=30)
    assert AuditEntry.objects.filter(verb="rate.updated").count() == 2


@pytest.mark.parametrize("value", ["", "0", "-1", "much", "1e400", "NaN"])
def test_a_rate_that_is_none_is_refused(admin_page: Client, value: str) -> None:
    sgd = rate("SGD", timedelta(days=-3))
    sent = {"ids": sgd.pk, "confirm": "1", f"rate_{sgd.pk}": value}

    answer = admin_page.post(f"{RATES}verbs/update/", sent, **DIALOG)

    sgd.refresh_from_db()
    assert answer.context["form"].errors
    assert (sgd.exchange_rate, sgd.version) == (Decimal("1.5"), 1)


def test_a_currency_is_added_once(admin_page: Client) -> None:
    admin_page.post(f"{RATES}add/", {"currency_code": "nok", "exchange_rate": "10.4"})
    again = admin_page.post(f"{RATES}add/", {"currency_code": "NOK", "exchange_rate": "11"})

    assert ExchangeRate.objects.get(currency_code="NOK").exchange_rate == Decimal("10.4")
    assert "This currency has a rate already." in again.content.decode()


def test_a_provisioner_reads_rates_and_may_not_update_them() -> None:
    client = client_of("provisioner")
    sgd = rate("SGD", timedelta(days=-3))

    page = client.get(RATES)
    refused = client.post(f"{RATES}verbs/update/", {"ids": sgd.pk, "confirm": "1"}, **DIALOG)

    assert page.status_code == 200
    assert "verbs/update/" not in page.content.decode()
    assert refused.status_code == 403


def test_a_location_is_made_changed_and_shows_its_circuits(admin_page: Client) -> None:
    typed = {
        "location_code": "OSL1",
        "city": "Oslo",
        "country": "Norway",
        "latitude": "59.9139",
        "longitude": "-10.7522",
    }
    admin_page.post(f"{PLACES}add/", typed)
    made = Location.objects.get(location_code="OSL1")
    admin_page.post(
        f"{PLACES}{made.pk}/change/",
        {**typed, "location_code": "OSL2", "city": "Fornebu", "expected_version": 1},
    )
    NetworkRouteFactory(circuit_id="OSLLON000001", location_b="osl1")

    page = admin_page.get(f"{PLACES}{made.pk}/change/?tab=circuits").content.decode()

    made.refresh_from_db()
    assert (made.location_code, made.city, made.version) == ("OSL1", "Fornebu", 2)
    assert (made.datacenter_name, made.status) == (None, None)
    assert "OSLLON000001" in page
    assert "59.9139° N, 10.7522° W" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("location_code", "LON9", "Another location has this code."),
        ("latitude", "90.1", "less than or equal to 90"),
        ("longitude", "-180.5", "greater than or equal to -180"),
        ("city", "", "This field is required."),
    ],
)
def test_a_wrong_location_is_refused_with_the_typing_kept(
    admin_page: Client, field: str, value: str, sentence: str
) -> None:
    LocationFactory(location_code="LON9")
    typed = {"location_code": "OSL1", "city": "Oslo", "country": "Norway", "pop_type": "kept"}

    page = admin_page.post(f"{PLACES}add/", {**typed, field: value}).content.decode()

    assert sentence in page
    assert 'value="kept"' in page
    assert Location.objects.count() == 1


def test_floors_and_capabilities_of_a_location_are_set_by_who_may(admin_page: Client) -> None:
    place = LocationFactory(location_code="LON1")
    verbs = f"{PLACES}verbs/"
    prices = dict.fromkeys(MIN_PRICES, "0") | {"min_price_3000mb_plus": "690.50"}

    refused = client_of("provisioner").post(f"{verbs}floors/", {"ids": place.pk}, **DIALOG)
    wrong = admin_page.post(
        f"{verbs}floors/",
        {"ids": place.pk, "confirm": "1", **prices, "min_price_under_100mb": "-1"},
        **DIALOG,
    )
    assert refused.status_code == 403
    assert wrong.context["form"].errors.keys() == {"min_price_under_100mb"}
    assert not AuditEntry.objects.exists()

    admin_page.post(f"{verbs}floors/", {"ids": place.pk, "confirm": "1", **prices}, **DIALOG)
    admin_page.post(
        f"{verbs}capabilities/", {"ids": place.pk, "confirm": "1", "cnx_sdwan": "on"}, **DIALOG
    )

    place.refresh_from_db()
    page = admin_page.get(f"{PLACES}{place.pk}/change/?tab=offers").content.decode()
    assert place.min_price_3000mb_plus == Decimal("690.50")
    assert [name for name, able in capabilities_of(place.pk).items() if able] == ["cnx_sdwan"]
    assert "690.50" in page
    assert "CNX SD-WAN" in page


def test_the_second_editor_of_a_location_is_told(admin_page: Client) -> None:
    place = LocationFactory()
    typed = {"city": "Oslo", "country": "Norway", "expected_version": "1"}
    admin_page.post(f"{PLACES}{place.pk}/change/", typed)

    answer = admin_page.post(f"{PLACES}{place.pk}/change/", {**typed, "city": "Bergen"})

    place.refresh_from_db()
    assert "Somebody else changed this location meanwhile." in answer.content.decode()
    assert place.city == "Oslo"


def test_a_location_is_found_by_its_data_centre(admin_page: Client) -> None:
    LocationFactory(location_code="AAA1", datacenter_name="Docklands East")
    LocationFactory(location_code="BBB1")

    assert names(admin_page.get(PLACES, {"q": "docklands"})) == ["AAA1"]


def test_a_repository_type_is_added_and_counts_its_circuits(admin_page: Client) -> None:
    base = f"{HOME}repositorytype/"
    NetworkRouteFactory()

    admin_page.post(f"{base}add/", {"name": "Leased lines"})
    again = admin_page.post(f"{base}add/", {"name": "Leased lines"})
    counts = {row.route_count for row in admin_page.get(base).context["cl"].result_list}

    assert RepositoryType.objects.filter(name="Leased lines").count() == 1
    assert "Another repository type has this name." in again.content.decode()
    assert counts == {0, 1}


@pytest.mark.parametrize(
    ("factory", "page"),
    [
        (DesignLogFactory, "designlog"),
        (SavedSearchFactory, "savedsearch"),
        (LegacyRecordFactory, "legacyrecord"),
    ],
)
def test_what_the_machine_wrote_is_read_only(admin_page: Client, factory: Any, page: str) -> None:
    row = factory()
    base = f"{HOME}{page}/"

    statuses = [
        admin_page.get(base).status_code,
        admin_page.get(f"{base}{row.pk}/change/").status_code,
        admin_page.get(f"{base}add/").status_code,
        admin_page.post(f"{base}{row.pk}/change/", {}).status_code,
        admin_page.get(f"{base}{row.pk}/delete/").status_code,
    ]

    assert statuses == [200, 200, 403, 403, 403]


def test_the_content_of_a_design_log_row_is_shown_as_text(admin_page: Client) -> None:
    row = DesignLogFactory(parameters={"from": "<b>LON1</b>"}, results=None)

    page = admin_page.get(f"{HOME}designlog/{row.pk}/change/").content.decode()

    assert "&lt;b&gt;LON1&lt;/b&gt;" in page
    assert "<b>LON1</b>" not in page


@pytest.mark.parametrize(
    ("model", "label", "target"),
    [
        ("testresultsfile", "Circuits", f"{HOME}networkroute/"),
        ("kmzfile", "Circuits", f"{HOME}networkroute/"),
        ("latencyprobe", "Circuits", f"{HOME}networkroute/"),
        ("reservation", "Wavelengths", f"{HOME}darkfibrechannel/"),
        ("savedsearch", "Design tool", f"{HOME}design/"),
        ("designlog", "Design tool", f"{HOME}design/"),
        ("bulkupload", "Import", f"{HOME}import/"),
        ("locationcapabilities", "Locations", PLACES),
    ],
)
def test_an_empty_list_leads_to_what_fills_it(
    admin_page: Client, model: str, label: str, target: str
) -> None:
    button = f'<a class="pb-button pb-primary" href="{target}">{label}</a>'

    assert button in admin_page.get(f"{HOME}{model}/").content.decode()
    if model not in ("savedsearch", "designlog"):
        assert button not in client_of("viewer").get(f"{HOME}{model}/").content.decode()
