"""The Celery application: worker and beat start with `celery -A inventory_site.celery …`."""

import gc
import logging
import os
import threading
import time
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings.dev")
TRANSPORT_ALIASES["patchbay"] = "inventory_site.core.queue:Transport"

PARENT_CHECK_S = 1.0

app = Celery("patchbay")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def keep_logging(loglevel: int | str, **kwargs: Any) -> None:
    """Leave logging as our settings made it; unheard, Celery gives it a form of its own.

    The level of its command line is that of its own lines.
    """
    for name in ("celery", "kombu"):
        logging.getLogger(name).setLevel(loglevel)


@worker_init.connect
def go_on_after_kills(**kwargs: Any) -> None:
    """Take the pool that loses no lock with a process; only the embedded broker's is shared."""
    from celery.concurrency.prefork import TaskPool

    from inventory_site.core.sturdy_pool import SturdyPool

    TaskPool.BlockingPool = SturdyPool


@worker_init.connect
def share_memory(**kwargs: Any) -> None:
    """Load what every child would load for itself, and keep the collector away from it."""
    from inventory_site.core.outbox.specs import load_tasks

    load_tasks()
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def end_with_parent(**kwargs: Any) -> None:
    """A child whose worker was killed ends too, once the row in its hands is done."""
    from inventory_site.core.outbox.holding import is_holding

    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent or is_holding():
            time.sleep(PARENT_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
