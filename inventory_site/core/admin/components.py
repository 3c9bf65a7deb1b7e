"""Small pieces that every page draws in one way: badge, identifier, time, number, money.

All build with `format_html`, so whatever text comes in goes out escaped.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

STATES = {
    "ok": "circle-check",
    "taken": "lock",
    "wait": "clock",
    "warn": "triangle-alert",
    "bad": "circle-x",
    "idle": "circle-minus",
}
EMPTY = "\u2013"
SOON = timedelta(days=7)
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is hidden from screen readers."""
    sheet = static("vendor/lucide/sprite.svg")
    if label:
        return format_html(
            '<svg class="pb-icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            label,
            sheet,
            name,
        )
    return format_html(
        '<svg class="pb-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sheet, name
    )


def badge(word: object, state: str = "idle", symbol: str = "") -> SafeString:
    """Draw a state: its word, a colour and an icon. `state` is one of `STATES`."""
    if state not in STATES:
        raise ValueError(f"no badge state {state!r}; known: {', '.join(STATES)}")
    return format_html(
        '<span class="pb-badge pb-{}">{}<span>{}</span></span>',
        state,
        icon(symbol or STATES[state]),
        word,
    )


def identifier(text: object, url: str = "") -> SafeString:
    """Draw a name of the trade in monospace, never wrapped; its button copies it."""
    if text in (None, ""):
        return format_html("{}", EMPTY)
    if url:
        name = format_html('<a href="{}">{}</a>', url, text)
    else:
        name = format_html("{}", text)
    return format_html(
        '<span class="pb-id"><span class="pb-id-text">{}</span>'
        '<button type="button" class="pb-copy" data-copy="{}" aria-label="Copy {}" title="Copy">'
        "{}</button></span>",
        name,
        text,
        text,
        icon("copy"),
    )


def when(moment: datetime | date | None, *, acts: bool = False, missing: str = EMPTY) -> SafeString:
    """Draw a time relative to now, the exact one on hover and for screen readers.

    `acts` marks a date on which something happens: amber 7 days before, red once past.
    """
    if moment is None:
        return format_html("{}", missing)
    exact, at = _exact(moment)
    left = at - timezone.now()
    state = ""
    if acts and left < timedelta(0):
        state = "pb-past"
    elif acts and left <= SOON:
        state = "pb-soon"
    return format_html(
        '<time class="pb-when {}" datetime="{}" title="{}">{}'
        '<span class="pb-sr">, {}</span></time>',
        state,
        at.isoformat(),
        exact,
        relative(moment),
        exact,
    )


def relative(moment: datetime | date) -> str:
    """Say how far a time is from now: `in 12 days`, `3 hours ago`, `now`."""
    if not isinstance(moment, datetime):
        days = (moment - timezone.localdate()).days
        return _said("day", abs(days), days < 0) if days else "today"
    seconds = (moment - timezone.now()).total_seconds()
    for unit, length in _UNITS:
        if abs(seconds) >= length:
            return _said(unit, round(abs(seconds) / length), seconds < 0)
    return "now"


def _said(unit: str, count: int, past: bool) -> str:
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{words} ago" if past else f"in {words}"


def _exact(moment: datetime | date) -> tuple[str, datetime]:
    if isinstance(moment, datetime):
        local = timezone.localtime(moment)
        return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}", moment
    midnight = datetime.combine(moment, datetime.min.time(), tzinfo=timezone.get_current_timezone())
    return date_format(moment, "j M Y"), midnight + timedelta(days=1, seconds=-1)


def number(value: float | Decimal | None, digits: int | None = None, unit: str = "") -> SafeString:
    """Draw a number with thousands separated and a true minus; `digits` fixes the decimals."""
    if value is None:
        return format_html('<span class="pb-num">{}</span>', EMPTY)
    text = f"{value:,}" if digits is None else f"{value:,.{digits}f}"
    text = text.replace("-", "−")  # noqa: RUF001  the true minus sign
    return format_html('<span class="pb-num">{}{}</span>', text, f"\u00a0{unit}" if unit else "")


def money(amount: Decimal | None, currency: str) -> SafeString:
    """Draw an amount, `EUR 1,234.50`."""
    if amount is None:
        return format_html('<span class="pb-num">{}</span>', EMPTY)
    text = f"{amount:,.2f}".replace("-", "−")  # noqa: RUF001  the true minus sign
    return format_html('<span class="pb-num">{}\u00a0{}</span>', currency, text)


def yes_no(value: bool | None) -> SafeString:
    """Draw a yes or a no as a word with an icon."""
    if value is None:
        return format_html("{}", EMPTY)
    return badge("Yes", "ok", "check") if value else badge("No", "idle", "minus")
