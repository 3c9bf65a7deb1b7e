"""The parts that the search is measured with."""

from __future__ import annotations

import pytest

from parts.models import StockPart
from parts.selectors.stock_search import find_parts
from tests.benchmarks.stock_rows import Stock, id4_of


@pytest.mark.django_db(transaction=True)
def test_the_stock_of_the_benchmarks_grows_and_is_found() -> None:
    stock = Stock()

    stock.grow(20)
    stock.grow(30)

    assert (stock.size, StockPart.objects.count()) == (30, 30)
    assert find_parts(id4_of(29)).finds[0].row.id4 == id4_of(29)
