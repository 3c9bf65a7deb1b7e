"""Periodic work on the audit trail and on short-lived rows of identity."""

from accounts.services import attempts, seal_checks, seals, second_factor, sessions, usage
from inventory_site.core.tasks import task


@task(name="accounts.seal_audit", time_limit_s=600, keep_done=False)
def seal_audit() -> None:
    """Seal the entries that were written since the last run."""
    seals.seal_new()


@task(name="accounts.verify_audit", time_limit_s=3600)
def verify_audit() -> None:
    """Walk the whole chain of seals and note what was found in the trail itself."""
    seal_checks.check_and_note()


@task(name="accounts.remove_old_audit", time_limit_s=900)
def remove_old_audit() -> None:
    """Remove what is past its retention: sealed entries, attempts, tallies, sign-ins, codes."""
    seals.remove_older_than(seals.keep_days())
    attempts.remove_old()
    usage.remove_old()
    sessions.forget_old()
    second_factor.forget_old()
