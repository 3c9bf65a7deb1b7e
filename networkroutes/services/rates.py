"""Exchange rates: units of a currency per 1 USD."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import audit
from inventory_site.core.errors import VersionConflict
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import BaseCurrency, DuplicateRate, RateInUse, RateNotFound
from networkroutes.models import ExchangeRate, NetworkRoute
from networkroutes.models.rates import BASE_CURRENCY

VALID_FOR = timedelta(days=30)
DUE_SOON = timedelta(days=5)
FIELDS = ("currency_code", "exchange_rate", "updated_by", "status", "next_update_due")


def create_rate(
    *, actor: Any, currency_code: str, exchange_rate: Decimal, updated_by: str | None
) -> ExchangeRate:
    """Add a currency; due again in 30 days. `DuplicateRate` for one that has a rate."""
    policy.require(actor, "add_exchangerate")
    now = timezone.now()
    rate = ExchangeRate(
        currency_code=currency_code,
        exchange_rate=exchange_rate,
        updated_by=updated_by,
        last_updated=now,
        next_update_due=now + VALID_FOR,
    )
    rate.full_clean(validate_unique=False)
    taken = DuplicateRate("Currency code already exists", currency_code=currency_code)
    if ExchangeRate.objects.filter(currency_code=currency_code).exists():
        raise taken
    try:
        with guarded():
            rate.save()
            audit.record(actor, "rate.created", rate, after=audit.snapshot(rate, FIELDS))
    except IntegrityError as err:
        raise taken from err
    return rate


def update_rate(
    *,
    actor: Any,
    rate_id: int,
    exchange_rate: Decimal,
    updated_by: str | None,
    expected_version: int | None = None,
) -> ExchangeRate:
    """Set a rate, which is then due again in 30 days; USD is refused with `BaseCurrency`.

    Raises `RateNotFound`, and `VersionConflict` when somebody was faster.
    """
    policy.require(actor, "change_exchangerate")
    with guarded():
        rate = lock(ExchangeRate.objects.filter(pk=rate_id)).first()
        if rate is None:
            raise RateNotFound("Exchange rate not found", rate=rate_id)
        if rate.currency_code == BASE_CURRENCY:
            raise BaseCurrency("USD is the base currency and cannot be edited")
        if expected_version is not None and expected_version != rate.version:
            raise VersionConflict(
                "Somebody else changed this rate meanwhile.", version=rate.version
            )
        before = audit.snapshot(rate, FIELDS)
        rate.exchange_rate, rate.updated_by = exchange_rate, updated_by
        rate.last_updated = timezone.now()
        rate.next_update_due = rate.last_updated + VALID_FOR
        rate.version += 1
        rate.full_clean(validate_unique=False)
        rate.save()
        after = audit.snapshot(rate, FIELDS)
        audit.record(actor, "rate.updated", rate, before=before, after=after)
    return rate


def delete_rate(*, actor: Any, rate_id: int) -> None:
    """Remove a currency; USD is refused with `BaseCurrency`, one of a circuit with `RateInUse`."""
    policy.require(actor, "delete_exchangerate")
    with guarded():
        rate = lock(ExchangeRate.objects.filter(pk=rate_id)).first()
        if rate is None:
            raise RateNotFound("Exchange rate not found", rate=rate_id)
        if rate.currency_code == BASE_CURRENCY:
            raise BaseCurrency("USD is the base currency and cannot be deleted")
        if NetworkRoute.objects.filter(currency__iexact=rate.currency_code).exists():
            raise RateInUse(
                "Exchange Rate in use - Please remove from any live function before deletion",
                currency_code=rate.currency_code,
            )
        audit.record(actor, "rate.deleted", rate, before=audit.snapshot(rate, FIELDS))
        rate.delete()


def note_due_rates(*, at: datetime | None = None) -> int:
    """Note once per due date that a rate must be renewed, from 5 days before; USD never is.

    Returns how many notes were made; notifications deliver them (contract 10.3).
    """
    now = at or timezone.now()
    made = 0
    with guarded():
        due = ExchangeRate.objects.filter(next_update_due__lte=now + DUE_SOON)
        for rate in lock(due.exclude(currency_code=BASE_CURRENCY)):
            after = {"currency_code": rate.currency_code, "due": str(rate.next_update_due)}
            noted = AuditEntry.objects.about("networkroutes.exchangerate", rate.pk)
            if not noted.filter(verb="rate.due", after__due=after["due"]).exists():
                audit.record(None, "rate.due", rate, after=after)
                made += 1
    return made
