"""The tables that a bulk upload may fill: columns, keys, references (contract 12.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from inventory_site.core.search import in_any_case, in_one_case
from networkroutes.choices import CarrierStatus, EquipmentType, Region
from networkroutes.errors import InvalidBandwidth, InvalidCircuitId
from networkroutes.importers import cells
from networkroutes.models import (
    Carrier,
    CarrierContact,
    ExchangeRate,
    Location,
    LocationCapabilities,
    NetworkRoute,
)
from networkroutes.models.capabilities import CAPABILITIES
from networkroutes.rules import (
    ABOVE_COSTS,
    ABOVE_PRICES,
    ABOVE_RATES,
    check_bandwidth,
    check_circuit_id,
)
from networkroutes.selectors.carriers import named
from networkroutes.services.maps import too_fast
from networkroutes.services.rates import VALID_FOR
from networkroutes.services.routes import UNKNOWN_CARRIER, strange_carriers

Key = tuple[Any, ...]
Resolver = Callable[[Iterable[Key]], Mapping[Key, int]]
Change = tuple[int | None, Mapping[str, Any]]
Maker = Callable[[Any, Mapping[str, Any], int | None], models.Model]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how its cells are read, the model's field (None: part of a reference), a sample."""

    name: str
    read: cells.Reader
    field: str | None
    sample: str = ""
    is_required: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """A table of the bulk upload; `key` names the columns that identify a row.

    `known` finds rows by key, `parent` the row that `parent_field` points at, by its own columns.
    Where `make` is set, it makes each row by its own service, and rows are never changed; `rows`
    are those that an export shows. `doubts` says of some rows, each its primary key (none for a new
    one) and its values, what is wrong with them: the place of a row, and a sentence. Codes of
    locations are compared exactly (`is_exact`): circuits name them so.
    """

    slug: str
    model: type[models.Model]
    columns: Sequence[Column]
    key: Sequence[str]
    known: Resolver
    parent: Resolver | None = None
    parent_key: Sequence[str] = ()
    parent_field: str = ""
    parent_word: str = ""
    fixed: Callable[[], dict[str, Any]] = dict
    make: Maker | None = None
    rows: Callable[[], models.QuerySet[Any]] | None = None
    doubts: Callable[[Sequence[Change]], Iterable[tuple[int, str]]] | None = None
    is_exact: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def key_of(self, values: Mapping[str, Any], names: Sequence[str] | None = None) -> Key:
        """Return the values of key columns as they are compared: text in small letters, unless
        exactly."""
        sent = (values.get(name) for name in (names or self.key))
        if self.is_exact:
            return tuple(sent)
        return tuple(in_one_case(value) if isinstance(value, str) else value for value in sent)


def _circuit_id(cell: str) -> str:
    try:
        check_circuit_id(cell)
    except InvalidCircuitId as err:
        raise ValueError("must be six capital letters and six digits") from err
    return cell


def _bandwidth(cell: str) -> str | None:
    try:
        check_bandwidth(cell or None)
    except InvalidBandwidth as err:
        raise ValueError('must be either "Dark Fiber" or a numeric value') from err
    return cell or None


def _currency(cell: str) -> str:
    code = cell.upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise ValueError("must be a 3-letter code")
    return code


def _rate(cell: str) -> Decimal:
    found = cells.money(8, below=ABOVE_RATES)(cell)
    if not found:
        raise ValueError("must be a positive number")
    return Decimal(found)


def _name(cell: str) -> str:
    return str(cells.text(255, blank="")(" ".join(cell.split())))


def _places(keys: Iterable[Key]) -> Mapping[Key, int]:
    rows = Location.objects.filter(location_code__in=[key[0] for key in keys])
    return {(code,): pk for code, pk in rows.values_list("location_code", "pk")}


def _rates(keys: Iterable[Key]) -> Mapping[Key, int]:
    rows = in_any_case(ExchangeRate.objects.all(), "currency_code", (key[0] for key in keys))
    return {(code.lower(),): pk for code, pk in rows.values_list("currency_code", "pk")}


def _routes(keys: Iterable[Key]) -> Mapping[Key, int]:
    wanted = [key[0].upper() for key in keys]
    rows = NetworkRoute.objects.filter(circuit_id__in=wanted)
    return {(name.lower(),): pk for name, pk in rows.values_list("circuit_id", "pk")}


def _doubts(rows: Sequence[Change]) -> Iterator[tuple[int, str]]:
    fast = too_fast({pk: values for pk, values in rows if pk is not None})
    strange = strange_carriers([(pk, values["underlying_carrier"]) for pk, values in rows])
    for place, (pk, values) in enumerate(rows):
        if pk in fast:
            yield place, fast[pk]
        if values["underlying_carrier"] in strange:
            yield place, UNKNOWN_CARRIER


def _carriers(keys: Iterable[Key]) -> Mapping[Key, int]:
    rows = named(key[0] for key in keys).values_list("carrier_name", "region", "pk")
    return {(in_one_case(name), region.lower()): pk for name, region, pk in rows}


def _contacts(keys: Iterable[Key]) -> Mapping[Key, int]:
    rows = CarrierContact.objects.filter(carrier__in=named(key[0] for key in keys).values("pk"))
    found = rows.values_list("carrier__carrier_name", "carrier__region", "contact_name", "pk")
    return {
        (in_one_case(name), region.lower(), in_one_case(who)): pk for name, region, who, pk in found
    }


def _capabilities(keys: Iterable[Key]) -> Mapping[Key, int]:
    code = "location__location_code"
    found = LocationCapabilities.objects.filter(**{f"{code}__in": [key[0] for key in keys]})
    return {(text,): pk for text, pk in found.values_list(code, "pk")}


def _due() -> dict[str, Any]:
    now = timezone.now()
    return {"last_updated": now, "next_update_due": now + timedelta(days=VALID_FOR.days)}


def _confirmed() -> dict[str, Any]:
    return {"last_updated": timezone.now()}


def _text(name: str, longest: int | None = None, sample: str = "", **more: Any) -> Column:
    return Column(name, cells.text(longest), name, sample, **more)


ROUTES = Module(
    "network_routes",
    NetworkRoute,
    (
        Column("circuit_id", _circuit_id, "circuit_id", "LONPAR000001", True),
        _text("location_a", 255, "LON1", is_required=True),
        _text("location_b", 255, "PAR1", is_required=True),
        _text("underlying_carrier", 255, "Aurora Fibre", is_required=True),
        _text("cable_system", sample="Channel Link"),
        Column("bandwidth", _bandwidth, "bandwidth", "100000"),
        Column("expected_latency", cells.number(), "expected_latency_ms", "6.9"),
        Column("sla_latency", cells.number(), "sla_latency_ms", "8"),
        Column("mtu", cells.whole, "mtu", "9212"),
        Column("is_special", cells.flag(), "is_special", "0"),
        Column("cost", cells.money(4, below=ABOVE_COSTS), "cost", "2600"),
        _text("currency", 16, "EUR"),
        Column("capacity_usage_percent", cells.number(0, 100), "capacity_usage_percent", "40"),
        _text("local_loop_carriers_a"),
        _text("local_loop_carriers_b"),
        Column("equipment_type", cells.one_of(EquipmentType.values), "equipment_type", "Nokia"),
        Column("outage_tickets_last_30d", cells.whole, "outage_tickets_last_30d"),
        Column("maintenance_tickets_last_30d", cells.whole, "maintenance_tickets_last_30d"),
        _text("test_results_link"),
        _text("more_details"),
    ),
    ("circuit_id",),
    _routes,
    doubts=_doubts,
)
PRICE_COLUMNS = tuple(
    Column(name, cells.money(2, below=ABOVE_PRICES, blank=Decimal(0)), name, "0")
    for name in (
        "min_price_under_100mb",
        "min_price_100_to_999mb",
        "min_price_1000_to_2999mb",
        "min_price_3000mb_plus",
    )
)
LOCATIONS = Module(
    "locations",
    Location,
    (
        _text("location_code", 100, "LON1", is_required=True),
        _text("city", 255, "London", is_required=True),
        _text("country", 255, "United Kingdom", is_required=True),
        _text("datacenter_name", 255, "Docklands East", is_required=True),
        _text("datacenter_address", sample="12 Basin Road"),
        Column("latitude", cells.number(-90, 90), "latitude", "51.508"),
        Column("longitude", cells.number(-180, 180), "longitude", "-0.004"),
        _text("time_zone", 64, "Europe/London"),
        _text("pop_type", 64, "Primary", is_required=True),
        _text("status", 64, "Active", is_required=True),
        Column("region", cells.one_of(Region.values), "region", "EMEA"),
        _text("provider", 255),
        _text("access_info"),
        _text("more_info"),
        *PRICE_COLUMNS,
    ),
    ("location_code",),
    _places,
    is_exact=True,
)
CARRIERS = Module(
    "carriers",
    Carrier,
    (
        Column("carrier_name", _name, "carrier_name", "Aurora Fibre", True),
        Column("region", cells.one_of(Region.values), "region", "EMEA", True),
        Column("status", cells.one_of(CarrierStatus.values), "status", "active", True),
        Column("previously_known_as", cells.text(255, blank=""), "previously_known_as"),
    ),
    ("carrier_name", "region"),
    _carriers,
)
CONTACTS = Module(
    "carrier_contacts",
    CarrierContact,
    (
        Column("carrier_name", _name, None, "Aurora Fibre", True, "carrier__carrier_name"),
        Column("region", cells.one_of(Region.values), None, "EMEA", True, "carrier__region"),
        Column("contact_name", cells.text(255), "contact_name", "NOC desk", True),
        Column("contact_type", cells.text(100, blank=""), "contact_type", "NOC"),
        Column("contact_level", cells.text(100, blank=""), "contact_level", "1"),
        Column("contact_function", cells.text(255, blank=""), "contact_function", "Operations"),
        Column("contact_email", cells.email, "contact_email", "noc@example.net"),
        Column("contact_phone", cells.text(64, blank=""), "contact_phone", "+44 20 7946 0000"),
        Column("notes", cells.text(blank=""), "notes"),
    ),
    ("carrier_name", "region", "contact_name"),
    _contacts,
    _carriers,
    ("carrier_name", "region"),
    "carrier_id",
    "carrier",
    _confirmed,
)
POP_CAPABILITIES = Module(
    "pop_capabilities",
    LocationCapabilities,
    (
        Column("location_code", cells.text(100), None, "LON1", True, "location__location_code"),
        *(Column(name, cells.flag(blank=False), name, "0") for name in CAPABILITIES),
    ),
    ("location_code",),
    _capabilities,
    _places,
    ("location_code",),
    "location_id",
    "location",
    is_exact=True,
)
RATES = Module(
    "exchange_rates",
    ExchangeRate,
    (
        Column("currency_code", _currency, "currency_code", "CHF", True),
        Column("exchange_rate", _rate, "exchange_rate", "0.89", True),
        _text("updated_by", 255),
    ),
    ("currency_code",),
    _rates,
    fixed=_due,
)
MODULES: dict[str, Module] = {
    module.slug: module
    for module in (ROUTES, LOCATIONS, CARRIERS, CONTACTS, POP_CAPABILITIES, RATES)
}
