"""Work in the background, as apps use it.

Register a function with `@task(name="app.verb_noun", …)` in `<app>/tasks/`, and queue it from a
service with `enqueue("app.verb_noun", pk)`: the row is written in the open transaction, and the
work is done exactly when that commits.
"""

from inventory_site.core.outbox.queueing import cancel, enqueue, enqueue_many, run_again
from inventory_site.core.outbox.running import Outcome, run_row
from inventory_site.core.outbox.specs import TaskSpec, spec_of, task
from inventory_site.core.outbox.sweeping import Swept, sweep
from inventory_site.core.outbox.upkeep import remove_ended_tasks, sweep_queue

__all__ = [
    "Outcome",
    "Swept",
    "TaskSpec",
    "cancel",
    "enqueue",
    "enqueue_many",
    "remove_ended_tasks",
    "run_again",
    "run_row",
    "spec_of",
    "sweep",
    "sweep_queue",
    "task",
]
