"""Factories of identity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts import models
from tests.factories.base import ValidatedFactory

PASSWORD = "correct Horse 4 battery-staple"


def digest(number: int) -> str:
    """A SHA-256 that no secret has."""
    return hashlib.sha256(f"row {number}".encode()).hexdigest()


class UserFactory(ValidatedFactory[models.User]):
    """A person with the password `PASSWORD`; `roles=["viewer"]` assigns seeded roles."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"person{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.net")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))
    password_changed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def roles(self, create: bool, names: Iterable[str] | None, **kwargs: Any) -> None:
        """Assign roles that were seeded."""
        for name in names or ():
            role = models.Role.objects.get(group__name=name)
            models.RoleAssignment.objects.create(user=self, role=role)
        self.__dict__.pop("held_roles", None)


class GroupFactory(ValidatedFactory[Group]):
    """A Django group without a profile yet."""

    class Meta:
        model = Group

    name = factory.Sequence(lambda number: f"role_{number}")


class RoleFactory(ValidatedFactory[models.Role]):
    """A role that people made, without permissions."""

    class Meta:
        model = models.Role

    group = factory.SubFactory(GroupFactory)
    display_name = factory.LazyAttribute(
        lambda role: role.group.name.replace("_", " ").capitalize()
    )


class RoleAssignmentFactory(ValidatedFactory[models.RoleAssignment]):
    """A person holds a role without an end."""

    class Meta:
        model = models.RoleAssignment

    user = factory.SubFactory(UserFactory)
    role = factory.SubFactory(RoleFactory)


class ApiKeyFactory(ValidatedFactory[models.ApiKey]):
    """A key without scopes, valid for a day; nobody knows its secret."""

    class Meta:
        model = models.ApiKey

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"script {number}")
    prefix = factory.Sequence(lambda number: f"pb_{number:05d}"[:10])
    key_hash = factory.Sequence(digest)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class SessionFactory(ValidatedFactory[models.Session]):
    """A sign-in that is open for an hour; nobody knows its token."""

    class Meta:
        model = models.Session

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(digest)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))


class SettingFactory(ValidatedFactory[models.Setting]):
    """A value that an administrator set."""

    class Meta:
        model = models.Setting

    key = factory.Sequence(lambda number: f"test.value_{number}")
    value = factory.Sequence(lambda number: number + 1)


class AuditEntryFactory(ValidatedFactory[models.AuditEntry]):
    """One sentence of the trail, written by nobody in particular."""

    class Meta:
        model = models.AuditEntry

    actor_name = "system"
    channel = "command"
    verb = "test.happened"
    object_label = factory.Sequence(lambda number: f"thing {number}")


class LogEntryFactory(ValidatedFactory[models.LogEntry]):
    """One line of the system log."""

    class Meta:
        model = models.LogEntry

    source = "tests"
    message = factory.Sequence(lambda number: f"something happened, {number}")
    details = factory.LazyFunction(lambda: {"cause": "a test"})


class PasswordPolicyFactory(ValidatedFactory[models.PasswordPolicy]):
    """The seeded rules."""

    class Meta:
        model = models.PasswordPolicy


class PasswordHistoryFactory(ValidatedFactory[models.PasswordHistory]):
    """A password that a person had before."""

    class Meta:
        model = models.PasswordHistory

    user = factory.SubFactory(UserFactory)
    password_hash = factory.Sequence(lambda number: make_password(f"earlier {number}"))


class SignInChallengeFactory(ValidatedFactory[models.SignInChallenge]):
    """A first step that waits for its second; nobody knows its token."""

    class Meta:
        model = models.SignInChallenge

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(digest)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=5))


class TwoFactorCodeFactory(ValidatedFactory[models.TwoFactorCode]):
    """A code that was sent; nobody knows it."""

    class Meta:
        model = models.TwoFactorCode

    user = factory.SubFactory(UserFactory)
    code_hash = factory.Sequence(digest)
    sent_to = factory.LazyAttribute(lambda code: code.user.email)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=10))


class EnterpriseUserRoleFactory(ValidatedFactory[models.EnterpriseUserRole]):
    """A name of a directory holds a role."""

    class Meta:
        model = models.EnterpriseUserRole

    username = factory.Sequence(lambda number: f"directory{number}")
    role = factory.SubFactory(RoleFactory)


class AttemptFactory(ValidatedFactory[models.Attempt]):
    """A wrong key from an address."""

    class Meta:
        model = models.Attempt

    scope = "fabrication.wrong"
    key = factory.Sequence(lambda number: f"192.0.2.{number % 250}")


class LabProfileFactory(ValidatedFactory[models.LabProfile]):
    """A person of the lab."""

    class Meta:
        model = models.LabProfile

    user = factory.SubFactory(UserFactory)


class LabInvitationFactory(ValidatedFactory[models.LabInvitation]):
    """A letter that nobody has answered yet."""

    class Meta:
        model = models.LabInvitation

    email = factory.Sequence(lambda number: f"guest{number}@example.net")
    role = "Viewer"
    invited_by = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(digest)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class AuditSealFactory(ValidatedFactory[models.AuditSeal]):
    """A link of a chain that covers nothing real."""

    class Meta:
        model = models.AuditSeal

    number = factory.Sequence(lambda number: number + 1)
    ranges = factory.LazyAttribute(lambda seal: [[seal.first_id, seal.last_id]])
    first_id = factory.Sequence(lambda number: number + 1)
    last_id = factory.SelfAttribute("first_id")
    count = 1
    last_at = factory.LazyFunction(timezone.now)
    leaves = b"\x00" * 32
    digest = factory.Sequence(digest)


class UsageTallyFactory(ValidatedFactory[models.UsageTally]):
    """Calls of one address on a day."""

    class Meta:
        model = models.UsageTally

    day = factory.LazyFunction(lambda: timezone.now().date())
    endpoint = factory.Sequence(lambda number: f"/api/thing-{number}")
    status = 200
    calls = 3
    took_ms = 12.5


class SecurityKeyFactory(ValidatedFactory[models.SecurityKey]):
    """A key that nobody holds."""

    class Meta:
        model = models.SecurityKey

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"key {number}")
    credential_hash = factory.Sequence(digest)
    credential = b"\x00"
