"""Exchange rates, and which of them are to be renewed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ServiceAdmin,
    Tab,
    Verb,
    badge,
    column,
    each,
    number,
    register,
    when,
)
from networkroutes.admin.filters import DueChip
from networkroutes.admin.history import history_tables
from networkroutes.admin.widgets import plain_decimal
from networkroutes.admin.words import mono, plain
from networkroutes.models import ExchangeRate
from networkroutes.models.rates import BASE_CURRENCY
from networkroutes.services import rates

SOON_DAYS = 5


def due_badge(rate: ExchangeRate, at: datetime | None = None) -> SafeString:
    """Draw when a rate is due: days are rounded up, below 0 is overdue, up to 5 is soon."""
    if rate.currency_code == BASE_CURRENCY:
        return badge("Base currency", "idle", "lock")
    if rate.next_update_due is None:
        return badge("Current", "ok")
    left = rate.next_update_due - (at or timezone.now())
    days = math.ceil(left / timedelta(days=1))
    if days < 0:
        return badge("Overdue", "bad")
    return badge("Due soon", "warn") if days <= SOON_DAYS else badge("Current", "ok")


class RateForm(forms.ModelForm):
    """A new currency."""

    class Meta:
        model = ExchangeRate
        fields = ["currency_code", "exchange_rate"]
        widgets = {
            "currency_code": forms.TextInput(attrs={"class": "vTextField nr-mono"}),
            "exchange_rate": forms.NumberInput(attrs={"step": "any", "class": "vTextField"}),
        }
        error_messages = {"currency_code": {"unique": "This currency has a rate already."}}
        help_texts = {
            "currency_code": "ISO 4217, e.g. SGD.",
            "exchange_rate": "Units of the currency for 1 USD.",
        }

    def clean_currency_code(self) -> str:
        """Write it in capitals."""
        return str(self.cleaned_data["currency_code"]).strip().upper()


def _update_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    fields = {
        _field(rate): forms.DecimalField(
            label=f"{rate.currency_code} per USD",
            min_value=Decimal("0.00000001"),
            max_digits=20,
            decimal_places=8,
            widget=forms.NumberInput(attrs={"step": "any"}),
        )
        for rate in objects
        if rate.currency_code != BASE_CURRENCY
    }
    return type("UpdateRatesForm", (forms.Form,), fields)


def _field(rate: ExchangeRate) -> str:
    return f"rate_{rate.pk}"


def _present(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    return {_field(rate): plain_decimal(rate.exchange_rate) for rate in objects}


def _update(request: HttpRequest, rate: ExchangeRate, data: dict[str, Any]) -> str:
    kept = rates.update_rate(
        actor=request.user,
        rate_id=rate.pk,
        exchange_rate=data.get(_field(rate), rate.exchange_rate),
        updated_by=request.user.shown_name,
        expected_version=rate.version,
    )
    return f"{rate} is {plain_decimal(kept.exchange_rate)} per USD."


UPDATE = Verb(
    slug="update",
    label="Update rate",
    permission="networkroutes.change_exchangerate",
    run=each(_update, "updated"),
    form=_update_form,
    initial=_present,
    follows="Due again in 30 days.",
    fits=lambda rate: rate.currency_code != BASE_CURRENCY,
    icon="refresh-cw",
)


def _history(request: HttpRequest, rate: ExchangeRate) -> dict[str, Any]:
    return {"tables": history_tables(request, {"exchangerate": [rate.pk]})}


@register(ExchangeRate)
class ExchangeRateAdmin(ServiceAdmin):
    """Units of a currency per USD; changed by the verb alone."""

    form = RateForm
    noun = "rate"
    list_display = ["currency", "rate", "due", "due_on", "changed", "changed_by"]
    list_filter = [DueChip]
    search_fields = ["currency_code"]
    ordering = ["currency_code"]
    phone_columns = ["rate", "due", "due_on"]
    verbs = [UPDATE]
    row_verbs = ["update"]
    export_fields = [
        ("Currency", "currency_code"),
        ("Rate per USD", "exchange_rate"),
        ("State", "due"),
        ("Due (UTC)", "next_update_due"),
        ("Changed (UTC)", "last_updated"),
        ("By", "updated_by"),
    ]
    summary = ["rate", "due", "due_on", "changed", "changed_by"]
    details_title = ""
    fields = ["currency_code", "exchange_rate"]
    tabs = [Tab("history", "History", context=_history, permission="accounts.view_auditentry")]
    empty_text = "No exchange rates yet."

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The summary says it all once the currency is there."""
        return super().get_fieldsets(request, obj) if obj is None else []

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> ExchangeRate:
        """Add a currency."""
        return rates.create_rate(
            actor=request.user,
            currency_code=data["currency_code"],
            exchange_rate=data["exchange_rate"],
            updated_by=request.user.shown_name,
        )

    def state(self, obj: ExchangeRate) -> SafeString:
        return due_badge(obj)

    @column("Currency", order="currency_code")
    def currency(self, obj: ExchangeRate) -> SafeString:
        return mono(obj.currency_code)

    @column("Rate per USD", numeric=True, order="exchange_rate")
    def rate(self, obj: ExchangeRate) -> SafeString:
        return number(plain_decimal(obj.exchange_rate))

    @column("State", order="next_update_due")
    def due(self, obj: ExchangeRate) -> SafeString:
        return due_badge(obj)

    @column("Update due", order="next_update_due")
    def due_on(self, obj: ExchangeRate) -> SafeString:
        is_base = obj.currency_code == BASE_CURRENCY
        return when(None if is_base else obj.next_update_due, acts=True)

    @column("Changed", order="last_updated")
    def changed(self, obj: ExchangeRate) -> SafeString:
        return when(obj.last_updated)

    @column("By", order="updated_by")
    def changed_by(self, obj: ExchangeRate) -> str:
        return plain(obj.updated_by)
