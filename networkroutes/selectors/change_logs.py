"""The change log of the register: the audit trail in the words of the network inventory
(contract 12.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AuditEntry

TABLES = {
    "networkroutes.networkroute": "network_routes",
    "networkroutes.repositorytype": "repository_types",
    "networkroutes.darkfibrechannel": "dark_fiber_details",
    "networkroutes.testresultsfile": "test_results_files",
    "networkroutes.location": "location_reference",
    "networkroutes.locationcapabilities": "pop_capabilities",
    "networkroutes.exchangerate": "exchange_rates",
    "networkroutes.carrier": "carriers",
    "networkroutes.carriercontact": "carrier_contacts",
    "networkroutes.savedsearch": "network_design_searches",
    "networkroutes.pricingconfig": "pricing_logic_config",
    "networkroutes.promorule": "promo_pricing_rules",
    "accounts.user": "users",
}
OTHER_NAMES = {"locations": "location_reference", "channels": "dark_fiber_details"}
ACTIONS = {
    "created": "CREATE",
    "inserted": "CREATE",
    "updated": "UPDATE",
    "changed": "UPDATE",
    "deleted": "DELETE",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to narrow the log by; blank fields do not narrow."""

    tables: Sequence[str] = ()
    user_id: int | None = None
    search: str = ""


def change_rows(wanted: Wanted) -> QuerySet[AuditEntry]:
    """Return the writes to the register's tables, newest first."""
    types = [kind for kind, name in TABLES.items() if not wanted.tables or name in wanted.tables]
    rows = AuditEntry.objects.filter(object_type__in=types)
    if wanted.user_id is not None:
        rows = rows.filter(actor_id=wanted.user_id)
    if wanted.search:
        rows = rows.filter(
            Q(object_label__icontains=wanted.search)
            | Q(object_id=wanted.search)
            | Q(actor_name__icontains=wanted.search)
            | Q(verb__icontains=wanted.search)
        )
    return rows.order_by("-at", "-pk")


def table_of(name: str) -> str:
    """Return a table's name in the log; the later original used two names for some."""
    return OTHER_NAMES.get(name, name)


def action_of(verb: str) -> str:
    """Return CREATE, UPDATE or DELETE; another verb is its last word in capitals."""
    word = verb.rpartition(".")[2]
    return ACTIONS.get(word, word.upper())


def summary_of(entry: AuditEntry) -> str:
    """Return `field: old → new` for each field that differs; nothing where none does."""
    before, after = _fields(entry.before), _fields(entry.after)
    names = dict.fromkeys((*before, *after))
    return "; ".join(
        f"{name}: {_shown(before.get(name))} → {_shown(after.get(name))}"
        for name in names
        if before.get(name) != after.get(name)
    )


def _fields(values: Any) -> Mapping[str, Any]:
    return values if isinstance(values, dict) else {}


def _shown(value: Any) -> str:
    return "(empty)" if value in (None, "") else str(value)
