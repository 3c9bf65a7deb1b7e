"""Words that fields of the kit are limited to."""

from django.db import models


class TaskStatus(models.TextChoices):
    """Where a queued task stands."""

    READY = "ready", "Ready"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class QueueName(models.TextChoices):
    """The named queues; a worker may serve some of them only."""

    DEFAULT = "default", "Default"
    DEVICES = "devices", "Devices"
    WORKFLOWS = "workflows", "Workflows"
    FILES = "files", "Files"
    REPORTS = "reports", "Reports"


TASK_OPEN = (TaskStatus.READY, TaskStatus.RUNNING)
TASK_ENDED = (TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED)
