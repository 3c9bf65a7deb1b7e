"""Admin pages of identity, of the queue and its schedules; one topic per file."""

from accounts.admin import (
    api_keys,
    audit,
    lab,
    queued_tasks,
    roles,
    schedules,
    seals,
    sessions,
    settings,
    system_log,
    users,
)

__all__ = [
    "api_keys",
    "audit",
    "lab",
    "queued_tasks",
    "roles",
    "schedules",
    "seals",
    "sessions",
    "settings",
    "system_log",
    "users",
]
