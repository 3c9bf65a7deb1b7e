"""The small pieces: one way of drawing, escaped whatever comes in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils.html import strip_tags

from inventory_site.core.admin import badge, identifier, money, number, relative, when

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_a_badge_says_its_state_in_a_word_beside_the_icon() -> None:
    html = badge("Reserved", "taken")

    assert strip_tags(html) == "Reserved"
    assert 'class="pb-badge pb-taken"' in html
    assert 'aria-hidden="true"' in html


def test_an_unknown_badge_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no badge state 'green'"):
        badge("Reserved", "green")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\" onmouseover='x'", "<!--"])
def test_hostile_text_is_escaped_in_badge_and_identifier(text: str) -> None:
    for html in (badge(text, "ok"), identifier(text), identifier(text, f"/x/{text}")):
        assert text not in html
        assert "<script" not in html


def test_an_identifier_is_copied_as_it_stands() -> None:
    html = identifier("LON<SNG", "/admin/1/")

    assert 'data-copy="LON&lt;SNG"' in html
    assert '<a href="/admin/1/">LON&lt;SNG</a>' in html


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(days=12), "in 12 days"),
        (timedelta(days=-1), "1 day ago"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(minutes=-90), "2 hours ago"),
        (timedelta(seconds=20), "now"),
    ],
)
def test_a_time_is_said_relative_to_now(away: timedelta, words: str) -> None:
    assert relative(NOW + away) == words


@time_machine.travel(NOW, tick=False)
def test_a_time_carries_the_exact_one_for_hover_and_screen_readers() -> None:
    html = when(NOW + timedelta(days=12))

    assert 'title="22 Mar 2026, 12:00 UTC"' in html
    assert strip_tags(html) == "in 12 days, 22 Mar 2026, 12:00 UTC"
    assert 'datetime="2026-03-22T12:00:00+00:00"' in html


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("away", "mark"),
    [
        (timedelta(days=8), ""),
        (timedelta(days=7), "pb-soon"),
        (timedelta(seconds=-1), "pb-past"),
    ],
)
def test_a_date_that_acts_is_amber_seven_days_before_and_red_when_past(
    away: timedelta, mark: str
) -> None:
    assert f'class="pb-when {mark}"' in when(NOW + away, acts=True)


@time_machine.travel(NOW, tick=False)
def test_a_day_is_past_only_when_it_is_over() -> None:
    assert "pb-soon" in when(date(2026, 3, 10), acts=True)
    assert "pb-past" in when(date(2026, 3, 9), acts=True)
    assert relative(date(2026, 3, 10)) == "today"


def test_numbers_have_thousands_and_a_true_minus() -> None:
    assert strip_tags(number(1234567)) == "1,234,567"
    assert strip_tags(number(Decimal("-12.4"), 1, "dBm")) == "\u221212.4\xa0dBm"
    assert strip_tags(money(Decimal("1234.5"), "EUR")) == "EUR\xa01,234.50"
