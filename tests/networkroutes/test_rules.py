"""The contract's rules of form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networkroutes.design.capacity import capacity_mbps
from networkroutes.errors import InvalidBandwidth, InvalidCircuitId
from networkroutes.rules import check_bandwidth, check_circuit_id


@pytest.mark.parametrize("value", ["LONPAR000001", "ZZZZZZ999999"])
def test_six_letters_and_six_digits_are_a_ucn(value: str):
    check_circuit_id(value)


@pytest.mark.parametrize(
    "value",
    [
        "lonpar000001",
        "LONPAR00001",
        "LONPAR0000011",
        "LONPAR000001\n",
        " LONPAR000001",
        "LONPAR00000\u0661",
        "ÄONPAR000001",
        "",
        None,
        123456,
        ["LONPAR000001"],
    ],
)
def test_anything_else_is_not(value: object):
    with pytest.raises(InvalidCircuitId):
        check_circuit_id(value)


@pytest.mark.parametrize(
    "value",
    [None, "", "Dark Fiber", "DARK FIBER", "dark fiber", "100Gb", ".5", "1e3", " 10000", "10.5 x"],
)
def test_bandwidths_that_are_taken(value: str | None):
    check_bandwidth(value)


@pytest.mark.parametrize(
    "value", [" dark fiber", "dark fiber ", "0", "-5", "abc", "Infinity", "NaN", ".", "e5", "1e999"]
)
def test_bandwidths_that_are_refused(value: str):
    with pytest.raises(InvalidBandwidth):
        check_bandwidth(value)


@given(st.text(max_size=40))
def test_any_text_is_taken_or_refused_but_never_breaks(value: str):
    try:
        check_bandwidth(value)
    except InvalidBandwidth:
        pass


@pytest.mark.parametrize(
    ("text", "mbps"),
    [
        ("10 gigabit", 10_000),
        ("10 Gigabits/s", 10_000),
        ("1T", 1_000_000),
        ("1.6 Tbps", 1_600_000),
        ("100Gb", 100_000),
        ("622 Mbps", 622),
        ("622 megabit", 622),
        ("5 things", 5),
        ("abc", None),
        ("1e306 Gbps", None),
    ],
)
def test_a_unit_after_the_number_of_a_bandwidth_is_understood(text: str, mbps: float | None):
    assert capacity_mbps(text) == mbps
