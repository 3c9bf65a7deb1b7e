"""Many rows written at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection

from inventory_site.core import bulk
from parts.models import StockPart
from tests.factories.parts import PartTypeFactory, StockPartFactory

FIELDS = ["description", "manufacturer", "type", "tags", "pin_count", "archived_at"]


def test_every_row_gets_its_own_values_of_every_kind(
    db: None, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    kinds = [PartTypeFactory(), None, None]
    untouched = StockPartFactory(manufacturer="Maker")
    parts = [StockPartFactory(series="kept") for _ in range(3)]
    at = [None, datetime(2026, 3, 1, 12, 30, tzinfo=UTC), None]
    texts = ["50 % off", "it's 'quoted' \u2126", "%s"]
    for number, part in enumerate(parts):
        part.description, part.tags = texts[number], [{"a": number}, None, texts[number]]
        part.manufacturer, part.pin_count = (None, "x", "")[number], (None, 7, None)[number]
        part.type, part.archived_at, part.series = kinds[number], at[number], "not named"

    with django_assert_max_num_queries(2):
        bulk.update_rows(parts, FIELDS)

    for part, row in zip(
        parts, StockPart.objects.filter(series="kept").order_by("pk"), strict=True
    ):
        assert [getattr(row, name) for name in FIELDS] == [getattr(part, name) for name in FIELDS]
    untouched.refresh_from_db()
    assert untouched.manufacturer == "Maker"


def test_no_rows_are_no_statement(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        bulk.update_rows([], FIELDS)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite knows no length of texts")
def test_a_text_that_is_too_long_is_refused_and_not_cut(transactional_db: None) -> None:
    parts = [StockPartFactory(), StockPartFactory()]
    parts[0].manufacturer, parts[1].manufacturer = "maker", "m" * 256

    with pytest.raises(DatabaseError):
        bulk.update_rows(parts, ["manufacturer"])

    assert not StockPart.objects.filter(manufacturer__startswith="m").exists()
