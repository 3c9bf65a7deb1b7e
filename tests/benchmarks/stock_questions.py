"""What is asked of the search of parts, and how the answers are measured: P7 and P8.

The log is 200 questions of six kinds; short texts and broad words have limits of their own. A
question that more than 500 parts answer is broad, of whatever kind it is: its answer is capped
(5.9), and it is held to the limit of broad words instead of the scan. Each question goes to a
running site over HTTP, and the statements of its search to the database alone, which is the limit.
The rival, a scan of three columns, is too slow for the whole log: each round it gets one question
of each kind. For the growth, a site over a copy of the small size answers each question in turn
with the one over the large size.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

from django.db import connection
from django.test import Client

from accounts.models import User
from parts.models import StockPart
from parts.selectors.stock_search import find_parts
from tests.benchmarks import register
from tests.benchmarks.measure import Ratio, interleaved
from tests.benchmarks.stock_rows import KINDS, Stock
from tests.peers.site import home, running_site

Log = dict[str, list[str]]
Ask = Callable[[str], list[Any]]
Connect = Callable[[], Ask]
COMPARED = ("exact", "prefix", "infix", "phrase", "no hit")
LIMITS_MS = {"typo": 60.0, "short": 10.0, "broad": 20.0}
SHORT_TEXTS = ("qx", "r", "a", "7", "4b", "re")
BROAD = ["resistor", "film", "connector dual", "maker 17"]
OVER_DATABASE_MS, GROWTH = 6.0, 1.5


def measured(name: str, goal: str, size: int, rounds: int, least: float) -> dict[str, Any]:
    """Ask the log of a tenth of `size` parts, then of all of them."""
    small = size // 10
    with _database() as cookie, _site(_url(), cookie) as connect:
        stock = Stock()
        few = _at(stock, small, small, rounds, connect)
        with _copy() as url, _site(url, cookie) as connect_small:
            many = _at(stock, size, small, rounds, connect)
            growth = _growth(query_log(small), connect_small(), connect())
    figures = {f"{key} at {small}": value for key, value in few.items()}
    figures |= {f"{key} at {size}": value for key, value in many.items()}
    short = [
        f"{kind}: {many[f'times scan {kind}']['median']} times the scan."
        for kind in COMPARED
        if many[f"times scan {kind}"]["median"] < least
    ]
    short += [sentence for at in (few, many) for sentence in _over_limits(at)]
    short += [f"growth {growth}."] if growth > GROWTH else []
    known = {"name": name, "goal": goal, "size": size, "rounds": rounds}
    return {**known, **figures, "growth": growth, "short": short}


def query_log(parts: int) -> Log:
    """200 questions about the first `parts` parts."""
    dice = Random(200)  # noqa: S311  the same questions each time
    chosen = list(StockPart.objects.in_bulk(dice.sample(range(1, parts + 1), 120)).values())
    codes = [str(part.manufacturer_code).lower() for part in chosen]
    misspelt = [kind.lower() for kind in KINDS] * 2 + codes[:8]
    return {
        "exact": codes[:40],
        "prefix": [code[:5] for code in codes[40:80]],
        "infix": [code[2:] for code in codes[80:]],
        "phrase": [_phrase(part, number, dice) for number, part in enumerate(chosen[:40])],
        "typo": [_without_a_letter(word, dice) for word in misspelt],
        "no hit": ["".join(dice.choices("jvwxz", k=8)) for _ in range(20)],
    }


def scan(text: str) -> set[str]:
    """What a plain search does: three columns, no index."""
    columns = ("manufacturer_code", "description", "id4")
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    each = " OR ".join(f"{column} {like} %s" for column in columns)
    tokens = text.split()
    sql = " AND ".join(f"({each})" for _ in tokens)
    values = [f"%{token}%" for token in tokens for _ in columns]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id4 FROM parts_stockpart WHERE {sql} ORDER BY id4", values)  # noqa: S608  own names
        return {row[0] for row in cursor.fetchall()}


def _at(stock: Stock, parts: int, small: int, rounds: int, connect: Connect) -> dict[str, Any]:
    stock.grow(parts)
    log = query_log(small)
    figures = _over_http([text for texts in log.values() for text in texts], connect())
    capped = [text for kind in COMPARED for text in log[kind] if find_parts(text).is_capped]
    for kind in COMPARED:
        narrow = [text for text in log[kind] if text not in capped]
        figures[f"times scan {kind}"] = _against_scan(narrow, rounds).as_dict()
    figures["broad questions of the log"] = len(capped)
    for kind, texts in (("typo", log["typo"]), ("short", SHORT_TEXTS), ("broad", BROAD + capped)):
        found = {text: _ms(find_parts, text, rounds) for text in texts}
        most, text = max((took, text) for text, took in found.items())
        figures[f"slowest {kind} ms"] = {text: most}
    return figures


def _over_limits(figures: dict[str, Any]) -> Iterator[str]:
    for kind, most in LIMITS_MS.items():
        for text, took in figures[f"slowest {kind} ms"].items():
            if took > most:
                yield f"{text}: {took} ms, more than {most:g} ms."
    if figures["http over database ms"] > OVER_DATABASE_MS:
        yield f"over HTTP {figures['http over database ms']} ms more than the database takes."


def _over_http(log: Sequence[str], ask: Ask) -> dict[str, float]:
    """Ask each question of the site and its statements of the database, in turn."""
    ours, limit = [], []
    for text in log:
        statements = _statements(text)
        ours.append(_ms(ask, text, 5))
        limit.append(_ms(_replay, statements, 5))
        if [row["id4"] for row in ask(text)] != [f.row.id4 for f in find_parts(text).finds[:20]]:
            raise AssertionError(f"{text}: the site answers otherwise")
    p50, p50_limit = statistics.median(ours), statistics.median(limit)
    return {
        "http p50 ms": round(p50, 2),
        "http p95 ms": round(statistics.quantiles(ours, n=20)[-1], 2),
        "database p50 ms": round(p50_limit, 2),
        "http over database ms": round(p50 - p50_limit, 2),
    }


def _growth(log: Log, small: Ask, large: Ask) -> float:
    """How much longer the large size takes than the small one, asked in turn."""
    asked = [
        interleaved(lambda t=text: small(t), lambda t=text: large(t), 5)
        for texts in log.values()
        for text in texts
    ]
    p50, p50_large = (
        statistics.median(getattr(race, name) for race in asked) for name in ("ours_ms", "other_ms")
    )
    return round(p50_large / p50, 2)


def _against_scan(texts: Sequence[str], rounds: int) -> Ratio:
    """Ours and the scan in turn, each round with another question."""
    times = []
    for text in texts[:rounds]:
        began = time.perf_counter()
        rows = scan(text)
        between = time.perf_counter()
        found = find_parts(text)
        times.append((between - began) / (time.perf_counter() - between))
        if not found.is_capped and " " not in text and {f.row.id4 for f in found.finds} != rows:
            raise AssertionError(f"{text}: the answers differ")
    return Ratio(tuple(times))


def _ms(work: Callable[[Any], Any], argument: Any, rounds: int) -> float:
    """The median of the milliseconds; a first time does not count."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        work(argument)
        taken.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(taken[1:]), 3)


def _statements(text: str) -> list[tuple[str, Any]]:
    """What the search of a text asks of the database."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        find_parts(text)
    return asked


def _replay(statements: Sequence[tuple[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def _phrase(part: StockPart, number: int, dice: Random) -> str:
    """Two words of the description, or one and the beginning of the code, as people ask."""
    words = dice.sample(part.description.split(), 2)
    return " ".join(words if number % 2 else [words[0], str(part.manufacturer_code)[:5].lower()])


def _without_a_letter(word: str, dice: Random) -> str:
    gone = dice.randrange(1, len(word) - 1)
    return word[:gone] + word[gone + 1 :]


@contextmanager
def _database() -> Iterator[str]:
    """An empty database, and the cookie of an administrator of it."""
    with tempfile.TemporaryDirectory(prefix="patchbay-stock-") as folder:
        if connection.vendor == "sqlite":  # in a file, as in use
            connection.settings_dict["TEST"]["NAME"] = f"{folder}/parts.sqlite3"
        with register.database():
            client = Client()
            client.force_login(User.objects.create_superuser("admin", "a@example.net", "pass"))
            yield client.cookies.output([], "", ";")


@contextmanager
def _site(url: str, cookie: str) -> Iterator[Connect]:
    """The site over a database; a call opens a connection to it."""
    with home({"DATABASE_URL": url}, migrate=False) as place, running_site(place) as site:
        yield lambda: _line(urlsplit(site.url).netloc, cookie)


@contextmanager
def _copy() -> Iterator[str]:
    """The address of a copy of the database as it is now."""
    name, copy = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_small"
    connection.close()
    if connection.vendor == "sqlite":  # goes with the folder that it is in
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [copy])
        yield _url().replace(name, copy)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    try:
        yield _url().replace(name, copy)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _line(server: str, cookie: str) -> Ask:
    line = http.client.HTTPConnection(server, timeout=60)
    return lambda text: _asked(line, text, cookie.strip())


def _asked(line: http.client.HTTPConnection, text: str, cookie: str) -> list[Any]:
    line.request("GET", f"/api/stock/search?q={quote(text)}", headers={"Cookie": cookie})
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise AssertionError(f"{text}: status {answer.status}, {body[:200]!r}")
    return list(json.loads(body)["data"])


def _url() -> str:
    """The address of the database that is in use now."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
