"""Whole numbers that come as text."""

import pytest

from inventory_site.core.whole import whole_number


@pytest.mark.parametrize(
    ("sent", "number"), [("0", 0), ("007", 7), (5, 5), ("9" * 18, 10**18 - 1), ("-5", None)]
)
def test_digits_are_a_number(sent, number):
    assert whole_number(sent) == number


@pytest.mark.parametrize(
    "sent",
    [None, "", " 5", "5 ", "²", "٣", "+5", "--5", "5.0", 5.0, True, [], "9" * 19, "9" * 5000],
)
def test_anything_else_is_none(sent):
    assert whole_number(sent) is None
    assert whole_number(sent, signed=True) is None


def test_a_sign_and_the_count_of_digits_are_for_the_caller_to_say():
    assert whole_number("-5", signed=True) == -5
    assert whole_number("-", signed=True) is None
    assert (whole_number("99999", digits=5), whole_number("100000", digits=5)) == (99_999, None)
    assert whole_number("9" * 20, digits=20) == 10**20 - 1
