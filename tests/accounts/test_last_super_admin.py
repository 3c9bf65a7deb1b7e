"""Somebody who may do everything can always get in."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Role, RoleAssignment, User
from accounts.services import members, roles, users
from inventory_site.core.errors import DomainError, NotAllowed
from tests.accounts.ways import sign_in
from tests.factories.accounts import SessionFactory, UserFactory


def root_role() -> Role:
    return Role.objects.get(group__name="super_admin")


WAYS_OUT: dict[str, Callable[[User], object]] = {
    "deleted": lambda root: users.delete_user(actor=None, user=root),
    "made inactive": lambda root: users.update_user(
        actor=root, user=root, changes={"status": "inactive"}
    ),
    "locked": lambda root: users.update_user(actor=root, user=root, changes={"status": "locked"}),
    "without roles": lambda root: users.set_roles(actor=root, user=root, roles=[]),
    "demoted": lambda root: users.set_roles(
        actor=root, user=root, roles=[Role.objects.get(group__name="viewer")]
    ),
    "taken out of the role": lambda root: members.remove(
        actor=root, role=root_role(), username=root.username
    ),
    "given an end": lambda root: roles.assign_role(
        actor=root,
        user=root,
        role_name="super_admin",
        valid_until=timezone.now() + timedelta(days=1),
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_last_super_administrator_stays(way: str) -> None:
    root = UserFactory(roles=["super_admin"])
    UserFactory(roles=["super_admin"], status="inactive")

    with pytest.raises(NotAllowed, match="last active super administrator"):
        WAYS_OUT[way](root)

    kept = User.objects.get(pk=root.pk)
    assert kept.is_active
    assert kept.is_superuser
    assert RoleAssignment.objects.get(user=kept).valid_until is None


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS_OUT)
def test_one_of_two_may_go(way: str) -> None:
    root, _ = UserFactory(roles=["super_admin"]), UserFactory(roles=["super_admin"])

    WAYS_OUT[way](root)


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS_OUT)
def test_who_has_no_password_here_does_not_free_the_other(way: str) -> None:
    root, remote = UserFactory(roles=["super_admin"]), UserFactory(roles=["super_admin"])
    remote.set_unusable_password()
    remote.save()

    with pytest.raises(NotAllowed, match="last active super administrator"):
        WAYS_OUT[way](root)

    assert User.objects.get(pk=root.pk).is_superuser


@pytest.mark.django_db
def test_a_super_administrator_with_an_end_does_not_free_the_other() -> None:
    root, guest = UserFactory(roles=["super_admin"]), UserFactory()
    roles.assign_role(
        actor=root,
        user=guest,
        role_name="super_admin",
        valid_until=timezone.now() + timedelta(days=1),
    )

    with pytest.raises(NotAllowed):
        users.set_roles(actor=guest, user=root, roles=[])


@pytest.mark.django_db
def test_the_role_itself_can_be_neither_changed_nor_deleted() -> None:
    root = UserFactory(roles=["super_admin"])

    for change in (
        lambda: roles.update_role(actor=root, role=root_role(), codes=[]),
        lambda: roles.delete_role(actor=root, role=root_role()),
    ):
        with pytest.raises(DomainError):
            change()

    assert root_role().group.permissions.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_leave_at_once_leave_one_behind() -> None:
    people = [UserFactory(roles=["super_admin"]) for _ in range(2)]
    gate, told = threading.Barrier(2), []

    def leave(person: User) -> None:
        try:
            gate.wait()
            users.set_roles(actor=None, user=person, roles=[])
            told.append("gone")
        except NotAllowed:
            told.append("stays")
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["gone", "stays"]
    assert RoleAssignment.objects.filter(role=root_role()).count() == 1


@pytest.mark.django_db
def test_a_lesser_person_does_not_touch_a_super_administrators_account() -> None:
    root, boss = UserFactory(roles=["super_admin"]), UserFactory(roles=["admin"])

    for change in (
        lambda: users.update_user(actor=boss, user=root, changes={"email": "x@example.net"}),
        lambda: users.delete_user(actor=boss, user=root),
        lambda: users.drop_second_factor(actor=boss, user=root),
    ):
        with pytest.raises(NotAllowed):
            change()

    assert User.objects.get(pk=root.pk).email == root.email


@pytest.mark.django_db
def test_the_command_lets_a_locked_out_super_administrator_back_in_and_is_audited() -> None:
    root = UserFactory(username="root", status="inactive", two_factor_enabled=True)
    root.locked_until, root.failed_login_attempts = timezone.now() + timedelta(hours=1), 5
    root.save()
    SessionFactory(user=root)
    out = io.StringIO()

    call_command("recover_access", "ROOT", stdout=out)

    password = out.getvalue().splitlines()[-1]
    data = sign_in("root", password).json()["data"]
    assert data["password_expired"] is True
    assert data["user"]["roles"] == ["super_admin"]
    entry = AuditEntry.objects.get(verb="user.recovered")
    assert (entry.actor_name, entry.channel, entry.object_id) == ("system", "command", str(root.pk))
    assert password not in str(AuditEntry.objects.values_list("after", "before"))


@pytest.mark.django_db
def test_the_command_makes_the_account_when_there_is_none() -> None:
    out = io.StringIO()

    call_command("recover_access", "rescue", stdout=out)

    assert User.objects.get(username="rescue").is_superuser
