"""The grid plan: wavelengths as numbers, their places along the spectrum."""

from __future__ import annotations

import pytest

from networkroutes.admin.plan import (
    Drawn,
    frequency_thz,
    itu_number,
    plan_of,
    spacing_thz,
    wavelength_nm,
)
from networkroutes.choices import ChannelState


def drawn(wavelength: str | None, state: ChannelState = ChannelState.FREE) -> Drawn:
    return Drawn(f"at {wavelength}", wavelength, state, "words", "/there", is_verb=True)


@pytest.mark.parametrize(
    ("text", "thz"),
    [
        ("1552.52", 193.10),
        ("1552.52 nm", 193.10),
        ("193.1", 193.10),
        ("193.10 THz", 193.10),
        ("1260", 237.93),
        ("1680", 178.45),
        ("CH34", 193.4),
        ("34", 193.4),
        ("n=16,m=4", 193.2),
    ],
)
def test_a_wavelength_reads_as_nm_or_thz(text: str, thz: float) -> None:
    assert frequency_thz(text) == pytest.approx(thz, abs=0.005)


@pytest.mark.parametrize("text", [None, "", "red", "nan", "1e400", "-1552", "850", "1259.9"])
def test_other_texts_have_no_place_on_the_grid(text: str | None) -> None:
    assert frequency_thz(text) is None
    assert wavelength_nm(text) is None


def test_channel_numbers_follow_the_itu_grid() -> None:
    assert [itu_number(193.1), itu_number(193.4), itu_number(193.45)] == ["31", "34", "34.5"]


def test_the_grid_is_the_widest_that_keeps_channels_apart() -> None:
    assert spacing_thz([193.1, 193.2, 193.4]) == 0.1
    assert spacing_thz([193.1, 193.1503, 193.4]) == 0.05
    assert spacing_thz([193.1, 193.1125]) == 0.0125
    assert spacing_thz([]) == 0.05


def test_channels_stand_at_their_frequency_inside_the_drawing() -> None:
    plan = plan_of([drawn("193.5"), drawn("193.1", ChannelState.LIT), drawn("red")])

    assert [(slot.name, slot.left, slot.width) for slot in plan.slots] == [
        ("at 193.1", 5.0, 10.0),
        ("at 193.5", 45.0, 10.0),
    ]
    assert [slot.name for slot in plan.elsewhere] == ["at red"]
    assert [(tick.label, tick.left) for tick in plan.ticks] == [
        ("193.0", 0.0),
        ("193.5", 50.0),
        ("194.0", 100.0),
    ]
    assert plan.counts == [("free", "Free", 2), ("reserved", "Reserved", 0), ("lit", "Lit", 1)]
    assert plan.title == "C band, 100 GHz grid, 193.0 to 194.0 THz"


def test_a_wide_band_keeps_its_axis_readable() -> None:
    plan = plan_of([drawn("180"), drawn("230")])

    assert len(plan.ticks) <= 13
    assert all(0 <= slot.left and slot.left + slot.width <= 100 for slot in plan.slots)
    assert not plan.has_labels


def test_equal_wavelengths_do_not_break_the_drawing() -> None:
    plan = plan_of([drawn("193.1"), drawn("193.1")])

    assert [slot.width for slot in plan.slots] == [5.0, 5.0]


def test_a_fibre_of_unreadable_channels_has_no_axis() -> None:
    plan = plan_of([drawn("red"), drawn(None)])

    assert (plan.slots, plan.ticks, plan.title) == ([], [], "")
    assert len(plan.elsewhere) == 2
