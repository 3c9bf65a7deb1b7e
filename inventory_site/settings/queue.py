"""Work in the background: broker, queues, limits."""

from inventory_site.settings import env

PATCHBAY_TASKS = env.choice(
    "PATCHBAY_TASKS",
    "queue",
    ("queue", "inline"),
    "`queue` sends work to the broker; `inline` does it in the asking process after the commit.",
)
CELERY_BROKER_URL = env.text(
    "CELERY_BROKER_URL",
    "",
    "Broker, e.g. `amqp://…`; blank is the embedded one under `PATCHBAY_VAR`.",
)
