"""Tags and category without any service (contract 7.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable

PACKAGES = r"0402|0603|0805|1206|1210|SOT-23|SOIC-\d+|DIP-\d+|TO-92|TO-220|QFN-\d+|TSSOP-\d+"
TAG = re.compile(
    rf"(?<![\w.-])(?:(?P<package>{PACKAGES})|(?P<smd>SMD)|(?P<tht>THT|through[- ]hole)"
    r"|(?P<bus>I2C|SPI|UART))(?![\w-])|(?<![\w.])(?P<volts>\d+(?:\.\d+)?)V(?!\d|_|A(?!C))",
    re.I,
)
WORD = re.compile(r"[^\W\d_]{3,}")
LEAST_SCORE = 0.5
MOST_TAGS = 8


def tags_of(text: str) -> list[str]:
    """Return package codes, voltages, mounting and buses, in order of appearance."""
    found: dict[str, None] = {}
    for match in TAG.finditer(text):
        found.setdefault(_spelt(match))
    return list(found)


def category_of(text: str, names: Iterable[tuple[int, str]]) -> tuple[int | None, list[int]]:
    """Return the type whose words stand in the text best, and the next best ones.

    None when no type has half of its words there, or two share the best score.
    """
    words = _words(text)
    scores = {key: len(own & words) / len(own) for key, name in names if (own := _words(name))}
    ranked = sorted((key for key in scores if scores[key] > 0), key=lambda k: (-scores[k], k))
    if not ranked or scores[ranked[0]] < LEAST_SCORE:
        return None, ranked[:3]
    if len(ranked) > 1 and scores[ranked[1]] == scores[ranked[0]]:
        return None, ranked[:3]
    return ranked[0], ranked[1:4]


def clean_tags(tags: Iterable[str], *, known: Iterable[str] = ()) -> list[str]:
    """Return tags as the house keeps those of a model: lower case, hyphens, at most 8."""
    found: dict[str, None] = {}
    taken = {tag.lower() for tag in known}
    for tag in tags:
        spelt = "-".join(tag.lower().split())[:50]
        if spelt and spelt not in taken:
            found.setdefault(spelt)
    return list(found)[:MOST_TAGS]


def _spelt(match: re.Match[str]) -> str:
    if match["package"]:
        return match["package"].upper()
    if match["volts"]:
        return f"{match['volts']}V"
    if match["tht"]:
        return "THT"
    return match[0].upper()


def _words(text: str) -> set[str]:
    return {word.lower().removesuffix("s") for word in WORD.findall(text)}
