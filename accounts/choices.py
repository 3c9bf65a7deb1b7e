"""Words that fields are limited to."""

from django.db import models


class UserStatus(models.TextChoices):
    """Whether an account may sign in."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    LOCKED = "locked", "Locked"
    PENDING = "pending", "Pending"


class RoleType(models.TextChoices):
    """System roles are seeded; custom ones are made by people."""

    SYSTEM = "system", "System"
    CUSTOM = "custom", "Custom"


class AuditOutcome(models.TextChoices):
    """How an audited call ended."""

    SUCCESS = "success", "Success"
    REFUSED = "refused", "Refused"
    FAILURE = "failure", "Failure"


class LogLevel(models.TextChoices):
    """Levels of the system log."""

    DEBUG = "DEBUG", "Debug"
    INFO = "INFO", "Info"
    WARNING = "WARNING", "Warning"
    ERROR = "ERROR", "Error"
    CRITICAL = "CRITICAL", "Critical"
