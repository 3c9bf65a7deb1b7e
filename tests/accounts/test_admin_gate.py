"""The admin's own sign-in: lock-out, second step, expired passwords, one's own account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, PasswordPolicy, Session, User
from accounts.services import second_factor
from tests.accounts.ways import NEW_PASSWORD, code_of
from tests.factories.accounts import PASSWORD, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db
LOGIN, STEP, ACCOUNT = "/admin/login/", "/admin/login/second-step/", "/admin/account/"
POLICY = "/admin/password-policy/"


def enter(client: Client, person: User, password: str = PASSWORD, **more: str) -> Any:
    """Fill the sign-in form."""
    return client.post(LOGIN, {"username": person.username, "password": password, **more})


def second_factor_of(person: User) -> str:
    """Switch it on; return the secret."""
    made = second_factor.set_up(user=person)
    second_factor.enable(user=person, session=None, code=code_of(made.secret))
    return made.secret


def test_a_password_opens_the_admin_where_no_second_factor_is_on(client: Client) -> None:
    person = UserFactory(roles=["viewer"])

    answer = enter(client, person, next="/admin/accounts/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/accounts/")
    assert client.get("/admin/").status_code == 200
    assert AuditEntry.objects.get(verb="session.opened").channel == "admin"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:x",
        "/api/snmp/system/192.0.2.1?credential_id=1",
        "/admin/../api/snmp/system/192.0.2.1",
        "/api/%73nmp/system/192.0.2.1",
        "../../api/snmp/system/192.0.2.1",
    ],
)
def test_the_sign_in_leads_to_no_other_site_and_to_no_call(client: Client, wanted: str) -> None:
    answer = enter(client, UserFactory(roles=["viewer"]), next=wanted)

    assert answer["Location"] == "/admin/"


def test_bad_sign_ins_lock_here_too(client: Client) -> None:
    person = UserFactory(roles=["viewer"])

    pages = [enter(client, person, "wrong").content.decode() for _ in range(6)]

    assert "Invalid username or password" in pages[4]
    assert "Account locked. Try again later." in pages[5]
    assert "Account locked" in enter(client, person).content.decode()
    assert client.get("/admin/").status_code == 302


def test_the_second_step_stands_between_password_and_admin(client: Client) -> None:
    person = UserFactory(roles=["viewer"])
    secret = second_factor_of(person)

    first = enter(client, person, next="/admin/accounts/")
    between = client.get("/admin/")
    wrong = client.post(first["Location"], {"code": "000000"})
    right = client.post(first["Location"], {"code": code_of(secret, steps=1)})

    assert first["Location"].startswith(STEP)
    assert between.status_code == 302
    assert "Invalid verification code" in wrong.content.decode()
    assert (right.status_code, right["Location"]) == (302, "/admin/accounts/")
    assert client.get("/admin/").status_code == 200
    assert Session.objects.opening().get(user=person).two_factor_verified


def test_the_second_step_without_the_first_leads_back(client: Client) -> None:
    person = UserFactory(roles=["viewer"])
    secret = second_factor_of(person)

    answer = client.post(STEP, {"code": code_of(secret)})

    assert answer["Location"].startswith(LOGIN)
    assert not Session.objects.filter(user=person).exists()


def test_django_s_own_sign_in_opens_nothing_past_the_second_factor(client: Client) -> None:
    person = UserFactory(roles=["viewer"])
    second_factor_of(person)

    client.force_login(person)

    assert client.get("/admin/").status_code == 302


def test_a_pure_client_role_stays_out(client: Client) -> None:
    person = UserFactory(roles=["lab_researcher"])

    answer = enter(client, person)

    assert "may not open the admin" in answer.content.decode()
    assert not Session.objects.opening().filter(user=person).exists()


def test_an_expired_password_may_only_be_changed(client: Client) -> None:
    person = UserFactory(roles=["viewer"], password_changed_at=timezone.now() - timedelta(days=90))

    answer = enter(client, person)
    stopped = client.get("/admin/")
    api = client.get("/api/auth/me")
    changed = client.post(
        "/admin/password_change/",
        {"current": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD},
    )

    assert answer["Location"] == "/admin/password_change/"
    assert (stopped.status_code, stopped["Location"]) == (302, "/admin/password_change/")
    assert (api.status_code, api.json()["error"]["code"]) == (403, "PASSWORD_EXPIRED")
    assert changed.status_code == 302
    assert client.get("/admin/").status_code == 200
    assert User.objects.get(pk=person.pk).check_password(NEW_PASSWORD)


def test_a_refused_new_password_is_explained(admin_page: Client) -> None:
    answer = admin_page.post(
        "/admin/password_change/", {"current": PASSWORD, "new": "short", "again": "short"}
    )

    assert "Password must be at least 12 characters" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/admin/password_change/", {"current": "guess", "new": "x", "again": "x"}),
        ("/admin/account/second-factor/off/", {"password": "guess"}),
    ],
)
def test_a_found_session_does_not_guess_its_password(
    admin_page: Client, settings: Any, path: str, body: dict[str, str]
) -> None:
    cache.clear()
    settings.THROTTLE_SCALE = 0.1

    forms = [admin_page.post(path, body).context["form"] for _ in range(3)]

    said = ["Too many attempts at this account; wait a minute." in str(form) for form in forms]
    assert said == [False, False, True]


def test_the_second_factor_is_set_up_on_the_account_page(admin_page: Client) -> None:
    page = admin_page.post("/admin/account/second-factor/", {"begin": "1"}).content.decode()
    elsewhere = SessionFactory(user=admin_page.user)
    secret = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))
    codes = re.findall(r"<li><code>([0-9A-F]{8})</code>", page)

    wrong = admin_page.post("/admin/account/second-factor/", {"code": "000000"})
    done = admin_page.post("/admin/account/second-factor/", {"code": code_of(secret)}, follow=True)

    assert (len(secret), len(codes)) == (32, 10)
    assert 'src="data:image/svg+xml' in page
    assert "Invalid verification code" in wrong.content.decode()
    assert "10 backup codes left" in done.content.decode()
    assert codes[0] not in admin_page.get(ACCOUNT).content.decode()
    elsewhere.refresh_from_db()
    assert elsewhere.revoked_at is not None


def test_switching_it_off_asks_for_the_password(admin_page: Client) -> None:
    page = admin_page.post("/admin/account/second-factor/", {"begin": "1"}).content.decode()
    secret = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))
    admin_page.post("/admin/account/second-factor/", {"code": code_of(secret)})

    wrong = admin_page.post("/admin/account/second-factor/off/", {"password": "wrong"})
    done = admin_page.post("/admin/account/second-factor/off/", {"password": PASSWORD}, follow=True)

    assert "Invalid password" in wrong.content.decode()
    assert "Off. With a second factor" in done.content.decode()


def test_one_ends_one_s_own_sign_ins_and_nobody_else_s(admin_page: Client) -> None:
    mine, other = SessionFactory(user=admin_page.user), SessionFactory()

    for session in (mine, other):
        admin_page.post("/admin/account/sessions/", {"session": session.pk})

    for session in (mine, other):
        session.refresh_from_db()
    assert (mine.revoked_at is not None, other.revoked_at) == (True, None)


def test_a_mailed_link_sets_a_new_password_once(client: Client, commits: Any) -> None:
    person = UserFactory(roles=["viewer"], email="jana@example.net")
    with commits():
        known = client.post("/admin/password_reset/", {"name": "jana@example.net"})
    with commits():
        unknown = client.post("/admin/password_reset/", {"name": "nobody"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)

    new = {"new": NEW_PASSWORD, "again": NEW_PASSWORD}
    answers = [client.post(link, new) for _ in range(2)]

    assert len(mail.outbox) == 1
    assert "If the account exists" in known.content.decode()
    assert "If the account exists" in unknown.content.decode()
    assert [answer.status_code for answer in answers] == [302, 200]
    assert "used up" in answers[1].content.decode()
    assert User.objects.get(pk=person.pk).check_password(NEW_PASSWORD)


def test_the_policy_is_a_form(admin_page: Client) -> None:
    page = admin_page.get(POLICY)
    fields = page.context["form"].initial
    sent = {name: value for name, value in fields.items() if value is not False}

    saved = admin_page.post(POLICY, {**sent, "min_length": 16}, follow=True)
    refused = admin_page.post(POLICY, {**sent, "min_length": 20, "max_length": 10})

    assert "At least 16 characters" in saved.content.decode()
    assert "This may not be below the least length." in refused.content.decode()
    assert PasswordPolicy.objects.get().min_length == 16
    assert AuditEntry.objects.get(verb="policy.changed").after == {"min_length": 16}


def test_the_preview_answers_for_rules_that_are_not_saved(admin_page: Client) -> None:
    fields = admin_page.get(POLICY).context["form"].initial
    sent = {name: value for name, value in fields.items() if value is not False}

    said = admin_page.post(
        f"{POLICY}preview/", {**sent, "min_length": 4, "trial": "Jana.novak1!"}
    ).json()

    assert said["requirements"][0] == "At least 4 characters"
    assert said["problems"] == [
        "Password cannot contain your username",
        "Password cannot contain your email address",
    ]
    assert PasswordPolicy.objects.get().min_length == 12


def test_who_may_not_change_settings_does_not_change_the_policy(client: Client) -> None:
    client.force_login(UserFactory(roles=["viewer"]))

    assert client.get(POLICY).status_code == 403
    assert client.post(POLICY, {"min_length": 4}).status_code == 403
    assert client.post(f"{POLICY}preview/", {"min_length": 4}).status_code == 403
