"""Filters of a list as chips that live in the address and combine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MANY_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to filter by; `url` keeps all other filters."""

    label: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter; `chosen` is the word it filters by now, `clear_url` takes only this one away."""

    title: str
    choices: list[Choice]
    chosen: str
    clear_url: str

    @property
    def is_long(self) -> bool:
        """Whether the menu gets a field to narrow it."""
        return len(self.choices) > MANY_CHOICES


def chips(change_list: Any) -> Iterator[Chip]:
    """Yield a chip per filter of an open list."""
    for spec in change_list.filter_specs:
        choices = [
            Choice(str(item["display"]), item["query_string"], bool(item["selected"]))
            for item in spec.choices(change_list)
            if item.get("display") is not None
        ]
        parameters = [name for name in spec.expected_parameters() if name]
        is_active = any(name in change_list.params for name in parameters)
        chosen = ", ".join(item.label for item in choices if item.is_chosen) if is_active else ""
        clear = change_list.get_query_string(remove=parameters)
        yield Chip(str(spec.title), choices, chosen, clear)
