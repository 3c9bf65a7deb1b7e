"""Questions that are compiled once."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session, User
from inventory_site.core.prepared import Keys, Later, Prepared

pytestmark = pytest.mark.django_db


def sessions() -> list[Session]:
    user = User.objects.create(username="jana")
    begun = timezone.now()
    return [
        Session.objects.create(
            token_hash=f"{number:064d}", user=user, expires_at=begun + timedelta(hours=number)
        )
        for number in (1, 2, 3)
    ]


ENDING = Prepared(
    lambda: (
        Session.objects.select_related("user")
        .filter(expires_at__gt=Later(0, models.DateTimeField()))
        .order_by("expires_at")
    )
)
AMONG: Prepared[tuple[int, str]] = Prepared(
    lambda: Session.objects.filter(pk__in=Keys(0)).order_by("pk").values_list("pk", "token_hash")
)


def test_it_answers_as_the_queryset_does() -> None:
    first, second, third = sessions()
    moment = first.expires_at
    assert ENDING.all(moment) == [second, third]
    assert ENDING.first(moment) == second
    assert ENDING.first(third.expires_at) is None
    found = ENDING.first(moment)
    assert found is not None
    assert found.expires_at == second.expires_at
    assert found._state.db == "default"
    assert not found._state.adding


def test_joined_rows_come_with_it_in_one_question() -> None:
    sessions()
    with CaptureQueriesContext(connection) as asked:
        names = [row.user.username for row in ENDING.all(timezone.now()) if row.user]
    assert names == ["jana", "jana", "jana"]
    assert len(asked) == 1


def test_any_number_of_keys_is_one_text_of_sql() -> None:
    first, second, _ = sessions()
    with CaptureQueriesContext(connection) as asked:
        assert AMONG.all([second.pk, first.pk]) == [
            (first.pk, first.token_hash),
            (second.pk, second.token_hash),
        ]
        assert AMONG.all([second.pk]) == [(second.pk, second.token_hash)]
        assert AMONG.all([]) == []
    assert len(asked) == 3


@pytest.mark.django_db(transaction=True)
def test_what_one_thread_compiled_another_asks_on_its_own_connection() -> None:
    first, _, third = sessions()
    assert ENDING.first(first.expires_at) is not None
    found, asked = [], []

    def ask() -> None:
        with CaptureQueriesContext(connections["default"]) as captured:
            found.extend(ENDING.all(third.expires_at - timedelta(seconds=1)))
        asked.append(len(captured))
        connections.close_all()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [third]
    assert asked == [1]
