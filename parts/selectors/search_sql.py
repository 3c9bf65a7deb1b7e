"""The search in the words of each database: who holds a text, read in the order of rank.

SQLite has a trigram index over all fields, one per field, and lists of their trigrams: a text of
two letters is every trigram that begins with it. PostgreSQL has trigram indexes over the whole and
over each field, and the pairs of letters of each field in an array (`pairs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from parts.selectors.search_terms import Term, pieces_of, typo_distance
from parts.selectors.search_text import FIELDS, ranks_of_prefix

Sql = tuple[str, list[object]]
ROWS = "parts_partsearchrow"
ALL_FIELDS = "parts_partsearch_fts"
WORDS, WORD_GRAMS = "parts_searchword_fts", "parts_searchword_grams"
GRAMS = "parts_partsearch_grams"
PAIR_TAGS = dict(zip(FIELDS, "ctydmsf", strict=True))
TRIGRAM = 3
LAST_CHARACTER = "\U0010ffff"
# So many rows are read in order before an index of PostgreSQL is asked; fewer for short texts, of
# which the index knows where they are nearly as quickly. The first of them tell whether it is worth
# it.
READ_IN_ORDER, READ_FOR_SHORT, TRIED = 40_000, 20_000, 500
# Every trigram that begins with a text, joined by OR. A list of trigrams is read in their order, so
# that each step is one look-up; asking for an order would read every row of every trigram.
STARTING_GRAMS = (
    "coalesce((WITH RECURSIVE g(term) AS (SELECT (SELECT term FROM {table} WHERE term >= %s "
    "AND term < %s LIMIT 1) UNION ALL SELECT (SELECT v.term FROM {table} v WHERE "
    "v.term >= g.term || char(1) AND v.term < %s LIMIT 1) FROM g WHERE g.term IS NOT NULL) "
    "SELECT group_concat('\"' || replace(term, '\"', '\"\"') || '\"', ' OR ') FROM g "
    "WHERE term IS NOT NULL), '\"\"')"
)


def ranks_sql(terms: Sequence[Term], limit: int | None) -> Sql:
    """Select the ranks of rows that match every term, some twice; at most `limit` per way."""
    arms = [
        _text_arm(terms, limit),
        *(_id4_arm(terms, n) for n, term in enumerate(terms) if term.id4_prefix),
    ]
    tail = "" if limit is None else f" LIMIT {limit:d}"
    order = "" if limit is None else " ORDER BY place"
    parts, values = [], []
    for number, (sql, own) in enumerate(arms):
        parts.append(f"SELECT place FROM ({sql}{order}{tail}) AS a{number}")  # noqa: S608  own names
        values += own
    return " UNION ALL ".join(parts), values


def field_ranks_sql(terms: Sequence[Term], limit: int) -> Sql:
    """Select the ranks that match every term, field by field: those whose field holds a term.

    A field is only asked when those before it gave fewer than `limit`; said by its LIMIT, which
    both databases look at first (a condition SQLite would ask of every row).
    """
    arms = [_id4_arm(terms, n) for n, term in enumerate(terms) if term.id4_prefix]
    arms += [_field_arm(terms, field, limit) for field in FIELDS]
    steps: list[str] = []
    so_far: list[str] = []
    values: list[object] = []
    for number, (sql, own) in enumerate(arms):
        most = f"{limit:d}"
        if so_far:
            before = " UNION ".join(f"SELECT place FROM {name}" for name in so_far)  # noqa: S608  own names
            allowed = f"CASE WHEN count(*) < {limit:d} THEN {limit:d} ELSE 0 END"
            most = f"(SELECT {allowed} FROM ({before}) AS b)"  # noqa: S608  own names
        steps.append(
            f"s{number} AS MATERIALIZED (SELECT place FROM ({sql}) AS a{number} "  # noqa: S608  own names
            f"ORDER BY place LIMIT {most})"
        )
        so_far.append(f"s{number}")
        values += own
    found = " UNION ALL ".join(f"SELECT place FROM {name}" for name in so_far)  # noqa: S608  own names
    return f"WITH {', '.join(steps)} {found}", values


def exists_sql(term: Term) -> Sql:
    """Select whether any row holds a term."""
    sql, values = ranks_sql([term], 1)
    return f"EXISTS ({sql})", values


def close_words_sql(tokens: Iterable[str]) -> Sql:
    """Select the known words that have a piece of a token near its place."""
    clauses, values = [], []
    for token in tokens:
        reach = typo_distance(token)
        for start, piece in pieces_of(token):
            sql, own = _piece(piece, max(start - reach, 0), len(piece) + 2 * reach)
            clauses.append(sql)
            values += own
    return " UNION ".join(clauses), values


def _text_arm(terms: Sequence[Term], limit: int | None) -> Sql:
    if connection.vendor == "sqlite":
        match, values = _match(terms, "AND")
        return f"SELECT rowid AS place FROM {ALL_FIELDS} WHERE {ALL_FIELDS} MATCH {match}", values  # noqa: S608  own names
    return _in_order(
        _joined(" AND ", [_seen(term, None) for term in terms]),
        _joined(" AND ", [_held(term, None) for term in terms]),
        limit,
        _read_in_order(terms),
    )


def _in_order(seen: Sql, held: Sql, limit: int | None, rows: int) -> Sql:
    """Select the first ranks of PostgreSQL rows, whether nearly all match or nearly none.

    The first thousands of rows are read in order (`seen`), which is enough for a broad question;
    where the first of those hold too few matches to hope for that, or all of them do, the indexes
    are asked (`held`). `OFFSET 0` keeps the planner from reading all rows in order in the hope of
    an early end.
    """
    plain = f"SELECT rank AS place FROM {ROWS} WHERE {held[0]}"  # noqa: S608  own names
    if limit is None:
        return plain, held[1]
    hope = max(limit * TRIED // rows // 2, 1)
    sql = (
        f"WITH tried AS MATERIALIZED (SELECT count(*) AS n FROM {_first(TRIED)} WHERE {seen[0]}), "  # noqa: S608  own names
        f"near AS MATERIALIZED (SELECT rank AS place FROM {_first(rows)} WHERE "
        f"(SELECT n FROM tried) >= {hope:d} AND {seen[0]} ORDER BY rank LIMIT {limit:d}), "
        "counted AS MATERIALIZED (SELECT count(*) AS n FROM near) "
        f"SELECT place FROM near WHERE (SELECT n FROM counted) >= {limit:d} UNION ALL "
        f"SELECT place FROM ({plain} OFFSET 0) AS far WHERE (SELECT n FROM counted) < {limit:d}"
    )
    return sql, [*seen[1], *seen[1], *held[1]]


def _first(rows: int) -> str:
    return f"(SELECT * FROM {ROWS} ORDER BY rank LIMIT {rows:d}) AS first"  # noqa: S608  own names


def _joined(word: str, conditions: Sequence[Sql]) -> Sql:
    return (
        f"({word.join(sql for sql, _ in conditions)})",
        [value for _, values in conditions for value in values],
    )


def _id4_arm(terms: Sequence[Term], chosen: int) -> Sql:
    """Rows whose id begins with one of the tokens, and that hold the others anywhere."""
    ranges = ranks_of_prefix(terms[chosen].id4_prefix)
    clauses = [f"({' OR '.join(['rank BETWEEN %s AND %s'] * len(ranges))})"]
    values: list[object] = [bound for pair in ranges for bound in pair]
    for number, term in enumerate(terms):
        if number != chosen:
            sql, own = _row_holds(term)
            clauses.append(sql)
            values += own
    return f"SELECT rank AS place FROM {ROWS} WHERE {' AND '.join(clauses)}", values  # noqa: S608  own names


def _field_arm(terms: Sequence[Term], field: str, limit: int) -> Sql:
    """Rows whose field holds a term, and that hold the others anywhere."""
    rest = [_row_holds(term) for term in terms] if len(terms) > 1 else []
    if connection.vendor == "sqlite":
        table = f"parts_partsearch_{field}"
        match, values = _match(terms, "OR")
        if not rest:
            sql = f"SELECT rowid AS place FROM {table} WHERE {table} MATCH {match}"  # noqa: S608  own names
            return sql, values
        sql = (
            f"SELECT {table}.rowid AS place FROM {table} CROSS JOIN {ROWS} AS r "  # noqa: S608  own names
            f"ON r.rank = {table}.rowid WHERE "
        )
        more, own = _joined(" AND ", [(f"{table} MATCH {match}", values), *rest])
        return sql + more, own
    seen = _joined(" OR ", [_seen(term, field) for term in terms])
    held = _joined(" OR ", [_held(term, field) for term in terms])
    return _in_order(
        _joined(" AND ", [seen, *rest]),
        _joined(" AND ", [held, *rest]),
        limit,
        _read_in_order(terms),
    )


def _read_in_order(terms: Sequence[Term]) -> int:
    is_short = any(len(text) < TRIGRAM for term in terms for text in term.sought)
    return READ_FOR_SHORT if is_short else READ_IN_ORDER


def _row_holds(term: Term) -> Sql:
    """Say of one row that any of its texts, or its id, holds a term; no index is asked."""
    clauses = [_inside("haystack")] * len(term.sought)
    values: list[object] = list(term.sought)
    if term.id4_prefix:
        clauses.append(f"substr(id4, 1, {len(term.id4_prefix):d}) = %s")
        values.append(term.id4_prefix)
    return f"({' OR '.join(clauses)})", values


def _seen(term: Term, field: str | None) -> Sql:
    """Say that a field, or any, holds a term, so that reading a row decides it quickest."""
    clauses = [_inside(field or "haystack")] * len(term.sought)
    return f"({' OR '.join(clauses)})", list(term.sought)


def _inside(column: str) -> str:
    """Say that a column holds a text; unlike LIKE, PostgreSQL plans it without reading figures."""
    return f"{'instr' if connection.vendor == 'sqlite' else 'strpos'}({column}, %s) > 0"


def _held(term: Term, field: str | None) -> Sql:
    """Say the same, so that an index of PostgreSQL decides it."""
    clauses: list[str] = []
    values: list[object] = []
    tags = PAIR_TAGS.values() if field is None else (PAIR_TAGS[field],)
    for text in term.sought:
        if len(text) >= TRIGRAM:
            clauses.append(f"{field or 'haystack'} LIKE %s ESCAPE '!'")
            values.append(like(text))
        else:
            clauses.append("pairs && %s::text[]")
            values.append([f"{tag}{text}" for tag in tags])
    return f"({' OR '.join(clauses)})", values


def _match(terms: Sequence[Term], word: str) -> Sql:
    """Return SQL that makes the text of a full-text question; SQLite."""
    parts, values = [], []
    for term in terms:
        each = []
        for text in term.sought:
            sql, own = _gram_question(text, GRAMS)
            each.append(sql)
            values += own
        spelt = " || ' OR ' || ".join(each)
        parts.append(f"'(' || {spelt} || ')'")
    return f"({f' || {chr(39)} {word} {chr(39)} || '.join(parts)})", values


def _gram_question(text: str, table: str) -> Sql:
    if len(text) >= TRIGRAM:
        return "%s", ['"' + text.replace('"', '""') + '"']
    bounds = [text, text + LAST_CHARACTER, text + LAST_CHARACTER]
    return STARTING_GRAMS.format(table=table), list(bounds)


def _piece(piece: str, first: int, width: int) -> Sql:
    if connection.vendor == "sqlite":
        match, values = _gram_question(piece, WORD_GRAMS)
        near = f"substr(word, {first + 2:d}, {width:d}) LIKE %s ESCAPE '!'"
        sql = f"SELECT trim(word) FROM {WORDS} WHERE {WORDS} MATCH {match} AND {near}"  # noqa: S608  own names
        return sql, [*values, like(piece)]
    near = f"substr(word, {first + 1:d}, {width:d}) LIKE %s ESCAPE '!'"
    value: object = like(piece)
    held = "word LIKE %s ESCAPE '!'"
    if len(piece) < TRIGRAM:
        held, value = "pairs @> %s::text[]", [f"w{piece}"]
    return f"SELECT word FROM parts_searchword WHERE {held} AND {near}", [value, like(piece)]  # noqa: S608  own names


def like(text: str, before: str = "%") -> str:
    """Return the pattern of a text, taken literally; the escape is `!`."""
    for char in "!%_":
        text = text.replace(char, f"!{char}")
    return f"{before}{text}%"
