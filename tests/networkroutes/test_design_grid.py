"""Wavelengths on the grids of ITU-T G.694.1."""

from __future__ import annotations

from decimal import Decimal

import pytest

from networkroutes.design.grid import NotOnGrid, grid, read_wavelength


@pytest.mark.parametrize(
    ("text", "thz", "nm", "channel"),
    [
        ("1552.52", "193.1", "1552.52", "31"),
        ("1551.72 nm", "193.2", "1551.72", "32"),
        ("1551,72", "193.2", "1551.72", "32"),
        ("193.1 THz", "193.1", "1552.52", "31"),
        ("193100 GHz", "193.1", "1552.52", "31"),
        ("193.15", "193.15", "1552.12", "31.5"),
        ("C32", "193.2", "1551.72", "32"),
        ("ch 32.5", "193.25", "1551.32", "32.5"),
        ("ITU CH21", "192.1", "1560.61", "21"),
        ("H31", "193.15", "1552.12", "31.5"),
        ("45", "194.5", "1541.35", "45"),
        ("n=16,m=4", "193.2", "1551.72", "32"),
        ("n=-8", "193.05", "1552.93", "30.5"),
    ],
)
def test_a_wavelength_is_read_in_every_notation(text: str, thz: str, nm: str, channel: str) -> None:
    found = read_wavelength(text)

    assert (found.thz, found.nm) == (Decimal(thz), Decimal(nm))
    assert found.channel == Decimal(channel)


def test_the_grids_of_a_frequency() -> None:
    assert Decimal(75) in read_wavelength("193.175 THz").spacings
    assert Decimal(100) not in read_wavelength("193.15").spacings
    assert read_wavelength("n=3").spacings == ()
    assert read_wavelength("n=3").flexible_n == 3
    assert read_wavelength("n=0,m=4").width_ghz == 50


@pytest.mark.parametrize(
    ("text", "spacing", "sentence"),
    [
        ("n=16,m=0", None, "'n=16,m=0' names no wavelength, frequency or channel."),
        ("H31.5", None, "'H31.5' names no wavelength, frequency or channel."),
        ("red", None, "'red' names no wavelength, frequency or channel."),
        ("1550.50", None, "1550.50 nm is not on the grid; the nearest is 1550.52 nm."),
        ("193.15", "100", "193.15 THz is not on the 100 GHz grid (193.1 THz plus n steps)."),
        ("193.1001 THz", None, "193.1001 THz is on no grid; the finest has steps of 6.25 GHz."),
        ("1310", None, "'1310' is outside the bands from 184.5 to 198.5 THz."),
        ("0 nm", None, "'0 nm' is outside the bands from 184.5 to 198.5 THz."),
        ("100000000", None, "'100000000' is outside the bands from 184.5 to 198.5 THz."),
        ("150 THz", None, "'150 THz' is 150 THz, outside the bands from 184.5 to 198.5 THz."),
    ],
)
def test_what_is_on_no_grid_is_refused_with_a_sentence(
    text: str, spacing: str | None, sentence: str
) -> None:
    with pytest.raises(NotOnGrid) as caught:
        read_wavelength(text, Decimal(spacing) if spacing else None)

    assert str(caught.value) == sentence


def test_a_fixed_grid_has_its_anchor_and_equal_steps() -> None:
    found = grid(Decimal(50), Decimal("191.3"), Decimal("196.1"))

    assert len(found) == 97
    assert found[0].thz == Decimal("191.30")
    assert any(one.thz == Decimal("193.1") for one in found)
