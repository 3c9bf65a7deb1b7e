"""Mails about credentials that end soon, over a real SMTP server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Credential, CredentialUse
from devices.services import vault, vault_use
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.live, pytest.mark.django_db, pytest.mark.xdist_group("smtp")]
SECRET = "pl4nted-s3cret"


def test_an_owner_is_told_at_each_mark_once_and_never_the_secret(smtp, settings, commits):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
    UserFactory(username="jana", email="jana@example.net")
    now = timezone.now()
    body = {"credential_type": "ssh", "username": "op", "password": SECRET}
    ends = (now + timedelta(days=40)).isoformat()
    for owner in ("jana", "", "nobody"):
        named = {"name": f"of {owner}\nBcc: x@example.net", "owner": owner, "valid_until": ends}
        vault.create_credential(actor=None, body={**body, **named})

    for days in (0, 10.5, 11, 33.5, 34, 39.5, 39.6):
        with commits():
            vault_use.expire_due(now + timedelta(days=days))
    for _ in range(2):
        vault_use.expire_due(now + timedelta(days=41))

    told = [delivery.message for delivery in smtp.deliveries]
    assert [delivery.recipients for delivery in smtp.deliveries] == [("jana@example.net",)] * 3
    assert {one["Subject"] for one in told} == {
        "Credential of jana Bcc: x@example.net ends soon",
    }
    assert ["within 30 days", "within 7 days", "within 1 days"] == [
        one.get_content().split("UTC, ")[1].split(".")[0] for one in told
    ]
    assert SECRET not in "".join(one.as_string() for one in told)
    assert Credential.objects.filter(is_expired=True, status="expired").count() == 3
    assert CredentialUse.objects.filter(action="expired", performed_by="system").count() == 3
