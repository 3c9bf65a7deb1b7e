"""The long proof of polling: 2,000 targets ten times, and a third of them dead."""

from __future__ import annotations

import pytest

from tests.benchmarks.p11_snmp_polling import grown_kib, responders, slowed_by_dead

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("devices-many"), pytest.mark.once]
TARGETS, MAX_GROWTH_KIB = 2000, 8 * 1024


def test_memory_stays_flat_over_ten_rounds_of_2000_targets() -> None:
    with responders(TARGETS) as ports:
        assert grown_kib(ports) < MAX_GROWTH_KIB


def test_a_third_of_dead_targets_slows_the_rest_by_less_than_a_fifth() -> None:
    with responders(1800) as ports:
        race = slowed_by_dead(ports)

    assert race.ours_ms < race.other_ms * 1.2
