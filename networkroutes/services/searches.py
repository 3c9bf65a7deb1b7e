"""Saved searches of the design tool (contract 3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from networkroutes import policy
from networkroutes.errors import SearchNotFound
from networkroutes.models import SavedSearch
from networkroutes.services.design_log import storable

FIELDS = (
    "search_name",
    "source_location",
    "destination_location",
    "bandwidth_required",
    "bandwidth_unit",
    "include_ull",
    "protection_required",
    "max_latency_ms",
    "carrier_avoidance",
    "output_currency",
    "contract_term_months",
    "search_results",
)


@transaction.atomic
def save_search(*, actor: Any, values: Mapping[str, Any]) -> SavedSearch:
    """Keep a search; `values` holds any of `FIELDS`."""
    policy.require(actor, "add_savedsearch")
    search = SavedSearch(owner=actor if isinstance(actor, User) else None)
    for name in FIELDS:
        if name in values:
            setattr(search, name, storable(values[name]))
    search.save()
    audit.record(actor, "saved_search.created", search, after={"name": search.search_name})
    return search


@transaction.atomic
def delete_search(*, actor: Any, search_id: int) -> None:
    """Remove a search; `SearchNotFound` for none."""
    policy.require(actor, "delete_savedsearch")
    search = SavedSearch.objects.filter(pk=search_id).first()
    if search is None:
        raise SearchNotFound("Search not found", search=search_id)
    audit.record(actor, "saved_search.deleted", search, before={"name": search.search_name})
    search.delete()
