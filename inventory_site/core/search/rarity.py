"""Which letters of a phrase few rows have: told by a sample of the column, kept for a while.

An index of trigrams reads a list of rows for each that it is asked, and some are in most rows. The
sample is a hint only: whatever is asked of the index, the columns themselves are compared after it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from django.db import connections
from django.db.models import Max, Min, Model

from inventory_site.core.search.sqlite import TRIGRAM

ENOUGH = {"postgresql": 3, "sqlite": 2}
SAMPLE = 48
KEPT_S = 600.0
MOST_COUNTS = 10_000


@dataclass(slots=True)
class _Sample:
    """Some texts of a column, when they were read, and how many of them hold which trigram."""

    taken: float
    texts: list[str]
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, trigram: str) -> int:
        """Return how many of the texts hold a trigram; counted once."""
        found = self.counts.get(trigram)
        if found is None:
            if len(self.counts) >= MOST_COUNTS:
                self.counts.clear()
            wanted = trigram.lower()
            found = self.counts[trigram] = sum(wanted in text for text in self.texts)
        return found


_samples: dict[tuple[str, str, str], _Sample] = {}


def rarest(model: type[Model], phrases: Sequence[str], using: str, column: str) -> list[str]:
    """Return a few trigrams of the phrases, the rarest first; none when all are shorter.

    PostgreSQL's index looks only for the rows of the rarest in the lists of the others, so each
    phrase is worth one, however common it is. SQLite's reads its lists from end to end.
    """
    vendor = connections[using].vendor
    of_each = list(map(_trigrams, phrases))
    trigrams = list(dict.fromkeys(one for each in zip_longest(*of_each) for one in each if one))
    if len(trigrams) <= ENOUGH[vendor]:
        return trigrams
    count = _sample(model, using, column).count
    if vendor == "sqlite":
        return sorted(trigrams, key=count)[: ENOUGH[vendor]]
    firsts = {min(each, key=count) for each in of_each if each}
    return sorted(trigrams, key=lambda one: (one not in firsts, count(one)))[: ENOUGH[vendor]]


def forget() -> None:
    """Take new samples from now on."""
    _samples.clear()


def _trigrams(phrase: str) -> list[str]:
    """Cut a phrase into trigrams from its end, which tells more than how it begins."""
    if len(phrase) < TRIGRAM:
        return []
    starts = [*range(len(phrase) - TRIGRAM, 0, -TRIGRAM), 0]
    return [phrase[start : start + TRIGRAM] for start in starts]


def _sample(model: type[Model], using: str, column: str) -> _Sample:
    """Return the column of rows from all over the table, in lower case; one look in ten minutes."""
    key = (using, model._meta.db_table, column)
    sample = _samples.get(key)
    if sample is None or time.monotonic() - sample.taken >= KEPT_S:
        rows = model._base_manager.using(using)
        ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
        first, last = ends["first"] or 0, ends["last"] or 0
        keys = {first + (last - first) * place // SAMPLE for place in range(SAMPLE + 1)}
        found = rows.filter(pk__in=keys).values_list(column, flat=True)
        texts = [text.lower() for text in found if text]
        sample = _samples[key] = _Sample(time.monotonic(), texts)
    return sample
