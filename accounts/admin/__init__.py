"""Admin pages of identity, one topic per file."""

from accounts.admin import api_keys, audit, roles, sessions, settings, system_log, users

__all__ = ["api_keys", "audit", "roles", "sessions", "settings", "system_log", "users"]
