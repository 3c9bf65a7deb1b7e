"""Accounts are made and changed by services, within what the actor holds."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.choices import UserStatus
from accounts.models import AuditEntry, RoleAssignment, Session, User
from accounts.selectors.names import roles_with_names
from accounts.services import members, roles, users
from inventory_site.core.errors import DomainError, InvalidInput, NotAllowed
from inventory_site.core.locks import guarded
from tests.accounts.ways import role
from tests.factories.accounts import RoleFactory, SessionFactory, UserFactory


@pytest.mark.django_db
def test_an_account_is_made_with_its_roles_and_told_in_the_audit() -> None:
    root = UserFactory(roles=["super_admin"])

    made = users.create_user(
        actor=root,
        username="jana",
        email="Jana@Example.net",
        password="a Long-enough pass1word",
        roles=[role("operator")],
    )

    assert (made.email, made.created_by) == ("jana@example.net", root)
    assert made.check_password("a Long-enough pass1word")
    assert list(made.held_roles) == ["operator"]
    entries = AuditEntry.objects.about("accounts.user", made.pk).order_by("pk")
    assert [entry.verb for entry in entries] == ["user.created", "user.roles_changed"]
    assert "a Long-enough pass1word" not in str(entries[0].after)


@pytest.mark.django_db
def test_an_account_without_a_password_cannot_sign_in() -> None:
    made = users.create_user(actor=None, username="robot")

    assert not made.has_usable_password()
    assert made.email is None


@pytest.mark.django_db
def test_a_name_that_is_taken_in_another_case_is_refused_and_nothing_is_written() -> None:
    UserFactory(username="jana")

    with pytest.raises(InvalidInput, match="Username or email already exists"):
        users.create_user(actor=None, username="JANA")

    assert User.objects.count() == 1
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_a_short_password_is_refused_at_its_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        users.create_user(actor=None, username="jana", password="short")

    assert list(caught.value.fields) == ["password"]
    assert not User.objects.exists()


@pytest.mark.django_db
def test_only_known_fields_can_be_set() -> None:
    with pytest.raises(InvalidInput):
        users.update_user(actor=None, user=UserFactory(), changes={"password": "x"})


@pytest.mark.django_db
def test_locking_an_account_ends_its_sessions() -> None:
    user = UserFactory()
    session = SessionFactory(user=user)

    users.update_user(actor=None, user=user, changes={"status": UserStatus.LOCKED})
    session.refresh_from_db()

    assert session.revoked_reason == "account ended"
    assert not Session.objects.usable().filter(user=user).exists()


@pytest.mark.django_db
def test_a_change_that_changes_nothing_leaves_no_entry() -> None:
    user = UserFactory(first_name="Jana")

    users.update_user(actor=None, user=user, changes={"first_name": "Jana"})

    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["super_admin", "admin"])
def test_nobody_gives_a_role_that_gives_more_than_they_hold(name: str) -> None:
    operator, target = UserFactory(roles=["operator"]), UserFactory()

    with pytest.raises(NotAllowed):
        users.set_roles(actor=operator, user=target, roles=[role(name)])

    assert not target.role_assignments.exists()


@pytest.mark.django_db
def test_an_administrator_does_not_take_super_admin_from_anybody() -> None:
    UserFactory(roles=["super_admin"])
    target = UserFactory(roles=["super_admin"])

    with pytest.raises(NotAllowed):
        users.set_roles(actor=UserFactory(roles=["admin"]), user=target, roles=[])

    assert target.role_assignments.count() == 1


@pytest.mark.django_db
def test_a_role_that_stays_keeps_its_end() -> None:
    user = UserFactory(roles=["viewer"])
    end = RoleAssignment.objects.get().assigned_at + timedelta(days=1)
    RoleAssignment.objects.update(valid_until=end)

    users.set_roles(actor=None, user=user, roles=[role("viewer"), role("operator")])

    kept = RoleAssignment.objects.get(user=user, role=role("viewer"))
    assert kept.valid_until == end


@pytest.mark.django_db
def test_a_role_that_has_ended_is_given_anew_and_stands_in_nobodys_way() -> None:
    root, user, made = UserFactory(roles=["super_admin"]), UserFactory(), RoleFactory()
    over = RoleAssignment.objects.get().assigned_at - timedelta(days=1)
    for held in (role("viewer"), role("operator"), made):
        RoleAssignment.objects.create(user=user, role=held, valid_until=over)

    users.set_roles(actor=root, user=user, roles=[role("viewer")])
    members.add_local(actor=root, role=role("operator"), username=user.username)
    (shown,) = roles_with_names(pk=made.pk)
    roles.delete_role(actor=root, role=made)

    assert shown["user_count"] == 0
    kept = RoleAssignment.objects.filter(user=user).order_by("role__group__name")
    assert list(kept.values_list("role__group__name", "valid_until")) == [
        ("operator", None),
        ("viewer", None),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["role", "status"])
def test_the_last_active_super_administrator_stays_one(way: str) -> None:
    root = UserFactory(roles=["super_admin"])
    UserFactory(roles=["super_admin"], status=UserStatus.INACTIVE)

    with pytest.raises(NotAllowed):
        if way == "role":
            users.set_roles(actor=root, user=root, roles=[])
        else:
            users.update_user(actor=root, user=root, changes={"status": UserStatus.INACTIVE})

    root.refresh_from_db()
    assert (root.status, root.role_assignments.count()) == (UserStatus.ACTIVE, 1)


@pytest.mark.django_db(transaction=True)
def test_two_super_administrators_who_leave_at_once_leave_one(rounds: int) -> None:
    for _ in range(rounds):
        User.objects.all().delete()
        pair = [UserFactory(roles=["super_admin"]) for _ in range(2)]
        gate = threading.Barrier(2)
        outcomes: list[str] = []

        def leave(user: User, gate: Any = gate, outcomes: list[str] = outcomes) -> None:
            try:
                gate.wait()
                with guarded():
                    users.update_user(
                        actor=user, user=user, changes={"status": UserStatus.INACTIVE}
                    )
                outcomes.append("left")
            except DomainError:
                outcomes.append("refused")
            finally:
                connection.close()

        threads = [threading.Thread(target=leave, args=(user,)) for user in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(outcomes) == ["left", "refused"]
        assert User.objects.filter(status=UserStatus.ACTIVE).count() == 1
