"""Margin rules with their versions, promotions, minimum prices (contract 12.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from inventory_site.core.errors import VersionConflict
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.design.legs import as_number
from networkroutes.design.margins import DEFAULTS, SECTIONS, TERMS, TIERS
from networkroutes.errors import LocationNotFound, PricingRulesInvalid, PromoNotFound
from networkroutes.models import Location, PricingConfig, PromoRule
from networkroutes.rules import ABOVE_PRICES
from networkroutes.selectors.pricing import current_version, values_of

MIN_PRICES = tuple(f"min_price_{tier}" for tier in TIERS)
PROMO_PRICES = tuple(f"price_{tier}" for tier in TIERS)
PROMO_FIELDS = ("rule_name", "source_locations", "destination_locations", *PROMO_PRICES)
LARGEST_PRICE = Decimal(10) ** 12


@transaction.atomic
def set_config(*, actor: Any, sections: Mapping[str, Any], note: str = "") -> PricingConfig:
    """Put a new version of the margin rules in force; all five sections are required.

    A value that a section leaves out stays as it is. Raises `PricingRulesInvalid`.
    """
    policy.require(actor, "add_pricingconfig")
    missing = [name for name in SECTIONS if not isinstance(sections.get(name), Mapping)]
    if missing:
        raise PricingRulesInvalid("All configuration sections are required", missing=missing)
    before = values_of(current_version())
    values = {**before, **flattened(sections)}
    check_values(values)
    version = PricingConfig.objects.create(
        values={key: as_number(value) for key, value in values.items()},
        created_by=actor if isinstance(actor, User) else None,
        note=note[:255],
    )
    audit.record(actor, "pricing_rules.changed", version, before=before, after=values)
    return version


def restore_config(*, actor: Any, version_id: int) -> PricingConfig:
    """Put an earlier version in force again, as a new version."""
    policy.require(actor, "add_pricingconfig")
    old = PricingConfig.objects.filter(pk=version_id).first()
    if old is None:
        raise PromoNotFound("Version not found", version=version_id)
    values = values_of(old)
    with transaction.atomic():
        before = values_of(current_version())
        version = PricingConfig.objects.create(
            values={key: as_number(value) for key, value in values.items()},
            created_by=actor if isinstance(actor, User) else None,
            note=f"Version {old.pk} again",
        )
        audit.record(actor, "pricing_rules.restored", version, before=before, after=values)
    return version


def flattened(sections: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the five sections by dotted key; an unknown key or a value that is no number is
    refused."""
    found: dict[str, Decimal] = {}
    for section in SECTIONS:
        _flatten(section, sections[section], found)
    unknown = sorted(set(found) - set(DEFAULTS))
    if unknown:
        raise PricingRulesInvalid(f"Unknown configuration key: {unknown[0]}", unknown=unknown)
    return found


def check_values(values: Mapping[str, Decimal]) -> None:
    """Raise `PricingRulesInvalid` unless margins are 0 to below 100, each minimum is at most its
    suggestion, factors are above 0, and nothing is larger than a price may be."""
    for key, value in values.items():
        name = key.rpartition(".")[2]
        if name in ("minMargin", "suggestedMargin", "minimumMarginPercent"):
            if not 0 <= value < 100:
                raise PricingRulesInvalid(f"{key} must be from 0 to below 100", key=key)
        elif value > LARGEST_PRICE:
            raise PricingRulesInvalid(f"{key} must not exceed {LARGEST_PRICE:,}", key=key)
        elif name == "nrcCharge":
            if value < 0:
                raise PricingRulesInvalid(f"{key} must be zero or greater", key=key)
        elif value <= 0:
            raise PricingRulesInvalid(f"{key} must be greater than zero", key=key)
    for section in ("contractTerms", "protectedServiceMargins"):
        for term in TERMS:
            low = values[f"{section}.{term}.minMargin"]
            if low > values[f"{section}.{term}.suggestedMargin"]:
                raise PricingRulesInvalid(
                    f"{section}.{term}.minMargin must not exceed suggestedMargin",
                    key=f"{section}.{term}.minMargin",
                )


@transaction.atomic
def create_promo(*, actor: Any, values: Mapping[str, Any]) -> PromoRule:
    """Add a promotion; both sets of locations hold at least one."""
    policy.require(actor, "add_promorule")
    rule = PromoRule()
    _apply_promo(rule, values)
    rule.save()
    audit.record(actor, "promo_rule.created", rule, after=audit.snapshot(rule, PROMO_FIELDS))
    return rule


def update_promo(
    *,
    actor: Any,
    rule_id: int,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> PromoRule:
    """Change the fields that `values` names; `VersionConflict` when somebody was faster."""
    policy.require(actor, "change_promorule")
    with guarded():
        rule = _locked_promo(rule_id)
        if expected_version is not None and expected_version != rule.version:
            raise VersionConflict(
                "Somebody else changed this promotion meanwhile.", version=rule.version
            )
        before = audit.snapshot(rule, PROMO_FIELDS)
        _apply_promo(rule, values)
        after = audit.snapshot(rule, PROMO_FIELDS)
        if after == before:
            return rule
        rule.version += 1
        rule.save()
        audit.record(actor, "promo_rule.updated", rule, before=before, after=after)
    return rule


def end_promo(*, actor: Any, rule_id: int) -> PromoRule:
    """End a promotion; the row stays for old quotes."""
    policy.require(actor, "delete_promorule")
    with guarded():
        rule = _locked_promo(rule_id)
        rule.is_active = False
        rule.version += 1
        rule.save()
        audit.record(actor, "promo_rule.ended", rule)
    return rule


def set_minimum_prices(*, actor: Any, location_id: int, prices: Mapping[str, Any]) -> Location:
    """Set the floor prices of a location in USD; `prices` holds any of the four tiers, blank for
    none."""
    policy.require(actor, "change_pricingconfig")
    values = {name: price_of(name, prices[name]) for name in MIN_PRICES if name in prices}
    with guarded():
        location = lock(Location.objects.filter(pk=location_id)).first()
        if location is None:
            raise LocationNotFound("Location not found", location=location_id)
        before = audit.snapshot(location, MIN_PRICES)
        for name, value in values.items():
            setattr(location, name, value)
        location.version += 1
        location.save()
        after = audit.snapshot(location, MIN_PRICES)
        audit.record(actor, "location.minimum_prices_set", location, before=before, after=after)
    return location


def price_of(name: str, value: Any) -> Decimal:
    """Read a price of at least 0, to cents; blank is 0."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Decimal(0)
    number = _number(value)
    if number is None:
        raise PricingRulesInvalid(f"{name} must be a number", field=name)
    if number < 0:
        raise PricingRulesInvalid(f"{name} must be zero or greater", field=name)
    if number < ABOVE_PRICES:
        number = number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if number >= ABOVE_PRICES:
        raise PricingRulesInvalid(f"{name} is too large", field=name)
    return number


def _flatten(key: str, value: Any, found: dict[str, Decimal]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _flatten(f"{key}.{name}", inner, found)
        return
    number = _number(value)
    if number is None:
        raise PricingRulesInvalid(f"{key} must be a number", key=key)
    found[key] = number


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _locked_promo(rule_id: int) -> PromoRule:
    rule = lock(PromoRule.objects.filter(pk=rule_id)).first()
    if rule is None:
        raise PromoNotFound("Promo pricing rule not found", rule=rule_id)
    return rule


def _apply_promo(rule: PromoRule, values: Mapping[str, Any]) -> None:
    if "rule_name" in values:
        name = values["rule_name"]
        if not isinstance(name, str) or not name.strip() or len(name) > 255:
            raise PricingRulesInvalid("rule_name is required", field="rule_name")
        rule.rule_name = name.strip()
    for field in ("source_locations", "destination_locations"):
        if field in values:
            setattr(rule, field, _codes(field, values[field]))
    for field in PROMO_PRICES:
        if field in values:
            setattr(rule, field, price_of(field, values[field]))
    if not rule.rule_name:
        raise PricingRulesInvalid("rule_name is required", field="rule_name")
    for field in ("source_locations", "destination_locations"):
        if not getattr(rule, field):
            raise PricingRulesInvalid(f"{field} must name at least one location", field=field)
    rule.full_clean()


def _codes(field: str, value: Any) -> Sequence[str]:
    refusal = PricingRulesInvalid(f"{field} must be a list of location codes", field=field)
    if not isinstance(value, (list, tuple)):
        raise refusal
    found: dict[str, None] = {}
    for code in value:
        if not isinstance(code, str):
            raise refusal
        if code.strip():
            found[code.strip().replace("\x00", "")] = None
    return list(found)
