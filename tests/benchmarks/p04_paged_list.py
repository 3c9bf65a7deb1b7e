"""P4: a page of 1,000 rows of a native list, against a plain model serializer."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.test import APIClient

from networkroutes.api.serializers.routes import NetworkRouteSerializer
from networkroutes.api.views.routes import NetworkRouteViewSet
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved
from tests.factories.accounts import UserFactory

GOAL = "constant query count; >= 2x a plain serializer where a list may answer 1,000 rows"


def run(size: int = 1000, rounds: int = 7) -> dict[str, Any]:
    """Read one page of circuits with all fields."""
    with register.database():
        register.add_circuits(size * 2)
        client = APIClient()
        client.force_authenticate(UserFactory(roles=["viewer"]))
        path = f"/api/routes?limit={size}"

        def ours() -> bytes:
            return client.get(path).content

        def plain() -> bytes:
            NetworkRouteViewSet.reads_values = False
            try:
                return client.get(path).content
            finally:
                NetworkRouteViewSet.reads_values = True

        same = json.loads(ours()) == json.loads(plain())
        race = interleaved(ours, plain, rounds)
    faster = race.times_faster.as_dict()
    short = [] if same else ["the answers differ."]
    if faster["median"] < 2:
        short.append("less than twice the plain serializer.")
    return {
        "name": "P4",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "fields": len(NetworkRouteSerializer().fields),
        "same_answer": same,
        "times_faster": faster,
        "ours_ms": race.ours_ms,
        "short": short,
    }
