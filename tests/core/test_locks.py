"""A name that one process holds alone."""

import json
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from inventory_site.core.errors import BusyError
from inventory_site.core.locks import alone, in_turn, only_if_free
from tests.peers.process import wait_for

pytestmark = pytest.mark.django_db
NAME = "tests.alone"
HOLDER = """
import json, pathlib, sys, time
from django.conf import settings
database, folder = json.loads(sys.argv[1])
settings.configure(DATABASES={"default": database}, PATCHBAY_VAR=pathlib.Path(folder))
from inventory_site.core.locks import alone
with alone("tests.alone") as is_ours:
    print(is_ours, flush=True)
    time.sleep(60)
"""


def is_free() -> bool:
    with alone(NAME) as is_ours:
        return is_ours


def test_a_name_is_held_across_processes_and_free_when_its_holder_is_killed() -> None:
    wanted = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    database = {key: str(connection.settings_dict[key] or "") for key in wanted}
    given = json.dumps([database, str(settings.PATCHBAY_VAR)])
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, given], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "True\n"
        assert not is_free()
        child.kill()
    wait_for(is_free)


def test_a_name_is_free_again_after_an_error_and_is_held_once() -> None:
    with pytest.raises(KeyError), alone(NAME) as first:
        assert first
        assert not (connection.vendor == "sqlite" and is_free())
        raise KeyError
    assert is_free()


def test_who_waits_for_a_turn_gets_it_or_is_told_in_time() -> None:
    began, inside = threading.Event(), []

    def holding() -> None:
        try:
            with in_turn(NAME):
                began.set()
                time.sleep(0.3)
                inside.append("first")
        finally:
            connection.close()

    thread = threading.Thread(target=holding)
    thread.start()
    assert began.wait(30)
    with pytest.raises(BusyError), in_turn(NAME, wait_s=0.05):
        inside.append("never")
    with in_turn(NAME):
        inside.append("second")
    thread.join(30)

    assert inside == ["first", "second"]


def patience_ms() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        return int(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has more than one writer")
def test_what_may_be_left_out_waits_for_nobody_and_harms_nobody() -> None:
    usual, meanwhile = patience_ms(), []

    with only_if_free():
        meanwhile.append(patience_ms())
        raise OperationalError("database is locked")

    assert (usual, meanwhile, patience_ms()) == (20_000, [0], 20_000)
