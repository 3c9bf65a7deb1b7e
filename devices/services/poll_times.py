"""How far apart the runs of a poll are."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, pairwise

from cronsim import CronSim, CronSimError

from devices.models import PollConfig

LOOK_BACK, RAW_KEPT = timedelta(hours=2), timedelta(days=7)
SOME_RUNS = 8  # of a cron expression, whose gaps may differ


def looking_back(config: PollConfig | None, at: datetime) -> timedelta:
    """Return how far the row before may lie: hours, as long as samples stay for rare polls."""
    if config is None:
        return LOOK_BACK
    apart = timedelta(seconds=config.interval_seconds)
    if config.cron_expression:
        try:
            runs = list(islice(CronSim(config.cron_expression, at), SOME_RUNS))
        except CronSimError:
            return LOOK_BACK
        apart = max((two - one for one, two in pairwise(runs)), default=RAW_KEPT)
    return min(max(LOOK_BACK, 3 * apart), RAW_KEPT)
