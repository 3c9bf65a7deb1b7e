"""What accounts, policy and settings refuse, in both families; and the network inventory's part."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, EnterpriseUserRole, PasswordPolicy, Setting, User
from accounts.permissions import (
    DEVICES,
    FABRICATION,
    JOBS,
    STOCK,
    SYSTEM,
    django_permissions,
)
from accounts.services import roles
from inventory_site.core.registry import sidebar
from networkroutes.policy import open_actor
from tests.accounts.ways import V1, A, error, role, sign_in
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("base", [A, V1])
NEW = {"username": "new.one", "email": "new.one@example.net", "password": PASSWORD}


@BOTH
@pytest.mark.parametrize("blank", ["", "   ", None])
@pytest.mark.parametrize("field", ["username", "email"])
def test_a_blank_name_or_address_is_missing(api: Any, base: str, field: str, blank: Any) -> None:
    answer = api("admin").post(f"{base}/users", {**NEW, field: blank})

    assert error(answer) == (400, "VALIDATION_ERROR", f"{field} is required")
    assert not User.objects.filter(email="new.one@example.net").exists()


@BOTH
def test_names_are_trimmed_before_they_are_compared(api: Any, base: str) -> None:
    boss = api("admin")
    made = boss.post(f"{base}/users", {**NEW, "username": " new.one ", "email": NEW["email"]})
    again = boss.post(f"{base}/users", {**NEW, "username": "NEW.ONE ", "email": "b@example.net"})

    assert made.json()["data"]["user"]["username"] == "new.one"
    assert error(again) == (400, "VALIDATION_ERROR", "Username or email already exists")


@BOTH
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("first_name", "a\x00b"),
        ("preferences", {"a": "b\x00"}),
        ("avatar_url", "javascript:alert(1)"),
    ],
)
def test_what_no_page_can_use_is_refused(api: Any, base: str, field: str, value: Any) -> None:
    person = UserFactory()
    own = api.as_user(person).put(f"{base.replace(V1, V1 + '/auth')}/me", {field: value})
    other = api("admin").put(f"{base}/users/{person.pk}", {field: value})

    for answer in (own, other):
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, field)
    assert getattr(User.objects.get(pk=person.pk), field) == getattr(person, field)


@pytest.mark.parametrize("value", [True, 12.7, "many", None, -1])
def test_a_rule_s_number_is_a_whole_number(api: Any, value: Any) -> None:
    answer = api("admin").put(f"{A}/password-policy", {"min_length": value})

    assert answer.status_code == 400
    assert PasswordPolicy.objects.get().min_length == 12


@pytest.mark.parametrize("path", ["/api/logging/settings", "/system/v1/logging/settings"])
def test_settings_of_logging_are_stored_all_or_none(api: Any, path: str) -> None:
    answer = api("admin").put(path, {"log_level": "DEBUG", "backup_count": "three"})

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "value")
    assert not Setting.objects.exists()


def test_names_of_a_directory_lose_roles_in_both_families(api: Any) -> None:
    boss, viewer = api("super_admin"), role("viewer")
    for name in ("ann", "bob"):
        EnterpriseUserRole.objects.create(username=name, role=viewer)

    one = boss.delete(f"{V1}/enterprise-users/ANN/roles/{viewer.pk}")
    all_of = boss.delete(f"{V1}/enterprise-users/bob")

    assert (one.json()["message"], all_of.json()["message"]) == (
        "Removed 'ANN' from role",
        "Removed 'bob'",
    )
    assert not EnterpriseUserRole.objects.exists()
    assert boss.delete(f"{V1}/enterprise-users/bob").status_code == 404


@pytest.mark.parametrize("table", [SYSTEM, JOBS, DEVICES, STOCK, FABRICATION])
def test_a_role_of_one_name_gives_that_name_alone(table: dict[str, Any]) -> None:
    made = roles.create_role(
        actor=UserFactory(roles=["super_admin"]), name="one", display_name="One"
    )

    for code in table:
        made.group.permissions.set(roles.permission_rows(django_permissions([code])))
        assert roles.names_of(made) == [code]


MATRIX = {
    "network_routes": ("VCED", "VCE-", "V---"),
    "locations": ("VCED", "VCE-", "V---"),
    "carriers": ("VCED", "VCE-", "V---"),
    "cnx_colocation": ("VCED", "VCE-", "V---"),
    "network_design": ("VCED", "VCE-", "VCE-"),
    "exchange_rates": ("VCED", "V---", "V---"),
    "exchange_data": ("VCED", "V-E-", "V---"),
    "change_logs": ("V---", "V---", "----"),
    "user_management": ("VCED", "----", "----"),
}


@pytest.mark.parametrize("module", MATRIX)
def test_the_matrix_of_the_network_inventory_is_the_contract_s(module: str) -> None:
    verbs = ("view", "create", "edit", "delete")

    def line(name: str) -> str:
        held = roles.names_of(role(name))
        return "".join(v[0].upper() if f"{module}:{v}" in held else "-" for v in verbs)

    found = tuple(line(name) for name in ("administrator", "provisioner", "read_only"))
    assert found == MATRIX[module]


def test_open_mode_gives_strangers_nothing_of_people() -> None:
    actor = open_actor("full")

    assert actor is not None
    assert not [perm for perm in actor.held if perm.startswith("accounts.") and "user" in perm]


@BOTH
def test_a_module_is_hidden_in_the_menu_and_grants_nothing(api: Any, base: str) -> None:
    person = UserFactory(roles=["viewer"])
    path = f"{base}/users/{person.pk}/modules"
    boss = api("admin")

    before = boss.get(path).json()["data"]["modules"]
    after = boss.put(path, {"modules": {"locations": False, "user_management": True}})

    assert set(before.values()) == {True}
    assert after.json()["data"]["modules"] == {**before, "locations": False}
    person = User.objects.get(pk=person.pk)
    assert person.has_perm("networkroutes.view_location")
    assert not person.has_perm("accounts.view_user")
    assert sign_in(person.username).json()["data"]["user"]["module_visibility"] == {
        **before,
        "locations": False,
    }
    assert AuditEntry.objects.filter(verb="user.modules_shown").count() == 1


@pytest.mark.parametrize("sent", [None, [], {"colour": True}, {"locations": "no"}])
def test_unknown_modules_are_refused(api: Any, sent: Any) -> None:
    person = UserFactory()

    answer = api("admin").put(f"{A}/users/{person.pk}/modules", {"modules": sent})

    assert answer.status_code == 400
    assert User.objects.get(pk=person.pk).module_visibility == {}


def test_a_hidden_module_is_not_in_the_sidebar(admin_page: Any) -> None:
    entry = sidebar.get("routes.locations")
    shown = admin_page.get("/admin/networkroutes/networkroute/").content.decode()
    User.objects.filter(pk=admin_page.user.pk).update(module_visibility={"locations": False})
    hidden = admin_page.get("/admin/networkroutes/networkroute/").content.decode()

    link = 'href="/admin/networkroutes/location/"'
    assert entry.module == "locations"
    assert (link in shown, link in hidden) == (True, False)
    assert admin_page.get("/admin/networkroutes/location/").status_code == 200


@BOTH
def test_a_one_time_password_is_shown_once_and_has_to_be_changed(api: Any, base: str) -> None:
    person = UserFactory(roles=["viewer"])

    answer = api("admin").post(f"{base}/users/{person.pk}/reset-password")

    secret = answer.json()["data"]["temporary_password"]
    signed = sign_in(person.username, secret).json()["data"]
    assert (answer.json()["data"]["message"], answer["Cache-Control"]) == (
        "Password reset",
        "no-store",
    )
    assert signed["password_expired"] is True
    assert sign_in(person.username).status_code == 401
    assert secret not in str(list(AuditEntry.objects.values()))


@BOTH
def test_a_one_time_password_is_not_for_higher_accounts(api: Any, base: str) -> None:
    chief = UserFactory(roles=["super_admin"])

    refused = api("admin").post(f"{base}/users/{chief.pk}/reset-password")

    assert refused.status_code == 403
    assert sign_in(chief.username).status_code == 200
    assert api("viewer").post(f"{base}/users/{chief.pk}/reset-password").status_code == 403


@BOTH
def test_nobody_deletes_their_own_account(api: Any, base: str) -> None:
    boss = api("admin")

    answer = boss.delete(f"{base}/users/{boss.user.pk}")

    assert error(answer) == (403, "FORBIDDEN", "Nobody deletes their own account.")
    assert User.objects.filter(pk=boss.user.pk).exists()


@BOTH
@pytest.mark.parametrize("status", ["active", "inactive"])
def test_nobody_takes_over_an_account_that_may_do_more(api: Any, base: str, status: str) -> None:
    higher = UserFactory(roles=["admin"], status=status)
    clerk, path = api("administrator"), f"{base}/users/{higher.pk}"

    answers = [
        clerk.put(path, {"email": "mine@example.net"}),
        clerk.put(path, {"status": "active"}),
        clerk.post(f"{path}/reset-password"),
        clerk.put(f"{path}/modules", {"modules": {"locations": False}}),
        clerk.put(f"{path}/roles", {"role_ids": []}),
        clerk.delete(path),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    kept = User.objects.get(pk=higher.pk)
    assert (kept.email, kept.status, kept.password) == (
        higher.email,
        status,
        higher.password,
    )
    lower = UserFactory(roles=["provisioner"])
    assert clerk.put(f"{base}/users/{lower.pk}", {"first_name": "Eva"}).status_code == 200
