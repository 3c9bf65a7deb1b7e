"""Pages of people and trust: they open, save, refuse, and show no secret."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, Role, Session, User
from accounts.services import api_keys, audit, roles
from accounts.services.roles import permission_rows
from inventory_site.core.errors import NotAllowed
from tests.factories.accounts import (
    ApiKeyFactory,
    AuditEntryFactory,
    SessionFactory,
    UserFactory,
)

USERS = "/admin/accounts/user/"
KEYS = "/admin/accounts/apikey/"
AUDIT = "/admin/accounts/auditentry/"

pytestmark = pytest.mark.django_db


def user_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "username": "jana",
        "email": "jana@example.net",
        "first_name": "Jana",
        "last_name": "",
        "display_name": "",
        "status": "active",
        "timezone": "Europe/Prague",
        "roles": [Role.objects.get(group__name="viewer").pk],
    }
    return {**fields, **changes}


def test_an_account_is_made_on_its_page(admin_page: Client) -> None:
    answer = admin_page.post(
        f"{USERS}add/", user_fields(password="a Long-enough pass1word"), follow=True
    )
    made = User.objects.get(username="jana")

    assert answer.redirect_chain == [(f"{USERS}{made.pk}/change/", 302)]
    assert "Jana is saved." in answer.content.decode()
    assert (made.timezone, list(made.held_roles)) == ("Europe/Prague", ["viewer"])
    assert made.created_by == admin_page.user


def test_a_refused_account_keeps_the_typing_and_writes_nothing(admin_page: Client) -> None:
    answer = admin_page.post(f"{USERS}add/", user_fields(password="short", last_name="Typed"))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "Password must be at least 12 characters" in page
    assert 'value="Typed"' in page
    assert "short" not in re.findall(r'value="([^"]*)"', page)
    assert not User.objects.filter(username="jana").exists()


def test_a_refusal_of_the_service_stands_on_the_form(admin_page: Client) -> None:
    root = admin_page.user
    fields = user_fields(username=root.username, email=root.email, roles=[], first_name="Typed")

    answer = admin_page.post(f"{USERS}{root.pk}/change/", fields)
    page = answer.content.decode()
    root.refresh_from_db()

    assert "is the last active super administrator and has to stay one." in page
    assert 'value="Typed"' in page
    assert (root.first_name, root.role_assignments.count()) == ("", 1)


def test_a_name_taken_in_another_case_is_refused_at_the_form(admin_page: Client) -> None:
    UserFactory(username="JANA", email="other@example.net")

    answer = admin_page.post(f"{USERS}add/", user_fields())

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert User.objects.filter(username__iexact="jana").count() == 1


def test_a_person_with_edit_but_not_the_rights_cannot_raise_anybody(client: Client) -> None:
    admin_user = UserFactory(roles=["admin"])
    client.force_login(admin_user)
    super_role = Role.objects.get(group__name="super_admin")

    answer = client.post(f"{USERS}add/", user_fields(roles=[super_role.pk]))

    assert "Only a super administrator gives or takes" in answer.content.decode()
    assert not User.objects.filter(username="jana").exists()


def test_the_page_explains_what_the_account_may_do_and_why(admin_page: Client) -> None:
    user = UserFactory(roles=["read_only"])

    page = admin_page.get(f"{USERS}{user.pk}/change/").content.decode()

    assert "network_routes:view" in page
    assert "Read only" in page
    assert "network_routes:edit" not in page


@pytest.mark.parametrize("tab", ["may", "sessions", "keys", "actions", "details", "nonsense"])
def test_every_tab_of_a_person_opens(admin_page: Client, tab: str) -> None:
    user = UserFactory(roles=["operator"])
    SessionFactory(user=user)
    ApiKeyFactory(user=user)
    audit.record(user, "user.changed", user)

    answer = admin_page.get(f"{USERS}{user.pk}/change/", {"tab": tab})

    assert answer.status_code == 200


def test_a_tab_without_permission_is_not_there(client: Client) -> None:
    person = UserFactory(roles=["viewer"])
    viewer = Role.objects.get(group__name="viewer")
    viewer.group.permissions.set(permission_rows(frozenset({"accounts.view_user"})))
    client.force_login(person)

    page = client.get(f"{USERS}{person.pk}/change/?tab=keys").content.decode()

    assert "?tab=keys" not in page
    assert "?tab=may" in page


def test_an_account_that_may_only_be_seen_shows_no_form(client: Client) -> None:
    person = UserFactory(roles=["viewer"])
    viewer = Role.objects.get(group__name="viewer")
    viewer.group.permissions.set(permission_rows(frozenset({"accounts.view_user"})))
    client.force_login(person)

    page = client.get(f"{USERS}{person.pk}/change/?tab=details").content.decode()
    refused = client.post(f"{USERS}{person.pk}/change/", user_fields())

    assert 'name="username"' not in page
    assert 'name="_save"' not in page
    assert refused.status_code == 403


def test_no_page_shows_a_password_hash(admin_page: Client) -> None:
    user = UserFactory()

    for tab in ("may", "details", "sessions"):
        page = admin_page.get(f"{USERS}{user.pk}/change/?tab={tab}").content.decode()
        assert user.password not in page
        assert "md5$" not in page


def test_a_session_is_ended_from_its_page(admin_page: Client) -> None:
    session = SessionFactory()
    address = reverse("admin:accounts_session_verb", args=["revoke"])

    admin_page.post(address, {"ids": session.pk, "confirm": "1"})

    assert not Session.objects.usable().filter(pk=session.pk).exists()
    entry = AuditEntry.objects.get(verb="session.revoked")
    assert (entry.actor, entry.object_id) == (admin_page.user, str(session.user_id))


def test_visitors_without_an_account_are_not_listed(admin_page: Client) -> None:
    SessionFactory(user=None)
    rows = admin_page.get("/admin/accounts/session/").context["rows"]

    assert len(rows) == 1  # the signed-in person's own


def test_no_page_of_sessions_shows_a_token_hash(admin_page: Client) -> None:
    session = SessionFactory()

    for path in ("/admin/accounts/session/", f"/admin/accounts/session/{session.pk}/change/"):
        assert session.token_hash not in admin_page.get(path).content.decode()


def key_fields(user: User, **changes: Any) -> dict[str, Any]:
    fields = {"user": user.pk, "name": "nightly", "scopes": ["locations:view"], "ends_on": ""}
    return {**fields, "addresses": "10.0.0.0/8\n192.0.2.7", **changes}


def test_a_key_is_shown_once_and_works(admin_page: Client, client: Client) -> None:
    owner = UserFactory(roles=["viewer"])

    answer = admin_page.post(f"{KEYS}add/", key_fields(owner))
    secret = re.search(r"pb_[\w-]{43}", answer.content.decode())
    key = ApiKey.objects.get()

    assert secret is not None
    assert "no-store" in answer.headers["Cache-Control"]
    assert api_keys.user_of_key(secret.group(), address="10.1.1.1") == (owner, key)
    assert key.allowed_ips == ["10.0.0.0/8", "192.0.2.7/32"]
    for path in (KEYS, f"{KEYS}{key.pk}/change/", f"{KEYS}?export=csv"):
        page = admin_page.get(path)
        text = b"".join(page.streaming_content) if page.streaming else page.content
        assert secret.group() not in text.decode()
        assert key.key_hash not in text.decode()
    assert secret.group() not in str(AuditEntry.objects.values())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["nonsense"]}, "nonsense is not one of the available choices."),
        ({"addresses": "10.0.0.0/99"}, "Invalid IP address: 10.0.0.0/99"),
        ({"ends_on": "2020-01-01"}, "This day is over."),
    ],
)
def test_a_refused_key_keeps_the_typing_and_makes_nothing(
    admin_page: Client, change: dict[str, Any], sentence: str
) -> None:
    answer = admin_page.post(f"{KEYS}add/", key_fields(UserFactory(roles=["viewer"]), **change))
    page = answer.content.decode()

    assert sentence in page
    assert 'value="nightly"' in page
    assert not ApiKey.objects.exists()


def test_a_key_lasts_until_the_end_of_its_last_day(admin_page: Client) -> None:
    day = timezone.localdate() + timedelta(days=2)

    admin_page.post(
        f"{KEYS}add/", key_fields(UserFactory(roles=["viewer"]), ends_on=day.isoformat())
    )

    ends = timezone.localtime(ApiKey.objects.get().expires_at)
    assert (ends.date(), ends.hour) == (day + timedelta(days=1), 0)


def test_nobody_hands_out_a_key_that_does_more_than_they_may() -> None:
    maker, owner = UserFactory(roles=["operator"]), UserFactory(roles=["super_admin"])

    with pytest.raises(NotAllowed):
        api_keys.create_api_key(
            actor=maker, user=owner, name="trick", scopes=["system.users.create"]
        )

    assert not ApiKey.objects.exists()


def test_a_revoked_key_says_so(admin_page: Client) -> None:
    key = ApiKeyFactory()
    address = reverse("admin:accounts_apikey_verb", args=["revoke"])

    page = admin_page.post(address, {"ids": key.pk, "confirm": "1"}, follow=True).content.decode()

    assert "Revoked" in page
    assert not ApiKey.objects.usable().exists()


def test_the_grid_of_a_role_says_what_it_gives(admin_page: Client) -> None:
    role = Role.objects.get(group__name="read_only")

    answer = admin_page.get(f"/admin/accounts/role/{role.pk}/change/")
    areas = answer.context["tab_context"]["areas"]
    routes = next(area for area in areas if area.title == "Routes")
    locations = next(row for row in routes.rows if row.thing == "locations")

    assert locations.cells == [True, False, False, False]


def test_a_seeded_role_changes_its_permissions_and_not_its_name(admin_page: Client) -> None:
    role = Role.objects.get(group__name="viewer")

    admin_page.post(
        f"/admin/accounts/role/{role.pk}/change/",
        {"display_name": "Changed", "permissions": ["stock.view"]},
    )
    role.refresh_from_db()

    assert role.display_name == "Viewer"
    assert roles.names_of(role) == ["stock.view"]


def test_the_role_that_may_everything_is_not_changed(admin_page: Client) -> None:
    role = Role.objects.get(group__name="super_admin")

    answer = admin_page.post(f"/admin/accounts/role/{role.pk}/change/", {"permissions": []})

    assert answer.status_code == 403
    assert role.group.permissions.exists()


def test_a_role_is_made_with_its_permissions(admin_page: Client) -> None:
    fields = {"name": "Night Watch", "display_name": "Night watch", "permissions": ["jobs.job.run"]}

    admin_page.post("/admin/accounts/role/add/", fields)

    made = Role.objects.get(group__name="night_watch")
    assert (made.display_name, roles.names_of(made)) == ("Night watch", ["jobs.job.run"])


def test_a_role_is_given_with_an_end_from_the_person_s_page(admin_page: Client) -> None:
    person, viewer = UserFactory(), Role.objects.get(group__name="viewer")

    answer = admin_page.post(
        f"{USERS}verbs/give_role/",
        {"ids": person.pk, "confirm": "1", "role": viewer.pk, "until": "2100-01-01T12:00"},
    )

    assert answer.status_code == 302, answer.content.decode()
    assert person.role_assignments.get().valid_until.year == 2100


def test_audit_reads_as_sentences(admin_page: Client) -> None:
    AuditEntryFactory(
        actor_name="jana",
        verb="channel.released",
        channel="admin",
        object_label="CH34 on LONSNG420017",
    )

    names = [row.name for row in admin_page.get(AUDIT).context["rows"]]

    assert names == ["jana released channel CH34 on LONSNG420017 in the admin"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("actor=none", 2),
        ("actor=x", 3),
        ("verb=route.changed", 1),
        ("object_type=networkroutes.networkroute", 2),
        ("object_type=networkroutes.networkroute&object_id=7", 1),
        ("outcome__exact=refused", 1),
        ("since=hour", 2),
        ("since=nonsense", 3),
        ("q=LONSNG", 1),
    ],
)
def test_audit_chips_narrow_and_combine(admin_page: Client, query: str, count: int) -> None:
    route = "networkroutes.networkroute"
    AuditEntryFactory(object_type=route, object_id="7", object_label="LONSNG420017")
    AuditEntryFactory(
        object_type=route,
        object_id="8",
        verb="route.changed",
        at=timezone.now() - timedelta(days=2),
    )
    AuditEntryFactory(actor=admin_page.user, outcome="refused")

    assert len(admin_page.get(f"{AUDIT}?{query}").context["rows"]) == count


def test_an_entry_shows_before_and_after_side_by_side(admin_page: Client) -> None:
    entry = AuditEntryFactory(before={"mtu": 1500, "same": 1}, after={"mtu": 9000, "same": 1})

    answer = admin_page.get(f"{AUDIT}{entry.pk}/change/")

    assert answer.context["tab_context"]["rows"] == [
        ("MTU", 1500, 9000, True),
        ("Same", 1, 1, False),
    ]


def test_an_entry_cannot_be_changed_or_removed(admin_page: Client) -> None:
    entry = AuditEntryFactory()

    assert admin_page.post(f"{AUDIT}{entry.pk}/change/", {"verb": "x"}).status_code == 403
    assert admin_page.post(f"{AUDIT}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_page.get(f"{AUDIT}add/").status_code == 403
    assert AuditEntry.objects.filter(pk=entry.pk, verb="test.happened").exists()
