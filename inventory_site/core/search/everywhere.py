"""The global search: every app's provider, each for itself."""

import contextlib
import logging
from typing import Any

from django.db import connection, transaction

from inventory_site.core import registry
from inventory_site.core.registry import SearchHit, SearchProvider
from inventory_site.core.search.matching import MAX_TEXT, cleaned

logger = logging.getLogger(__name__)


def find_everywhere(user: Any, text: str, limit: int = 10) -> list[SearchHit]:
    """Return up to `limit` finds of each kind that `user` may see, best first, then by name.

    A provider that fails is logged and left out; the others answer. More than 1,000 characters are
    found nowhere.
    """
    wanted = cleaned(text)
    if not wanted or len(wanted) > MAX_TEXT:
        return []
    providers = sorted(registry.searches, key=lambda one: one.order)
    hits = [
        (hit.rank, hit.label.casefold(), provider.order, hit)
        for provider in providers
        if user.has_perm(provider.permission)
        for hit in _answers_of(provider, user, wanted, limit)
    ]
    return [hit for *_, hit in sorted(hits, key=lambda one: one[:3])]


def _answers_of(provider: SearchProvider, user: Any, text: str, limit: int) -> list[SearchHit]:
    own_savepoint = transaction.atomic if connection.in_atomic_block else contextlib.nullcontext
    try:
        with own_savepoint():
            return provider.find(user, text, limit)[:limit]
    except Exception:  # one app's bug must not blind the others; it is logged
        logger.exception("a search provider failed", extra={"provider": provider.slug})
        return []
