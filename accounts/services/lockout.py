"""Lock-out: bad sign-ins are counted per account, under its row lock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from accounts.services.password_policy import current_policy

LOCKED = "Account locked. Try again later."
COUNTERS = ("failed_login_attempts", "last_failed_login_at", "locked_until")


def count_failure(row: User) -> None:
    """Count one bad sign-in of an account whose row the caller has locked.

    The policy's last allowed one locks; a counter older than the policy's window, or one that ran
    into a lock which is over, starts at 1 again.
    """
    policy, now = current_policy(), timezone.now()
    window = timedelta(minutes=policy.reset_failed_count_minutes)
    last = row.last_failed_login_at
    is_stale = row.locked_until is not None or (last is not None and now - last > window)
    row.failed_login_attempts = 1 if is_stale else row.failed_login_attempts + 1
    row.last_failed_login_at, row.locked_until = now, None
    if row.failed_login_attempts >= policy.max_failed_attempts:
        row.locked_until = now + timedelta(minutes=policy.lockout_duration_minutes)
        audit.record(
            None,
            "user.locked",
            row,
            after={"until": row.locked_until, "failures": row.failed_login_attempts},
            outcome="refused",
        )
    row.save(update_fields=[*COUNTERS, "updated_at"])


def forget_failures(row: User) -> bool:
    """Begin counting anew and end a lock; return whether there was anything to forget."""
    if not row.failed_login_attempts and row.locked_until is None:
        return False
    row.failed_login_attempts, row.last_failed_login_at, row.locked_until = 0, None, None
    row.save(update_fields=[*COUNTERS, "updated_at"])
    return True
