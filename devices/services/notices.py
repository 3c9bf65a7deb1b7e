"""Mails to people; never a secret in them."""

from __future__ import annotations

from django.core.mail import send_mail

from accounts.models import User
from devices.choices import credential_word
from devices.models import Credential


def credential_ends(pk: int, days: int) -> int:
    """Tell the owner of a credential that it ends within the days; return mails sent."""
    row = Credential.objects.kept().filter(pk=pk).first()
    if row is None or row.valid_until is None or not row.owner:
        return 0
    address = row.owner if "@" in row.owner else _mail_of(row.owner)
    if not address:
        return 0
    name = " ".join(row.name.split())
    text = (
        f"The credential {name} ({credential_word(row.credential_type)}) ends on "
        f"{row.valid_until:%Y-%m-%d %H:%M} UTC, within {days} days. Rotate it before then."
    )
    return send_mail(f"Credential {name} ends soon", text, None, [address])


def _mail_of(username: str) -> str:
    person = User.objects.filter(username__iexact=username).first()
    return (person.email or "") if person else ""
