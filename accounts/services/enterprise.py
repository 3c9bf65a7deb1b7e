"""Signing in with a directory (operations contract, 6.5).

Who the directory lets in needs a role here as well. Such a person has an account of their own,
`enterprise_<n>` without a password, so that sessions, permissions and audit know them like others;
its roles follow the rows of `EnterpriseUserRole`.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.choices import AuthMethod, UserStatus
from accounts.directory import client, sources
from accounts.directory.client import Person
from accounts.errors import DirectoryUnavailable, InvalidCredentials, TooManyGuesses
from accounts.models import EnterpriseUserRole, RoleAssignment, Session, User
from accounts.services import attempts, audit, sessions
from accounts.services.sign_in import WRONG, SignedIn
from inventory_site.core.errors import InvalidInput
from inventory_site.core.locks import lock

NO_ROLE = "User not authorized. Please contact your administrator to request access."
PROVIDER, GUESSES, MOST, WITHIN = "directory", "enterprise.name", 10, timedelta(minutes=15)


def sign_in(*, username: str, password: str, config_id: int) -> SignedIn:
    """Ask the directory, then open a session of 24 hours.

    Raises `InvalidCredentials`, `DirectoryUnavailable` when it cannot be asked within 10 s, and
    `TooManyGuesses` after ten failures of a name in 15 minutes. No transaction is open meanwhile.
    """
    server = sources.opened(config_id)
    if server is None:
        raise InvalidInput(fields={"config_id": ["No such directory, or it is switched off."]})
    key = username.strip().lower()
    most = max(1, int(MOST * settings.THROTTLE_SCALE))
    if attempts.count(GUESSES, key, WITHIN) >= most:
        raise TooManyGuesses("Too many attempts, try again later", retry_after=60)
    try:
        person = client.check(server, username, password)
    except client.Refused as err:
        attempts.note(GUESSES, key)
        raise _refused(username, WRONG) from err
    except client.Unavailable as err:
        raise DirectoryUnavailable(str(err)) from err
    return _let_in(person, config_id, server.is_active_directory)


def follow(username: str) -> None:
    """Make an account's roles those of its rows; without a row its sessions end."""
    user = _account(username)
    if user is None:
        return
    wanted = set(_rows(username).values_list("role_id", flat=True))
    user.role_assignments.exclude(role_id__in=wanted).delete()
    held = set(user.role_assignments.values_list("role_id", flat=True))
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role_id=role_id) for role_id in wanted - held
    )
    if not wanted:
        sessions.revoke_others(user, keep=None, reason="no role")


def _let_in(person: Person, config_id: int, is_active_directory: bool) -> SignedIn:
    user = _account(person.username)
    if not _rows(person.username).exists():
        raise _refused(person.username, NO_ROLE)
    if user is not None and user.status != UserStatus.ACTIVE:
        raise _refused(person.username, f"Account is {user.status}")
    with transaction.atomic():
        return _open(person, config_id, is_active_directory)


def _open(person: Person, config_id: int, is_active_directory: bool) -> SignedIn:
    rows = list(lock(_rows(person.username)))
    if not rows:
        raise InvalidCredentials(NO_ROLE)
    _rows(person.username).update(
        display_name=person.display_name[:200], email=person.email, config_id=config_id
    )
    method = AuthMethod.ACTIVE_DIRECTORY if is_active_directory else AuthMethod.LDAP
    user = _account(person.username) or User(
        username=f"enterprise_{rows[0].pk}",
        external_auth_id=person.username.lower(),
        external_auth_provider=PROVIDER,
        password_never_expires=True,
    )
    user.auth_method, user.last_login = method, timezone.now()
    user.first_name, user.last_name = person.first_name[:100], person.last_name[:100]
    user.display_name = (person.display_name or person.username)[:200]
    if user.pk is None:
        user.set_unusable_password()
    user.save()
    follow(person.username)
    user = User.objects.get(pk=user.pk)
    tokens = sessions.open_session(user)
    Session.objects.filter(pk=tokens.session.pk).update(
        is_enterprise=True, enterprise_username=person.username
    )
    audit.record(user, "session.opened", user, after={"directory": config_id, **audit.caller()})
    return SignedIn(user, tokens, password_expired=False)


def _rows(username: str) -> QuerySet[EnterpriseUserRole]:
    return EnterpriseUserRole.objects.filter(username__iexact=username.strip())


def _account(username: str) -> User | None:
    found = User.objects.filter(
        external_auth_provider=PROVIDER, external_auth_id=username.strip().lower()
    )
    return found.first()


def _refused(username: str, text: str) -> InvalidCredentials:
    audit.record(
        None,
        "session.refused",
        after={"username": username[:255], "reason": text, **audit.caller()},
        outcome="refused",
    )
    return InvalidCredentials(text)
