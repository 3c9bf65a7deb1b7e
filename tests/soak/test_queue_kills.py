"""The long proof of both brokers: 10,000 tasks under 20 random kills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.live.kills import queue_site, survive

if TYPE_CHECKING:
    from tests.peers.rabbitmq import Rabbit

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("brokers")]

TASKS, KILLS, WITHIN_S = 10_000, 20, 600


def test_embedded_broker_loses_none_of_10000_tasks_under_20_kills() -> None:
    with queue_site("") as site:
        survived = survive(site, TASKS, KILLS, WITHIN_S)

    assert survived.lost == 0
    assert survived.repeated <= 2 * KILLS


def test_rabbitmq_loses_none_of_10000_tasks_under_20_kills(rabbitmq: Rabbit) -> None:
    with queue_site(rabbitmq.url) as site:
        survived = survive(site, TASKS, KILLS, WITHIN_S)

    assert survived.lost == 0
    assert survived.repeated <= 2 * KILLS
