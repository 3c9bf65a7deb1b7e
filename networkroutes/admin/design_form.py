"""The constraints of the design tool as a form; all of them stand in the page's address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import F

from networkroutes.admin.widgets import Suggested, joined, listed
from networkroutes.design.capacity import requested_mbps
from networkroutes.design.constraints import Constraints, names
from networkroutes.design.twins import CABLE, CARRIER, CIRCUIT, NODE
from networkroutes.models import ExchangeRate, Location, NetworkRoute, RepositoryType
from networkroutes.models.rates import BASE_CURRENCY
from networkroutes.services.design_paths import PathsQuestion
from networkroutes.services.offers import Terms

MOST_SUGGESTED = 500
TWINS = (
    ("", "No twin"),
    (CIRCUIT, "No circuit in common"),
    (NODE, "No place in common"),
    (CARRIER, "No carrier in common"),
    (CABLE, "No cable system in common"),
)
TERMS = ((12, "12 months"), (24, "24 months"), (36, "36 months"))


def distinct(field: str) -> Callable[[], Iterable[str]]:
    """Return what suggests the values that circuits have in a field."""

    def suggest() -> Iterable[str]:
        rows = NetworkRoute.objects.exclude(**{field: ""}).exclude(**{f"{field}__isnull": True})
        found = rows.order_by(F(field)).values_list(field, flat=True).distinct()
        return [str(value) for value in found[:MOST_SUGGESTED]]

    return suggest


def by_comma(suggest: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Return what suggests names for a list of them: one that has a comma stands in quotes."""
    return lambda: (joined([name]) for name in suggest())


def place_codes() -> Iterable[str]:
    """Return the codes of locations."""
    return Location.objects.order_by("location_code").values_list("location_code", flat=True)[
        :MOST_SUGGESTED
    ]


def currencies() -> list[tuple[str, str]]:
    """Return the currencies with an active rate after USD, which counts where none is chosen."""
    active = ExchangeRate.objects.filter(status="Active").exclude(currency_code=BASE_CURRENCY)
    codes = active.order_by("currency_code").values_list("currency_code", flat=True)
    return [(code, code) for code in (BASE_CURRENCY, *codes)]


class DesignForm(forms.Form):
    """What a path must be, and how it is priced; lists are names by comma, quoted where one has
    a comma."""

    source = forms.CharField(label="From", max_length=255, widget=Suggested(place_codes))
    destination = forms.CharField(label="To", max_length=255, widget=Suggested(place_codes))
    bandwidth = forms.FloatField(label="Bandwidth", min_value=0, required=False)
    unit = forms.ChoiceField(
        label="Unit", choices=(("Gbps", "Gbps"), ("Mbps", "Mbps")), required=False
    )
    max_latency = forms.FloatField(label="Latency up to, ms", min_value=0, required=False)
    twin = forms.ChoiceField(label="Diverse twin", choices=TWINS, required=False)
    avoid_carriers = forms.CharField(
        label="Avoid carriers",
        required=False,
        max_length=2000,
        widget=Suggested(by_comma(distinct("underlying_carrier"))),
    )
    avoid_cables = forms.CharField(
        label="Avoid cable systems",
        required=False,
        max_length=2000,
        widget=Suggested(by_comma(distinct("cable_system"))),
    )
    avoid_places = forms.CharField(
        label="Avoid places",
        required=False,
        max_length=2000,
        widget=Suggested(by_comma(place_codes)),
    )
    via = forms.CharField(
        label="Pass through",
        required=False,
        max_length=2000,
        widget=Suggested(by_comma(place_codes)),
    )
    mtu = forms.IntegerField(label="MTU at least, bytes", min_value=0, required=False)
    repository = forms.ModelMultipleChoiceField(
        label="Only repository types", queryset=RepositoryType.objects.all(), required=False
    )
    no_ull = forms.BooleanField(label="Leave out ULL circuits", required=False)
    no_cisco = forms.BooleanField(label="Leave out Cisco circuits", required=False)
    count = forms.IntegerField(
        label="Paths", min_value=1, max_value=20, required=False, help_text="Shortest first."
    )
    currency = forms.ChoiceField(label="Currency", choices=currencies, required=False)
    term = forms.TypedChoiceField(label="Term", choices=TERMS, coerce=int, required=False)
    with_ull = forms.BooleanField(label="Add the ULL premium", required=False)

    first = ("source", "destination", "bandwidth", "unit", "max_latency", "twin", "avoid_carriers")
    price = ("currency", "term", "with_ull")

    def clean(self) -> dict[str, Any]:
        """The ends differ."""
        data = super().clean() or {}
        if data.get("source") and data.get("source") == data.get("destination"):
            self.add_error("destination", "Source and destination cannot be the same")
        return data

    def first_fields(self) -> list[forms.BoundField]:
        """The fields that most questions need."""
        return [self[name] for name in self.first]

    def price_fields(self) -> list[forms.BoundField]:
        """The fields of the price."""
        return [self[name] for name in self.price]

    def more_fields(self) -> list[forms.BoundField]:
        """The other fields, folded away until they are used."""
        return [self[name] for name in self.fields if name not in (*self.first, *self.price)]

    def has_more(self) -> bool:
        """Whether a folded field is filled in or wrong."""
        return any(field.errors or field.data for field in self.more_fields())

    def question(self) -> PathsQuestion:
        """Return the question of a valid form."""
        data = self.cleaned_data
        wanted = data["bandwidth"] or 0
        mbps = requested_mbps(wanted, data["unit"] or "Gbps")
        constraints = Constraints(
            bandwidth_mbps=mbps or None,
            carriers=names(listed(data["avoid_carriers"])),
            mtu=data["mtu"],
            allow_ull=not data["no_ull"],
            allow_cisco=not data["no_cisco"],
            cable_systems=names(listed(data["avoid_cables"])),
            locations=frozenset(listed(data["avoid_places"])),
            repository_types=frozenset(row.pk for row in data["repository"]),
        )
        return PathsQuestion(
            source=data["source"],
            destination=data["destination"],
            constraints=constraints,
            count=data["count"] or 3,
            max_latency_ms=data["max_latency"] or None,
            via=frozenset(listed(data["via"])),
            twin=data["twin"] or None,
            asked=self.asked(),
        )

    def avoided_carriers(self) -> list[str]:
        """Return the carriers of a valid form as they were typed."""
        return listed(self.cleaned_data["avoid_carriers"])

    def terms(self) -> Terms:
        """Return how the offer of a valid form is priced."""
        data = self.cleaned_data
        return Terms(int(data["term"] or 12), data["currency"] or BASE_CURRENCY, data["with_ull"])

    def asked(self) -> dict[str, Any]:
        """Return what was filled in, as the design log keeps it."""
        return {
            name: [row.name for row in value] if name == "repository" else value
            for name, value in self.cleaned_data.items()
            if value not in (None, "", False) and not (name == "repository" and not value)
        }
