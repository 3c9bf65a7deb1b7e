"""The SQLite backend: statements are written for it once, with the same answers."""

from decimal import Decimal

import pytest
from django.db import connection

from inventory_site.core.sqlite3 import base
from inventory_site.core.sqlite3.folding import FOLD
from networkroutes.models import NetworkRoute
from networkroutes.selectors.search import search_routes
from tests.factories.devices_monitoring import InterfaceSampleFactory
from tests.factories.networkroutes import NetworkRouteFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite"),
]


def answer(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def test_a_statement_is_written_once_and_takes_new_values_each_time():
    base._with_question_marks.cache_clear()
    sql = "SELECT %s || '%%s', %s"

    assert [answer(sql, [number, "é"]) for number in (1, 2)] == [("1%s", "é"), ("2%s", "é")]
    assert base._with_question_marks.cache_info()[:2] == (1, 1)


def test_named_values_and_statements_without_values_are_djangos():
    assert answer("SELECT %(one)s, %(two)s", {"one": 1, "two": 2}) == (1, 2)
    assert answer("SELECT '%s'") == ("%s",)


SENTENCE = "съешь же ещё этих мягких французских булок да выпей чаю в цехе ёж"


def test_a_text_of_any_number_of_letters_is_found_in_any_case():
    NetworkRouteFactory(circuit_id="LONPAR000001", cable_system=SENTENCE.upper())
    NetworkRouteFactory(circuit_id="LONPAR000002", cable_system="Ёж 2")

    for asked, found in ((SENTENCE, 1), (SENTENCE.title(), 1), ("ЁЖ", 2), (f"{SENTENCE}?", 0)):
        assert search_routes({"cable_system": asked}).count() == found
        assert NetworkRoute.objects.filter(cable_system__icontains=asked).count() == found
    assert answer(f"SELECT {FOLD}(%s), {FOLD}(NULL)", ["ÄÖK straße İ"]) == ("äöK straße İ", None)


@pytest.mark.parametrize("asked", ["Ǆ", "ǅ", "ǆ"])
def test_a_letter_of_three_forms_is_found_in_each(asked):
    for number, name in enumerate(["Ǆamija", "ǅamija", "ǆamija", "Damija"]):
        NetworkRouteFactory(circuit_id=f"LONPAR00000{number}", cable_system=name)

    assert search_routes({"cable_system": asked}).count() == 3
    assert NetworkRoute.objects.filter(cable_system__iexact=f"{asked}amija").count() == 3


@pytest.mark.parametrize("asked", ["ΔΑΣ ΟΔΟΣ", "Δας οδος", "δασ οδοσ", "ΔΑΣ", "Δς"])
def test_a_letter_with_a_final_form_is_found_in_each(asked):
    for number, name in enumerate(["Δας οδος Δς", "ΔΑΣ ΟΔΟΣ ΔΣ", "δασ οδοσ δσ", "Οδη"]):
        NetworkRouteFactory(circuit_id=f"LONPAR00000{number}", cable_system=name)

    assert search_routes({"cable_system": asked}).count() == 3
    assert NetworkRoute.objects.filter(cable_system__icontains=asked).count() == 3


def test_a_text_that_is_too_long_for_sqlite_is_found_nowhere():
    route = NetworkRouteFactory(cable_system="a" * 200)

    for asked, found in (("a" * 200, 1), ("a" * 60_000, 0), ("ё" * 60_000, 0)):
        rows = NetworkRoute.objects.filter(cable_system__icontains=asked)
        assert (rows.count(), rows.filter(pk=route.pk).exists()) == (found, bool(found))
        assert NetworkRoute.objects.exclude(cable_system__icontains=asked).count() == 1 - found


def test_a_number_that_sqlite_cannot_hold_is_not_found_and_not_kept():
    route, large = NetworkRouteFactory(), 10**30

    assert list(NetworkRoute.objects.filter(pk__in=[large, route.pk])) == [route]
    assert not NetworkRoute.objects.filter(mtu__in=[2**63]).exists()
    with pytest.raises(OverflowError):
        NetworkRoute.objects.filter(pk=route.pk).update(mtu=large)


def test_whole_amounts_keep_every_digit_that_sqlite_keeps():
    sample = InterfaceSampleFactory(rx_bytes=Decimal(2**63 - 1), tx_bytes=Decimal(10**17 + 49))

    sample.refresh_from_db()

    assert (sample.rx_bytes, sample.tx_bytes) == (2**63 - 1, 10**17 + 49)
