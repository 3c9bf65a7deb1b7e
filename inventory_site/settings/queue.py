"""Work in the background: broker, queues, limits."""

from kombu import Exchange, Queue

from inventory_site.settings import env
from inventory_site.settings.base import PATCHBAY_VAR

PATCHBAY_TASKS = env.choice(
    "PATCHBAY_TASKS",
    "queue",
    ("queue", "inline"),
    "`queue` sends work to the broker; `inline` does it in the asking process after the commit, "
    "with retries at once and without their waits.",
)
TASK_RETENTION_DAYS = env.integer(
    "TASK_RETENTION_DAYS", 14, "Days a queued task is kept after it ended."
)

EMBEDDED_BROKER = "patchbay://localhost"
EMBEDDED_QUEUE = PATCHBAY_VAR / "queue"
CELERY_BROKER_URL = (
    env.text(
        "CELERY_BROKER_URL",
        "",
        "Broker, e.g. `amqp://user:password@host:5672/vhost`; blank is the embedded one, for one "
        "machine, under `PATCHBAY_VAR`.",
    )
    or EMBEDDED_BROKER
)
CELERY_RESULT_BACKEND = (
    env.text(
        "CELERY_RESULT_BACKEND",
        "",
        "Celery result backend. Blank is the database: the queued task's own row is its result, "
        "and nothing is stored besides.",
    )
    or None
)

QUEUE_NAMES = ("default", "devices", "workflows", "files", "reports")
CELERY_TASK_QUEUES = [
    Queue(name, Exchange("patchbay", type="direct"), routing_key=name) for name in QUEUE_NAMES
]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_DEFAULT_EXCHANGE = "patchbay"
CELERY_TASK_DEFAULT_ROUTING_KEY = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_INCLUDE = ["inventory_site.core.messages"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_RESULT_EXPIRES = None
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 1  # so that people see when a task last ran

# A request waits at most about 2 s for a broker that does not answer; its row is sent again later.
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"folder": str(EMBEDDED_QUEUE)}
    if CELERY_BROKER_URL == EMBEDDED_BROKER
    else {"max_retries": 1, "interval_start": 0, "interval_max": 0, "confirm_publish": True}
)

UP_HOST = env.text("HOST", "127.0.0.1", "Address that `manage.py up` (`make run`) listens on.")
UP_PORT = env.integer("PORT", 8000, "Port that `manage.py up` (`make run`) listens on.")
