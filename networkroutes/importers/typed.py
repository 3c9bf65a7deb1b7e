"""Reading the values of typed fields: whatever was sent in, one value of the field's kind out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

TEXT, NUMBER, WHOLE, YES_NO, DATE, CHOICE = "text", "number", "whole", "yes_no", "date", "choice"
LONGEST_TEXT = 4000
LARGEST_WHOLE = 2**53
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a field takes; `choices` only where its kind is a choice."""

    slug: str
    kind: str
    is_required: bool = False
    choices: Sequence[str] = ()


def read_value(rule: FieldRule, sent: Any) -> Any:
    """Return the value, None for blank; a `ValueError` is a sentence without the field's name."""
    if sent is None or (isinstance(sent, str) and not sent.strip()):
        if rule.is_required:
            raise ValueError("is required")
        return None
    return READERS[rule.kind](rule, sent)


def _text(rule: FieldRule, sent: Any) -> str:
    if not isinstance(sent, str) or "\x00" in sent:
        raise ValueError("must be text")
    if len(sent) > LONGEST_TEXT:
        raise ValueError(f"must have at most {LONGEST_TEXT} characters")
    return sent.strip()


def _number(rule: FieldRule, sent: Any) -> int | float:
    if isinstance(sent, bool):
        raise ValueError("must be a number")
    try:
        found = float(sent)
    except (TypeError, ValueError, OverflowError) as err:
        raise ValueError("must be a number") from err
    if not isfinite(found):
        raise ValueError("must be a number")
    return int(found) if found == int(found) and abs(found) < LARGEST_WHOLE else found


def _whole(rule: FieldRule, sent: Any) -> int:
    found = _number(rule, sent)
    if not isinstance(found, int):
        raise ValueError("must be a whole number")
    return found


def _yes_no(rule: FieldRule, sent: Any) -> bool:
    word = str(sent).strip().lower()
    if word not in (*YES, *NO):
        raise ValueError("must be yes or no")
    return word in YES


def _date(rule: FieldRule, sent: Any) -> str:
    if isinstance(sent, dt.date) and not isinstance(sent, dt.datetime):
        return sent.isoformat()
    try:
        return dt.date.fromisoformat(str(sent).strip()).isoformat()
    except ValueError as err:
        raise ValueError("must be a date, YYYY-MM-DD") from err


def _choice(rule: FieldRule, sent: Any) -> str:
    wanted = str(sent).strip().lower()
    found = next((word for word in rule.choices if word.lower() == wanted), None)
    if found is None:
        raise ValueError(f"must be one of {', '.join(rule.choices)}")
    return found


READERS = {
    TEXT: _text,
    NUMBER: _number,
    WHOLE: _whole,
    YES_NO: _yes_no,
    DATE: _date,
    CHOICE: _choice,
}
