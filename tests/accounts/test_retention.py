"""What is past its time leaves by itself, once a day; what may still be needed stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session, SignInChallenge, TwoFactorCode
from accounts.tasks.audit import remove_old_audit
from inventory_site.core.models import IdempotencyKey
from inventory_site.core.tasks import remove_ended_tasks
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_sign_ins_and_codes_that_ended_long_ago_are_removed():
    for name, age in (("old", timedelta(days=31)), ("young", timedelta(hours=1))):
        user, ended = UserFactory(), timezone.now() - age
        Session.objects.create(user=user, token_hash=name, expires_at=ended)
        SignInChallenge.objects.create(user=user, token_hash=name, expires_at=ended)
        TwoFactorCode.objects.create(user=user, code_hash=name, expires_at=ended)

    remove_old_audit()

    assert Session.objects.get().token_hash == "young"
    assert SignInChallenge.objects.get().token_hash == "young"
    assert TwoFactorCode.objects.get().code_hash == "young"


def test_answers_kept_for_calls_sent_again_are_removed_after_a_day():
    for name, age in (("old", 25), ("young", 23)):
        row = IdempotencyKey.objects.create(caller="1", key=name, fingerprint="x", status=200)
        created = timezone.now() - timedelta(hours=age)
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=created)

    remove_ended_tasks()

    assert IdempotencyKey.objects.get().key == "young"
