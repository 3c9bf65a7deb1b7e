"""The circuit's map and latency, its probe, pricing rules and contacts in the admin."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from networkroutes.clients import snmp
from networkroutes.models import (
    CarrierContact,
    LatencyProbe,
    LatencySample,
    NetworkRoute,
    PricingConfig,
    PromoRule,
)
from networkroutes.selectors.latency_history import history_of
from networkroutes.services import pricing_rules
from tests.factories.networkroutes import (
    BulkUploadFactory,
    CarrierContactFactory,
    LatencyProbeFactory,
    LatencySampleFactory,
    LocationCapabilitiesFactory,
    LocationFactory,
    NetworkRouteFactory,
    PromoRuleFactory,
    SavedSearchFactory,
)

pytestmark = pytest.mark.django_db
HOME = "/admin/networkroutes/"


def page_of(route: NetworkRoute, tab: str) -> str:
    return f"{HOME}networkroute/{route.pk}/change/?tab={tab}"


def verb(route: NetworkRoute, slug: str) -> str:
    return f"{HOME}networkroute/verbs/{slug}/"


@pytest.fixture
def agent() -> Iterator[int]:
    """An SNMP agent that answers every GET of its up time, and garbage before each answer."""
    from pyasn1.codec.ber import decoder, encoder

    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(0.2)
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            try:
                body, sender = listening.recvfrom(4096)
            except TimeoutError:
                continue
            asked, _ = decoder.decode(body, asn1Spec=snmp.V2C.Message())
            reply = snmp.V2C.apiMessage.get_response(asked)
            pdu = snmp.V2C.apiMessage.get_pdu(reply)
            snmp.V2C.apiPDU.set_varbinds(pdu, [(snmp.UP_TIME, snmp.V2C.TimeTicks(4711))])
            listening.sendto(b"\x30\x05garbage", sender)
            listening.sendto(encoder.encode(reply), sender)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    is_over.set()
    thread.join()
    listening.close()


def test_an_snmp_answer_is_timed_and_silence_is_a_loss(agent: int) -> None:
    agents = [snmp.Agent("127.0.0.1", agent, 2.0), snmp.Agent("127.0.0.1", 1, 0.2)]

    heard, silent = snmp.measure(agents, "public")

    assert heard is not None
    assert 0 < heard < 1000
    assert silent is None


def test_probe_now_measures_by_snmp_and_says_the_latency(agent: int, admin_page: Client) -> None:
    route = NetworkRouteFactory(live_latency_ms=None)
    LatencyProbeFactory(route=route, kind="snmp", target="127.0.0.1", snmp_port=agent)

    answer = admin_page.post(
        verb(route, "probe-now"), {"ids": route.pk, "confirm": "1"}, follow=True
    )

    assert answer.status_code == 200
    route.refresh_from_db()
    assert route.live_latency_ms is not None
    sample = LatencySample.objects.get(route=route)
    assert sample.source == "snmp"


def test_probe_now_of_a_held_probe_is_refused_and_nothing_is_stored(admin_page: Client) -> None:
    route = NetworkRouteFactory()
    held = timezone.now() + timedelta(minutes=1)
    LatencyProbeFactory(route=route, target="127.0.0.1", claimed_until=held)

    answer = admin_page.post(verb(route, "probe-now"), {"ids": route.pk, "confirm": "1"})

    assert b"Being measured already, or without a probe." in answer.content
    assert not LatencySample.objects.exists()


def test_a_probe_is_set_changed_and_removed(admin_page: Client) -> None:
    route = NetworkRouteFactory()
    values = {
        "kind": "tcp",
        "target": "127.0.0.1",
        "tcp_port": 8080,
        "snmp_port": 161,
        "timeout_ms": 500,
        "losses_to_outage": 2,
        "is_enabled": "on",
    }

    admin_page.post(verb(route, "set-probe"), {"ids": route.pk, "confirm": "1", **values})

    probe = LatencyProbe.objects.get(route=route)
    assert (probe.kind, probe.tcp_port, probe.losses_to_outage) == ("tcp", 8080, 2)

    refused = admin_page.post(
        verb(route, "set-probe"), {"ids": route.pk, "confirm": "1", **values, "tcp_port": 0}
    )
    assert refused.status_code == 200
    probe.refresh_from_db()
    assert probe.tcp_port == 8080

    admin_page.post(verb(route, "remove-probe"), {"ids": route.pk, "confirm": "1"})
    assert not LatencyProbe.objects.exists()


def test_the_latency_tab_draws_samples_limits_and_losses(admin_page: Client) -> None:
    route = NetworkRouteFactory(expected_latency_ms=5, sla_latency_ms=6)
    now = timezone.now()
    for minutes, value in ((30, 5.2), (20, None), (10, 5.4)):
        LatencySample.objects.create(
            route=route,
            sampled_at=now - timedelta(minutes=minutes),
            latency_ms=value,
            source="ping",
        )

    answer = admin_page.get(page_of(route, "latency"))

    chart = answer.context["tab_context"]["chart"]
    assert chart["values"] == [5.2, None, 5.4]
    assert chart["limits"] == [{"label": "Expected", "value": 5}, {"label": "SLA", "value": 6}]
    assert b"3 samples, 1 lost" in answer.content


def test_a_long_history_is_thinned_and_keeps_its_peak() -> None:
    route = NetworkRouteFactory()
    now = timezone.now()
    LatencySample.objects.bulk_create(
        LatencySample(
            route=route,
            sampled_at=now - timedelta(seconds=10 * (4000 - number)),
            latency_ms=99.0 if number == 1234 else 5.0,
            source="ping",
        )
        for number in range(4000)
    )

    found = history_of(route, timedelta(days=1), now)

    assert (found.samples, len(found.values)) == (4000, 1334)
    assert max(found.known) == 99.0
    assert list(found.times) == sorted(found.times)


def test_the_map_tab_draws_the_shortest_way_without_a_kmz(admin_page: Client) -> None:
    LocationFactory(location_code="LON1", latitude=51.5, longitude=0)
    LocationFactory(location_code="PAR1", latitude=48.9, longitude=2.4)
    route = NetworkRouteFactory(location_a="LON1", location_b="PAR1", live_latency_ms=7)

    data = admin_page.get(page_of(route, "map")).context["tab_context"]["data"]

    assert [(line["kind"], len(line["points"])) for line in data["lines"]] == [("active", 2)]
    assert [place["code"] for place in data["places"]] == ["LON1", "PAR1"]


def test_a_new_version_of_the_rules_is_in_force_and_an_old_one_comes_back(
    admin_page: Client,
) -> None:
    form = admin_page.get(f"{HOME}pricingconfig/add/").context["adminform"].form
    values = {name: field.initial for name, field in form.fields.items() if field.initial}
    pricing_rules.set_config(
        actor=admin_page.user,
        sections={name: {} for name in pricing_rules.SECTIONS},
        note="Defaults",
    )

    body = {**values, "contractTerms__12__minMargin": "42", "contractTerms__36__nrcCharge": "0"}
    answer = admin_page.post(f"{HOME}pricingconfig/add/", {**body, "note": "Spring"})

    assert answer.status_code == 302, answer.content
    newest = PricingConfig.objects.first()
    assert newest is not None
    assert newest.values["contractTerms.12.minMargin"] == 42
    page = admin_page.get(f"{HOME}pricingconfig/{newest.pk}/change/")
    assert b"Changed" in page.content

    first = PricingConfig.objects.last()
    assert first is not None
    admin_page.post(f"{HOME}pricingconfig/verbs/restore/", {"ids": first.pk, "confirm": "1"})
    latest = PricingConfig.objects.first()
    assert latest is not None
    assert (latest.values["contractTerms.12.minMargin"], PricingConfig.objects.count()) == (40, 3)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("contractTerms__12__minMargin", "70", "Must not exceed the suggested margin."),
        ("protectedServiceMargins__24__suggestedMargin", "100", "Must be below 100."),
        ("utilizationFactors__primary", "0", "Must be more than 0."),
        ("promoPricing__minimumMarginPercent", "100", "Must be below 100."),
    ],
)
def test_rules_that_contradict_are_refused_at_the_field(
    name: str, value: str, text: str, admin_page: Client
) -> None:
    form = admin_page.get(f"{HOME}pricingconfig/add/").context["adminform"].form
    values = {key: field.initial for key, field in form.fields.items() if field.initial}

    body = {**values, "contractTerms__36__nrcCharge": "0", name: value}
    answer = admin_page.post(f"{HOME}pricingconfig/add/", body)

    assert answer.context["adminform"].form.errors == {name: [text]}
    assert not PricingConfig.objects.exists()


def test_a_promotion_is_changed_and_ended(admin_page: Client) -> None:
    rule = PromoRuleFactory(source_locations=["LON1"], destination_locations=["FRA1"])
    body: dict[str, Any] = {
        "rule_name": "Spring",
        "source_locations": "LON1, LON2",
        "destination_locations": "FRA1",
        "expected_version": rule.version,
        **{name: getattr(rule, name) for name in pricing_rules.PROMO_PRICES},
        "price_under_100mb": "120",
    }

    answer = admin_page.post(f"{HOME}promorule/{rule.pk}/change/", body)
    admin_page.post(f"{HOME}promorule/verbs/end/", {"ids": rule.pk, "confirm": "1"})

    assert answer.status_code == 302, answer.content
    kept = PromoRule.objects.get()
    assert (kept.source_locations, kept.price_under_100mb) == (["LON1", "LON2"], Decimal(120))
    assert not kept.is_active


def test_a_promotion_saved_as_it_was_drawn_keeps_its_codes(admin_page: Client) -> None:
    held = ["LON1", "Paris, East", '"A"']
    rule = PromoRuleFactory(source_locations=held, destination_locations=["FRA1"])
    address = f"{HOME}promorule/{rule.pk}/change/"
    form = admin_page.get(address).context["adminform"].form
    body = {name: form[name].value() for name in form.fields}

    answer = admin_page.post(address, {**body, "rule_name": "Autumn"})

    assert answer.status_code == 302, answer.content
    kept = PromoRule.objects.get()
    assert (kept.rule_name, kept.source_locations) == ("Autumn", held)


def test_overdue_contacts_are_a_chip_and_confirming_takes_them_off(admin_page: Client) -> None:
    old = CarrierContactFactory(last_updated=timezone.now() - timedelta(days=365))
    CarrierContactFactory()
    address = f"{HOME}carriercontact/?confirmed=overdue"

    before = admin_page.get(address).context["cl"].result_count
    admin_page.post(f"{HOME}carriercontact/verbs/confirm/", {"ids": old.pk, "confirm": "1"})

    assert before == 1
    assert admin_page.get(address).context["cl"].result_count == 0
    assert CarrierContact.objects.get(pk=old.pk).approved_by == admin_page.user


def test_the_lists_say_numbers_and_names_as_people_do(admin_page: Client) -> None:
    LatencySampleFactory(latency_ms=0.6428359993151389)
    SavedSearchFactory(bandwidth_required=10_000, bandwidth_unit="Mbps", max_latency_ms=180)
    LocationCapabilitiesFactory(cnx_sdwan=True, cnx_unigy=True)
    BulkUploadFactory(module="pop_capabilities")

    shown = {
        name: admin_page.get(f"{HOME}{name}/").content.decode()
        for name in ("latencysample", "savedsearch", "locationcapabilities", "bulkupload")
    }

    assert ">0.64<" in shown["latencysample"]
    assert "10 Gbps" in shown["savedsearch"]
    assert ">180<" in shown["savedsearch"]
    assert "CNX unigy, CNX SD-WAN" in shown["locationcapabilities"]
    assert 'href="?module=pop_capabilities">POP capabilities</a>' in shown["bulkupload"]
