"""Mails of identity: the secret in them is drawn here, so that no queue holds it."""

from accounts.services import passwords, second_factor
from inventory_site.core.tasks import task


@task(name="accounts.mail_code", time_limit_s=60)
def mail_code(code_id: int) -> None:
    """Send the code of a second step."""
    second_factor.mail_code(code_id)


@task(name="accounts.mail_reset", time_limit_s=60)
def mail_reset(user_id: int, base_url: str) -> None:
    """Send the link to a new password."""
    passwords.mail_reset(user_id, base_url)
