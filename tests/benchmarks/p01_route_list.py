"""P1: the register as one JSON array, against database JSON and a plain serializer list.

The site is started once, as a server does: a client made for each request would start it, with the
reading of all static files, inside the measurement.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.test import override_settings
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from inventory_site.core.api.fast import GATHER, JSONRow
from networkroutes.api.clients.network_inventory import wire
from networkroutes.models import NetworkRoute
from tests.benchmarks import register
from tests.benchmarks.measure import Ratio, interleaved

GOAL = ">= 2.0x the replaced system (here: a plain serializer); <= 1.6x CPU of database JSON"


class PlainSerializer(serializers.ModelSerializer):
    """What a first version would use."""

    class Meta:
        model = NetworkRoute
        exclude = ("search_text",)


def run(size: int = 10_000, rounds: int = 7) -> dict[str, Any]:
    """Ask for all circuits over the whole stack of the site."""
    with register.database(), override_settings(NETWORKROUTES_OPEN_ACCESS="read"):
        register.add_circuits(size)
        same = len(json.loads(_ours())) == size and json.loads(_ours()) == json.loads(_database())
        against_plain = interleaved(_ours, _plain, rounds)
        cpu = Ratio(tuple(_cpu(_ours) / _cpu(_database) for _ in range(rounds)))
    short = [] if cpu.as_dict()["median"] <= 1.6 else ["the CPU is above 1.6 times the limit's."]
    return {
        "name": "P1",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "same_answer": same,
        "times_faster_than_plain_serializer": against_plain.times_faster.as_dict(),
        "cpu_of_database_json": cpu.as_dict(),
        "ours_ms": against_plain.ours_ms,
        "short": short if same else [*short, "the answers differ."],
    }


def _ours() -> bytes:
    return _site().get("/network_routes").content


@cache
def _site() -> APIClient:
    return APIClient()


def _plain() -> bytes:
    return JSONRenderer().render(PlainSerializer(NetworkRoute.objects.in_order(), many=True).data)


def _database() -> bytes:
    """One statement whose only answer is the array, written down once."""
    with connection.cursor() as cursor:
        cursor.execute(*_statement())
        return f"[{cursor.fetchone()[0]}]".encode()


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    rows = NetworkRoute.objects.in_order().annotate(json_row=JSONRow(**wire.ROUTE))
    query, values = rows.values("json_row").query.sql_with_params()
    return f"SELECT {GATHER[connection.vendor]} FROM ({query}) listed", values  # noqa: S608  our own


def _cpu(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
