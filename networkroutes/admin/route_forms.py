"""The form of a circuit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from networkroutes.admin.widgets import Suggested, plain_decimal
from networkroutes.choices import EquipmentType
from networkroutes.errors import InvalidBandwidth
from networkroutes.models import ExchangeRate, Location, NetworkRoute
from networkroutes.rules import check_bandwidth
from networkroutes.selectors.register import texts_of

GBPS = re.compile(r"\s*[0-9.]+\s*g", re.IGNORECASE)
BANDWIDTHS = ("Dark Fiber", "1000", "10000", "100000", "400000")
MONO = {"class": "vTextField nr-mono", "spellcheck": "false"}
SUGGESTED = 300


def _locations() -> Iterable[str]:
    return Location.objects.values_list("location_code", flat=True)[:SUGGESTED]


def _carriers() -> Iterable[str]:
    return texts_of("underlying_carrier", limit=SUGGESTED)


def _cable_systems() -> Iterable[str]:
    rows = NetworkRoute.objects.exclude(cable_system="").exclude(cable_system=None)
    found = rows.order_by("cable_system").values_list("cable_system", flat=True).distinct()
    return (text for text in found[:SUGGESTED] if text)


def _currencies() -> Iterable[str]:
    return ExchangeRate.objects.values_list("currency_code", flat=True)


class NetworkRouteForm(forms.ModelForm):
    """A circuit as people edit it; the UCN is given once."""

    class Meta:
        model = NetworkRoute
        fields = [
            "circuit_id",
            "repository_type",
            "location_a",
            "location_b",
            "underlying_carrier",
            "cable_system",
            "bandwidth",
            "mtu",
            "is_special",
            "equipment_type",
            "capacity_usage_percent",
            "local_loop_carriers_a",
            "local_loop_carriers_b",
            "expected_latency_ms",
            "live_latency_ms",
            "sla_latency_ms",
            "cost",
            "currency",
            "outage_tickets_last_30d",
            "maintenance_tickets_last_30d",
            "test_results_link",
            "more_details",
        ]
        widgets = {
            "circuit_id": forms.TextInput(attrs={**MONO, "autocapitalize": "characters"}),
            "location_a": Suggested(_locations, MONO),
            "location_b": Suggested(_locations, MONO),
            "underlying_carrier": Suggested(_carriers),
            "cable_system": Suggested(_cable_systems),
            "bandwidth": Suggested(lambda: BANDWIDTHS),
            "currency": Suggested(_currencies, MONO),
            "is_special": forms.NullBooleanSelect(),
            "local_loop_carriers_a": forms.TextInput(attrs={"class": "vTextField"}),
            "local_loop_carriers_b": forms.TextInput(attrs={"class": "vTextField"}),
            "test_results_link": forms.TextInput(attrs={"class": "vTextField"}),
            "more_details": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {"circuit_id": {"unique": "Another circuit has this UCN."}}
        help_texts = {
            "circuit_id": "Six capital letters and six digits (LONSNG420017); never changes.",
            "bandwidth": "Dark Fiber, or Mbps as a number: 10000 is 10 Gbps, 100000 is 100 Gbps.",
            "is_special": "Ultra low latency; the design tool can leave such circuits out.",
            "live_latency_ms": "0 means an outage; blank means never measured.",
            "cost": "Per month.",
            "test_results_link": "Where further test results are kept.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.cost is not None:
            self.initial["cost"] = plain_decimal(self.instance.cost)
        if not self.instance.pk:
            self.initial.setdefault("equipment_type", EquipmentType.NOKIA)
        for name in (
            "expected_latency_ms",
            "live_latency_ms",
            "sla_latency_ms",
            "capacity_usage_percent",
        ):
            if name in self.fields:
                self.fields[name].widget.attrs.setdefault("step", "any")

    def clean_bandwidth(self) -> str | None:
        """Refuse what is no bandwidth, and `100G`, which would read as 100 Mbps."""
        text: str | None = self.cleaned_data["bandwidth"] or None
        if text is None or "bandwidth" not in self.changed_data:
            return text
        if GBPS.match(text):
            raise forms.ValidationError("Give it in Mbps: 100000 for 100 Gbps.")
        try:
            check_bandwidth(text)
        except InvalidBandwidth as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return text
