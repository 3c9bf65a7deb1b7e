"""Any number of parts for the search, the same each time, and the questions asked of them."""

from __future__ import annotations

import string
from random import Random
from typing import Any

from django.db import connection

from parts.models import PartSearchRow, PartType, SearchWord, StockPart
from parts.selectors.stock_search import find_parts
from parts.services import search
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved

KINDS = ("Resistor", "Capacitor", "Relay", "Connector", "Microcontroller", "Sensor")
WORDS = ("thin", "film", "radial", "switch", "bridge", "driver", "module", "fast", "quiet", "dual")
LARGEST = 26**4
SELECTIVE = ("qx7431", "relay qx74")
BROAD = ("resistor", "film", "connector dual")
SHORT_TEXTS = ("qx", "r")
TYPOS = ("capcitor", "zk0042b")


def id4_of(number: int) -> str:
    """The id of a number."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters


def add_parts(size: int) -> int:
    """Add parts with their search rows; ids end at 456,976."""
    dice, count = Random(7), min(size, LARGEST)  # noqa: S311  the same parts each time
    kinds = [PartType.objects.create(name=name) for name in KINDS]
    for start in range(0, count, 5000):
        rows = [_part(number, dice, kinds) for number in range(start, min(start + 5000, count))]
        made = StockPart.objects.bulk_create(rows, batch_size=500)
        found = [search._row(part, [], []) for part in made]
        PartSearchRow.objects.bulk_create(found, batch_size=500)
        words = sorted({word for row in found for word in row.haystack.split()})
        new = [SearchWord(word=word) for word in words]
        SearchWord.objects.bulk_create(new, ignore_conflicts=True, batch_size=400)
    search.after_bulk_load()
    return count


def scan(text: str) -> list[str]:
    """What a plain search does: three columns, no index, one page of it."""
    columns = ("manufacturer_code", "description", "id4")
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    each = " OR ".join(f"{column} {like} %s" for column in columns)
    tokens = text.split()
    sql = " AND ".join(f"({each})" for _ in tokens)
    values = [f"%{token}%" for token in tokens for _ in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id4 FROM parts_stockpart WHERE {sql} ORDER BY id4",  # noqa: S608  own names
            values,
        )
        return [row[0] for row in cursor.fetchall()]


def measured(goal: str, name: str, size: int, rounds: int, least: float) -> dict[str, Any]:
    """Search `size` parts with every kind of question."""
    result: dict[str, Any] = {"name": name, "goal": goal, "rounds": rounds}
    short = []
    with register.database():
        result["size"] = add_parts(size)
        for text in (*SELECTIVE, *_known_codes()):
            if {find.row.id4 for find in find_parts(text).finds} != set(scan(text)):
                raise AssertionError(f"{text}: the answers differ")
            race = interleaved(lambda t=text: find_parts(t), lambda t=text: scan(t), rounds)
            result[f"times_scan {text}"] = race.times_faster.as_dict()
            result[f"ms {text}"] = race.ours_ms
            if race.times_faster.as_dict()["median"] < least:
                short.append(f"{text}: less than {least:g} times the scan.")
        for text, most_ms in (
            *((text, 20.0) for text in BROAD),
            *((text, 10.0) for text in SHORT_TEXTS),
            *((text, 60.0) for text in TYPOS),
        ):
            race = interleaved(lambda t=text: find_parts(t), lambda t=text: scan(t), rounds)
            result[f"ms {text}"] = race.ours_ms
            if race.ours_ms > most_ms:
                short.append(f"{text}: {race.ours_ms} ms, more than {most_ms:g} ms.")
    return {**result, "short": short}


def _known_codes() -> list[str]:
    """Codes of two parts, whole and in lower case."""
    rows = StockPart.objects.filter(id4__in=("BAAA", "CZQF", "AAZQ")).order_by("-id4")
    return [str(row.manufacturer_code).lower() for row in rows[:2]]


def _part(number: int, dice: Random, kinds: list[PartType]) -> StockPart:
    kind = dice.choice(kinds)
    letters = "".join(dice.choices(string.ascii_uppercase, k=2))
    return StockPart(
        id4=id4_of(number),
        manufacturer_code=f"{letters}{dice.randrange(10000):04d}{dice.choice('ABC')}",
        description=f"{kind.name.lower()} {' '.join(dice.sample(WORDS, 3))}",
        manufacturer=f"Maker {dice.randrange(300)}",
        type=kind,
        tags=[dice.choice(WORDS)],
        total_quantity=0,
    )
