"""Letters beyond ASCII in their small form, for texts that have too many to name each in SQL."""

from __future__ import annotations

import functools

FOLD = "PATCHBAY_FOLD"
LAST_WITH_CASE = 0x1F000


class _SmallForms(dict[int, str | int]):
    """Maps each letter to its small form when it is first asked for; ASCII stays as it is."""

    def __missing__(self, code: int) -> str | int:
        letter = chr(code)
        small = letter.casefold()
        is_folded = not letter.isascii() and letter.isalpha() and len(small) == 1
        self[code] = small if is_folded else code
        return self[code]


SMALL_FORMS = _SmallForms()


def folded(text: object) -> str | None:
    """Return a text with its letters beyond ASCII in small form; a function of SQLite too."""
    return None if text is None else str(text).translate(SMALL_FORMS)


def in_one_case(text: str) -> str:
    """Return a text as it is compared where case does not count: one small form of each letter."""
    small = text.lower()
    return small if small.isascii() else small.translate(SMALL_FORMS)


@functools.cache
def other_forms() -> dict[str, list[str]]:
    """Return, by small form, the other letters beyond ASCII that fold to it."""
    found: dict[str, list[str]] = {}
    for letter in map(chr, range(0x80, LAST_WITH_CASE)):
        small = folded(letter)
        if small is not None and small != letter:
            found.setdefault(small, []).append(letter)
    return found
