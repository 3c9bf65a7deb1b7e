"""The words of a question to the search, and the words that a misspelt one may mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from parts.selectors.search_text import ID4_LENGTH, normalised


@dataclass(frozen=True, slots=True)
class Term:
    """A token, and the misspelt words it may mean; empty when the token itself is found.

    A word shorter than the token is meant as a whole, any other by its beginning.
    """

    token: str
    words: tuple[str, ...] = ()
    beginning: str = field(init=False, compare=False)
    word: str = field(init=False, compare=False)
    meant: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Spell the token as it begins a word, and as it is one; asked of every row."""
        object.__setattr__(self, "beginning", f" {self.token}")
        object.__setattr__(self, "word", f" {self.token} ")
        size = len(self.token)
        meant = (f" {word}" if len(word) >= size else f" {word} " for word in self.words)
        object.__setattr__(self, "meant", tuple(meant))

    @property
    def sought(self) -> tuple[str, ...]:
        """Texts one of which a field must hold; a single letter only where a word begins."""
        if self.words:
            return self.meant
        return (self.token if len(self.token) >= 2 else f" {self.token}",)

    @property
    def id4_prefix(self) -> str:
        """What an id begins with for this token; blank when none can."""
        is_one = not self.words and 2 <= len(self.token) <= ID4_LENGTH
        return self.token.upper() if is_one and _is_plain(self.token) else ""


def tokens_of(text: str) -> list[str]:
    """Return the normalised words of a query."""
    return normalised(text).split()


def typo_distance(token: str) -> int:
    """How many letters may be wrong in a token."""
    return min(len(token) // 4, 3)


def is_close(token: str, word: str) -> bool:
    """Whether the word begins like the token but for a few letters (Levenshtein)."""
    limit = typo_distance(token)
    return limit > 0 and is_within(token, word[: len(token)], limit)


def is_within(left: str, right: str, limit: int) -> bool:
    """Whether at most `limit` letters changed, came or went between two texts.

    Letters that are alike at the beginning are never worth a change; at the first that differs, one
    of the three was done.
    """
    if left == right:
        return True
    if limit == 0 or abs(len(left) - len(right)) > limit:
        return False
    at = 0
    while left[at : at + 1] == right[at : at + 1]:
        at += 1
    left, left_on, right, right_on = left[at:], left[at + 1 :], right[at:], right[at + 1 :]
    return (
        is_within(left_on, right_on, limit - 1)
        or is_within(left, right_on, limit - 1)
        or is_within(left_on, right, limit - 1)
    )


def pieces_of(token: str) -> list[tuple[int, str]]:
    """Cut a token so that one piece stands unchanged in every word that is close to it."""
    count = typo_distance(token) + 1
    size, rest = divmod(len(token), count)
    pieces, start = [], 0
    for number in range(count):
        end = start + size + (number < rest)
        pieces.append((start, token[start:end]))
        start = end
    return pieces


def _is_plain(token: str) -> bool:
    return token.isascii() and token.isalpha()
