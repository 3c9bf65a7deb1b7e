"""The search kit: same answers on both databases, from the index."""

from types import SimpleNamespace

import pytest
from django.db import connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from inventory_site.core import registry
from inventory_site.core.registry import SearchHit, SearchProvider
from inventory_site.core.search import (
    TrigramIndex,
    Wanted,
    as_filter,
    find_everywhere,
    holding,
    matching,
    ranked,
    rarity,
    search_text_field,
    sqlite,
)

with isolate_apps():

    class Cable(models.Model):
        name = models.CharField(max_length=100)
        system = models.CharField(max_length=100, null=True)  # noqa: DJ001  null is tested
        number = models.IntegerField(default=0)
        search_text = search_text_field("name", "system", "number")

        class Meta:
            app_label = "core"

        def __str__(self):
            return self.name


pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = st.text(alphabet="abcAB1-%_\"'\\*^ 光", max_size=8)


def apply(operation, *, backwards=False):
    state = ProjectState()
    state.add_model(migrations.state.ModelState.from_model(Cable))
    with connection.schema_editor() as editor:
        if backwards:
            operation.database_backwards("core", editor, state, state)
        else:
            operation.database_forwards("core", editor, state, state)


@pytest.fixture(autouse=True)
def table(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Cable)
    apply(TrigramIndex("Cable"))
    yield
    apply(TrigramIndex("Cable"), backwards=True)
    with connection.schema_editor() as editor:
        editor.delete_model(Cable)


def add(*names, system=None):
    return Cable.objects.bulk_create([Cable(name=name, system=system) for name in names])


def names(rows):
    return sorted(row.name for row in rows)


def test_the_search_column_holds_every_value_in_lower_case():
    add("LON-NYC 7", system=None)
    Cable.objects.create(name="A", system="AEC-1", number=12)

    found = Cable.objects.order_by("pk").values_list("search_text", flat=True)

    assert list(found) == ["lon-nyc 7\n\n0\n", "a\naec-1\n12\n"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nyc", ["LON-NYC 1", "lon-nyc 2"]),
        ("NYC lon", ["LON-NYC 1", "lon-nyc 2"]),
        ("lon-nyc 1", ["LON-NYC 1"]),
        ("n", ["LON-NYC 1", "lon-nyc 2"]),
        ("%", ["100%_x"]),
        ("0%_", ["100%_x"]),
        ("_", ["100%_x"]),
        ("\"is'", ["PAR\"IS'"]),
        ("\\", []),
        ("nyc OR par", []),
        ("NEAR(par nyc)", []),
        ("zzz", []),
        ("\x00\ud800", ["100%_x", "LON-NYC 1", "PAR\"IS'", "lon-nyc 2"]),
        ("   ", ["100%_x", "LON-NYC 1", "PAR\"IS'", "lon-nyc 2"]),
    ],
)
def test_every_term_must_be_in_the_row_and_stands_for_itself(text, found):
    add("LON-NYC 1", "lon-nyc 2", "100%_x", "PAR\"IS'")

    assert names(matching(Cable.objects.all(), text)) == found


def test_a_term_does_not_reach_from_one_value_into_the_next():
    add("LONDON", system="PARIS")

    assert names(matching(Cable.objects.all(), "donpar")) == []
    assert names(matching(Cable.objects.all(), "lon paris")) == ["LONDON"]


def holds(*wanted):
    rows = Cable.objects.all()
    return rows.filter(as_filter(holding(Cable, [Wanted(*one) for one in wanted], rows.db)))


def test_a_phrase_is_looked_for_in_its_own_columns_with_its_blanks():
    add("New York", "York New", "a  b", system="Tor%o_nto")

    assert names(holds((("name",), "new y"))) == ["New York"]
    assert names(holds((("name",), "a  b"))) == ["a  b"]
    assert names(holds((("system",), "new y"))) == []
    assert len(holds((("name", "system"), "R%O_N"))) == 3
    assert names(holds((("system",), "R%O_N"), (("name",), "k n"))) == ["York New"]
    assert names(holds((("name",), "ew"), (("name",), "rk"))) == ["New York", "York New"]


@pytest.mark.parametrize("asked", [" b.", " .*", " A+", "a+ b", " (x", " [\\d]", "  B", " +"])
def test_a_phrase_may_begin_with_a_blank_and_look_like_a_pattern(asked):
    rarity.forget()
    texts = ["a+ b.c", "a  b.", "x .* y", "q (x) [\\d]", "1 A+ (X", "2 [\\d]", "a bxc", "5"]
    add(*texts)

    assert names(holds((("name",), asked))) == sorted(
        text for text in texts if asked.lower() in text.lower()
    )


def test_of_a_phrase_the_letters_that_few_rows_have_are_asked():
    rarity.forget()
    add(*(f"Common system {number:02d}" for number in range(20)), "Quartz system")

    asked = rarity.rarest(Cable, ["Quartz system"], "default", "search_text")

    assert asked[:2] == ["tz ", "uar"]
    assert len(asked) == rarity.ENOUGH[connection.vendor]
    assert rarity.rarest(Cable, ["em", "tem"], "default", "search_text") == ["tem"]
    assert names(holds((("name",), "QUARTZ SYSTEM"))) == ["Quartz system"]


@given(
    stored=st.lists(st.tuples(TEXTS, TEXTS), max_size=8),
    asked=st.tuples(TEXTS.filter(len), TEXTS.filter(len)),
)
def test_phrases_in_columns_answer_like_a_plain_filter(stored, asked):
    Cable.objects.all().delete()
    Cable.objects.bulk_create([Cable(name=name, system=system) for name, system in stored])

    found = holds((("name",), asked[0]), (("system",), asked[1])).values_list("name", "system")

    name, system = (text.lower() for text in asked)
    wanted = [row for row in stored if name in row[0].lower() and system in row[1].lower()]
    assert sorted(found) == sorted(wanted)


def test_postgresql_is_asked_for_letters_of_each_phrase_however_common():
    rarity.forget()
    add(*(f"Common system {number:02d}" for number in range(20)), "Quartz system")

    asked = rarity.rarest(Cable, ["Quartz", "common", "system"], "default", "search_text")

    own = {"postgresql": ["rtz", "mon", "tem"], "sqlite": ["rtz", "Qua"]}
    assert asked == own[connection.vendor]


@pytest.mark.parametrize("asked", ["ΔΟΣ", "δοσ"])
def test_the_index_loses_no_row_that_a_short_text_would_find(asked):
    add("ΟΔΟΣ", "οδοσ", "Zebra")

    assert names(holds((("name",), asked))) == ["ΟΔΟΣ", "οδοσ"]
    assert names(holds((("name",), asked[2:]))) == ["ΟΔΟΣ", "οδοσ"]


def test_of_common_letters_the_index_is_asked_for_the_rare_ones():
    Cable.objects.bulk_create(
        [
            Cable(name=f"cable of the north {number}", system=f"system {number % 40:02}")
            for number in range(3_000)
        ]
    )

    found = holds((("name",), "the north 29"), (("system",), "system 17"))

    assert names(found) == sorted(
        f"cable of the north {number}"
        for number in range(3_000)
        if str(number).startswith("29") and number % 40 == 17
    )


@pytest.mark.parametrize("asked", ["zürich", "ZÜRICH", "Üri", "ü", "łódź ΠΎΛΗ", "Łódź"])
def test_case_does_not_matter_beyond_ascii(asked):
    add("ZÜRICH", "zürich", "ŁÓDŹ πύλη", "Zurich")
    wanted = sorted(name for name in names(Cable.objects.all()) if asked.lower() in name.lower())

    assert wanted
    assert names(matching(Cable.objects.all(), asked)) == wanted
    assert names(holds((("name",), asked))) == wanted
    assert names(Cable.objects.filter(name__icontains=asked)) == wanted
    assert names(Cable.objects.filter(name__istartswith=asked.swapcase())) == sorted(
        name for name in wanted if name.lower().startswith(asked.lower())
    )
    assert names(Cable.objects.filter(name__iexact=asked.swapcase())) == sorted(
        name for name in wanted if name.lower() == asked.lower()
    )


def test_a_name_in_other_letters_is_exact_in_the_ranking():
    add("zürich north", "ZÜRICH", "old zürich")

    found = [(row.name, row.match_rank) for row in ranked(Cable.objects.all(), "Zürich")]

    assert found == [("ZÜRICH", 0), ("zürich north", 1), ("old zürich", 2)]


def test_the_index_follows_changes_and_deletions():
    first, _ = add("alpha", "alphabet")

    Cable.objects.filter(pk=first.pk).update(name="omega")
    assert names(matching(Cable.objects.all(), "alph")) == ["alphabet"]
    assert names(matching(Cable.objects.all(), "omeg")) == ["omega"]

    Cable.objects.filter(name="alphabet").delete()
    assert names(matching(Cable.objects.all(), "alph")) == []


def test_a_rolled_back_change_leaves_no_trace():
    with pytest.raises(RuntimeError), transaction.atomic():
        add("alpha")
        raise RuntimeError

    assert names(matching(Cable.objects.all(), "alpha")) == []


def test_other_filters_stay():
    add("alpha one", "alpha two")

    rows = Cable.objects.filter(name__endswith="two").exclude(number=5)

    assert names(matching(rows, "alpha")) == ["alpha two"]


def test_ranked_puts_exact_first_then_prefix_then_inside_then_name():
    add("x lon", "LON 2", "lon", "Lon 10", "a lon")

    rows = ranked(Cable.objects.all(), " LON ")

    assert [(row.name, row.match_rank) for row in rows] == [
        ("lon", 0),
        ("Lon 10", 1),
        ("LON 2", 1),
        ("a lon", 2),
        ("x lon", 2),
    ]


@pytest.mark.parametrize("text", ["lo", "lon"])
def test_a_broad_term_is_capped_but_exact_and_prefix_are_not_lost(text):
    add(*(f"a{text}{number}" for number in range(50)), f"{text} z", text)

    rows = ranked(Cable.objects.all(), text, limit=5, cap=10)

    assert [(row.name, row.match_rank) for row in rows][:2] == [(text, 0), (f"{text} z", 1)]
    assert len(rows) == 5


@given(stored=st.lists(st.tuples(TEXTS, st.none() | TEXTS), max_size=8), asked=TEXTS)
def test_matching_answers_like_a_plain_filter(stored, asked):
    Cable.objects.all().delete()
    Cable.objects.bulk_create([Cable(name=name, system=system) for name, system in stored])

    found = matching(Cable.objects.all(), asked).values_list("name", "system")

    def holds(row):
        values = [*(value.lower() for value in row if value), "0"]
        return all(any(term in value for value in values) for term in asked.lower().split())

    assert sorted(found, key=repr) == sorted(filter(holds, stored), key=repr)


@given(stored=st.lists(TEXTS, max_size=8), asked=TEXTS.filter(str.strip))
def test_ranked_answers_like_a_plain_sort(stored, asked):
    Cable.objects.all().delete()
    add(*stored)
    wanted = " ".join(asked.lower().split())

    found = [(row.match_rank, row.name.lower()) for row in ranked(Cable.objects.all(), asked)]

    def rank(name):
        return 0 if name == wanted else 1 if name.startswith(wanted) else 2

    held = [n.lower() for n in stored if all(t in n.lower() or t == "0" for t in wanted.split())]
    assert found == sorted((rank(name), name) for name in held)


def plan_of(queryset):
    sql, params = queryset.order_by().query.sql_with_params()
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE core_cable")
        cursor.execute(f"{explain} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.parametrize(
    "ask", [matching, lambda rows, text: holds((("name",), text))], ids=["matching", "holding"]
)
def test_long_terms_are_answered_by_the_index(ask):
    add(*(f"cable {number:05} of the north" for number in range(20_000)))

    plan = plan_of(ask(Cable.objects.all(), "02718"))

    if connection.vendor == "postgresql":
        assert "Bitmap Index Scan on core_cable_search_text_trgm" in plan
        assert "Seq Scan" not in plan
    else:
        assert "SCAN core_cable_search_text_trigram VIRTUAL TABLE INDEX" in plan
        assert "SEARCH core_cable USING INTEGER PRIMARY KEY" in plan
    assert names(ask(Cable.objects.all(), "02718")) == ["cable 02718 of the north"]


def test_the_operation_can_be_taken_back_and_made_again_over_rows():
    add("alpha")

    apply(TrigramIndex("Cable"), backwards=True)
    apply(TrigramIndex("Cable"))

    assert names(matching(Cable.objects.all(), "alpha")) == ["alpha"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite makes tables anew")
def test_triggers_that_a_changed_table_lost_come_back():
    add("alpha")
    with connection.schema_editor() as editor:
        editor.alter_field(
            Cable,
            Cable._meta.get_field("number"),
            _named(models.IntegerField(default=0, db_index=True, null=True), "number"),
        )
    add("beta")
    assert names(matching(Cable.objects.all(), "beta")) == []

    assert sqlite.repair(connection) == ["core_cable_search_text_trigram"]

    assert names(matching(Cable.objects.all(), "beta")) == ["beta"]
    assert names(matching(Cable.objects.all(), "alpha")) == ["alpha"]
    assert sqlite.repair(connection) == []


def _named(field, name):
    field.set_attributes_from_name(name)
    field.model = Cable
    return field


@pytest.fixture
def providers(monkeypatch):
    searches = registry.Registry("search provider")
    monkeypatch.setattr(registry, "searches", searches)
    return searches


def hit(label, rank):
    return SearchHit(kind="K", label=label, url="/", rank=rank)


def test_everywhere_asks_only_where_the_person_may_look_and_survives_a_broken_app(providers):
    def broken(user, text, limit):
        return list(Cable.objects.raw("SELECT nonsense"))

    def fine(user, text, limit):
        return [hit("b", 2), hit("a", 2), hit(text, 0)][:limit]

    for slug, find in (("broken", broken), ("fine", fine), ("secret", fine)):
        providers.register(SearchProvider(slug, slug, f"app.{slug}", find))
    user = SimpleNamespace(has_perm=lambda name: name != "app.secret")

    with transaction.atomic():
        found = find_everywhere(user, "  x  ", 3)
        assert Cable.objects.count() == 0

    assert [(one.rank, one.label) for one in found] == [(0, "x"), (2, "a"), (2, "b")]
    assert find_everywhere(user, "  ", 3) == []
