"""Margin rules with versions, promotions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from networkroutes.design.margins import Ask, Config, Promo, quote_path, tier_of
from networkroutes.design.money import NoRate, Rates, cents
from networkroutes.design.pricing import Segment, price_path
from networkroutes.models import PricingConfig, PromoRule
from tests.factories.networkroutes import NetworkRouteFactory, PromoRuleFactory

pytestmark = pytest.mark.django_db
D = Decimal
RATES = Rates({"EUR": D("0.85"), "GBP": D("0.75")})


def sections(**changes: Any) -> dict[str, Any]:
    """The five sections with the defaults."""
    terms = {
        term: {"minMargin": low, "suggestedMargin": high, "nrcCharge": nrc}
        for term, low, high, nrc in (("12", 40, 60, 1000), ("24", 37.5, 55, 500), ("36", 35, 50, 0))
    }
    margins = {
        term: {"minMargin": low, "suggestedMargin": high}
        for term, low, high in (("12", 50, 70), ("24", 47.5, 65), ("36", 45, 60))
    }
    return {
        "contractTerms": terms,
        "protectedServiceMargins": margins,
        "charges": {"protectionPathMultiplier": 0.7},
        "utilizationFactors": {"primary": 0.9, "protection": 1},
        "promoPricing": {"minimumMarginPercent": 35},
        **changes,
    }


def test_cents_are_rounded_half_up() -> None:
    assert [cents(D(text)) for text in ("1.005", "2.675", "1.004")] == [D("1.01"), D("2.68"), D(1)]


def test_what_division_leaves_over_does_not_decide_a_half() -> None:
    rates = Rates({"JPY": D(110)})
    price = price_path([Segment(D("1200.5"), "JPY")], rates, "USD", D(24), with_ull=False)

    assert price.total == D("228.10")  # 1200.5 / 110 * 20.9 is 228.095


def test_an_amount_in_its_own_currency_needs_no_rate_and_another_does() -> None:
    free = [Segment(D(0), "XYZ"), Segment(D(5), "CHF")]

    assert price_path(free, RATES, "CHF", D(1), with_ull=False).monthly == 5
    with pytest.raises(NoRate, match="No active exchange rate for CHF"):
        price_path(free, RATES, "EUR", D(1), with_ull=False)


@pytest.mark.parametrize(
    ("mbps", "tier"),
    [
        ("99.9", "under_100mb"),
        ("100", "100_to_999mb"),
        ("999", "100_to_999mb"),
        ("1000", "1000_to_2999mb"),
        ("3000", "3000mb_plus"),
    ],
)
def test_tiers_begin_at_their_bound(mbps: str, tier: str) -> None:
    assert tier_of(D(mbps)) == tier


def test_the_lowest_promotion_in_either_direction_is_used_while_it_leaves_its_margin() -> None:
    def promo(number: int, price: str) -> Promo:
        prices = dict.fromkeys(
            ("under_100mb", "100_to_999mb", "1000_to_2999mb", "3000mb_plus"), D(price)
        )
        return Promo(number, f"P{number}", frozenset({"A"}), frozenset({"B"}), prices)

    ask = Ask(D(1000), "12", "USD", "B", "A")
    promos = [promo(1, "0"), promo(2, "300"), promo(3, "200")]

    used = quote_path([Segment(D(117))], "protection", ask, RATES, Config(), promos)
    dear = quote_path([Segment(D(131))], "protection", ask, RATES, Config(), promos)

    assert used.promo is not None
    assert (used.promo.rule_id, used.minimum, used.suggested, used.floor) == (3, 200, 200, 0)
    assert dear.promo is None
    assert dear.minimum == D("218.33")


def test_rules_are_read_changed_and_keep_their_versions(api: Any) -> None:
    client = api("administrator")

    before = client.get("/pricing_logic/config").json()
    changed = client.put(
        "/pricing_logic/config", sections(charges={"protectionPathMultiplier": 0.5}), format="json"
    )
    after = client.get("/pricing_logic/config").json()

    assert before["data"]["contractTerms"]["24"]["minMargin"] == 37.5
    assert before["lastUpdated"] is None
    assert changed.json()["success"] is True
    assert after["data"]["charges"]["protectionPathMultiplier"] == 0.5
    version = PricingConfig.objects.get()
    assert version.values["contractTerms.12.nrcCharge"] == 1000
    assert version.created_by == client.user
    client.put("/pricing_logic/config", sections(), format="json")
    again = client.post(f"/api/pricing-rules/{version.pk}/restore")
    assert again.status_code == 201
    assert PricingConfig.objects.count() == 3
    values = client.get("/pricing_logic/config").json()["data"]
    assert values["charges"]["protectionPathMultiplier"] == 0.5


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"charges": None}, "All configuration sections are required"),
        ({"charges": {"protectionPathMultiplier": 0}}, "must be greater than zero"),
        ({"promoPricing": {"minimumMarginPercent": 100}}, "must be from 0 to below 100"),
        ({"contractTerms": {"12": {"minMargin": 61}}}, "must not exceed suggestedMargin"),
        ({"contractTerms": {"12": {"minMargin": "much"}}}, "must be a number"),
        ({"charges": {"colour": 1}}, "Unknown configuration key"),
        ({"contractTerms": {"12": {"nrcCharge": 10**30}}}, "must not exceed 1,000,000,000,000"),
    ],
)
def test_rules_that_do_not_hold_are_refused(api: Any, changes: Any, error: str) -> None:
    response = api("administrator").put("/pricing_logic/config", sections(**changes), format="json")

    assert response.status_code == 400
    assert error in response.json()["error"]
    assert not PricingConfig.objects.exists()


def test_rules_and_promotions_are_the_administrators(api: Any) -> None:
    for role in ("provisioner", "read_only", "operator", "viewer"):
        assert api(role).get("/pricing_logic/config").status_code == 403
        assert api(role).get("/promo-pricing").status_code == 403


def test_promotions_are_added_found_changed_and_ended(api: Any) -> None:
    client = api("administrator")
    body = {
        "rule_name": "Spring",
        "source_locations": ["LON1", "LON2"],
        "destination_locations": ["PAR1"],
        "price_under_100mb": 325,
    }

    made = client.post("/promo-pricing", body, format="json").json()
    changed = client.put(
        f"/promo-pricing/{made['id']}", {**body, "rule_name": "Summer"}, format="json"
    )
    found = client.get("/promo-pricing?search=lon2").json()
    ended = client.delete(f"/promo-pricing/{made['id']}")

    assert (made["price_under_100mb"], made["price_3000mb_plus"]) == (325, 0)
    assert changed.status_code == ended.status_code == 200
    assert [row["rule_name"] for row in found] == ["Summer"]
    assert PromoRule.objects.get().is_active is False
    assert client.get("/promo-pricing").json() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"rule_name": " "},
        {"source_locations": []},
        {"destination_locations": "PAR1"},
        {"price_under_100mb": -1},
        {"price_under_100mb": "x"},
    ],
)
def test_a_promotion_needs_a_name_both_sets_and_prices(api: Any, changes: Any) -> None:
    body = {"rule_name": "X", "source_locations": ["A"], "destination_locations": ["B"], **changes}

    response = api("administrator").post("/promo-pricing", body, format="json")

    assert response.status_code == 400
    assert not PromoRule.objects.exists()


def test_a_promotion_prices_a_path_over_the_front_end(api: Any) -> None:
    rule = PromoRuleFactory(price_1000_to_2999mb="500")
    body = {
        "paths": [{"route": [{"cost": 1000, "currency": "USD", "bandwidth": "10000 Mbps"}]}],
        "bandwidth": 1000,
        "source": "PAR1",
        "destination": "LON1",
        "output_currency": "EUR",
    }

    pricing = (
        api("viewer")
        .post("/network_design/calculate_pricing", body, format="json")
        .json()["results"][0]["pricing"]
    )

    assert pricing["minimumPrice"] == pricing["suggestedPrice"] == 425
    assert pricing["promoPricing"] == {
        "used": True,
        "ruleId": rule.pk,
        "ruleName": rule.rule_name,
        "originalPriceUSD": 500,
        "priceField": "price_1000_to_2999mb",
    }
    assert pricing["locationMinimum"] == 0


def test_a_protected_price_tells_of_the_promotion_of_its_primary(api: Any) -> None:
    rule = PromoRuleFactory(
        source_locations=["LON1"], destination_locations=["PAR1"], price_1000_to_2999mb=500
    )
    path = {"path": ["PAR1", "LON1"], "route": [{"cost": 100, "bandwidth": "10000 Mbps"}]}
    body = {
        "paths": [path, path],
        "bandwidth": 1000,
        "source": "PAR1",
        "destination": "LON1",
        "protection_required": True,
    }

    answer = api("viewer").post("/network_design/calculate_pricing", body, format="json").json()

    both = answer["protectionPricing"]
    assert (both["minimumPrice"], both["suggestedPrice"]) == (850, 850)
    assert both["promoPricing"] == answer["results"][0]["pricing"]["promoPricing"]
    assert (both["promoPricing"]["ruleId"], both["marginEnforced"]) == (rule.pk, False)


def test_a_currency_with_spaces_is_the_same_currency(api: Any) -> None:
    ends = {"source": "LON1", "destination": "PAR1"}
    NetworkRouteFactory(location_a="LON1", location_b="PAR1", cost="850", currency=" eur ")
    client = api("viewer")

    path = client.post("/network_design/find_path", ends, format="json").json()["primaryPath"]
    body = {"paths": [path], "contract_term": 1}
    price = client.post("/network_design/calculate_pricing", body, format="json").json()

    assert path["totalCostUSD"] == price["results"][0]["pricing"]["monthlyCost"] == 1000
    assert "costMismatch" not in price["results"][0]
