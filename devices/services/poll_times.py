"""How far apart the runs of a poll are."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from cronsim import CronSim, CronSimError

from devices.models import PollConfig

LOOK_BACK, RAW_KEPT = timedelta(hours=2), timedelta(days=7)
RUNS_BACK = 3


def looking_back(config: PollConfig | None, at: datetime) -> timedelta:
    """Return how far the row before may lie: some runs, at least hours, while samples stay."""
    if config is None:
        return LOOK_BACK
    apart = RUNS_BACK * timedelta(seconds=config.interval_seconds)
    if config.cron_expression:
        try:
            *_, first = islice(CronSim(config.cron_expression, at, reverse=True), RUNS_BACK)
        except (CronSimError, ValueError):  # no cron expression, or one without runs
            return LOOK_BACK
        apart = at - first
    return min(max(LOOK_BACK, apart), RAW_KEPT)
