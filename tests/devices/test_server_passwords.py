"""Passwords of service accounts go to the server that they were given for, and to no other."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry
from devices.models import EnterpriseAuthConfig, EnterpriseAuthUser
from devices.services import vault, vault_servers
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
BASE = "/api/credentials/enterprise"
SAID = (
    "Service account svc is off, its password was for another server: "
    "give it again and switch the account on"
)


def credential(name: str, server: str, **more: Any) -> int:
    body = {"name": name, "credential_type": "tacacs", "tacacs_server": server, **more}
    body.setdefault("tacacs_secret", "s3cret")
    return vault.create_credential(actor=None, body=body).credential.pk


@pytest.fixture
def admin(api):
    client = api("admin")
    body = {"name": "corp", "auth_type": "tacacs", "credential_id": credential("t", "10.0.0.1")}
    made = client.post(f"{BASE}/configs", body, format="json").json()["data"]["config"]
    account = {"name": "svc", "auth_config_id": made["id"], "username": "u", "password": "pl4nted"}
    assert client.post(f"{BASE}/users", account, format="json").status_code == 201
    return client


def kept() -> tuple[str, bool]:
    row = EnterpriseAuthUser.objects.get()
    return vault_servers.account_document(row)["password"], row.enabled


def config_path() -> str:
    return f"{BASE}/configs/{EnterpriseAuthConfig.objects.get().pk}"


@pytest.mark.parametrize(
    ("server", "is_same"), [("10.0.0.9", False), (" 10.0.0.1", True), ("10.0.0.1", True)]
)
def test_another_credential_keeps_passwords_for_the_same_server_alone(admin, server, is_same):
    body = {"credential_id": credential("mine", server, tacacs_secret="other")}

    answer = admin.put(config_path(), body, format="json")

    assert answer.status_code == 200
    assert answer.json()["data"].get("warnings") == (None if is_same else [SAID])
    assert kept() == (("pl4nted", True) if is_same else ("", False))
    verbs = AuditEntry.objects.filter(verb="enterprise_user.password_forgotten")
    assert verbs.count() == (0 if is_same else 1)


@pytest.mark.parametrize("verb", ["put", "rotate"])
@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"tacacs_server": "10.0.0.9"}, False),
        ({"tacacs_port": 4949}, False),
        ({"tacacs_secret": "fresh"}, True),
        ({"tacacs_server": "10.0.0.1", "tacacs_secret": "fresh"}, True),
    ],
)
def test_a_credential_that_leads_elsewhere_leaves_the_passwords(admin, verb, change, is_same):
    pk = EnterpriseAuthConfig.objects.get().credential_id
    place = f"/api/credentials/{pk}"

    if verb == "put":
        answer = admin.put(place, change, format="json")
    else:
        answer = admin.post(f"{place}/rotate", change, format="json")

    assert answer.status_code == 200
    assert answer.json()["data"].get("warnings") == (None if is_same else [SAID])
    assert kept() == (("pl4nted", True) if is_same else ("", False))


def test_the_account_is_on_again_with_its_password_alone(admin):
    admin.put(config_path(), {"credential_id": credential("b", "10.0.0.9")}, format="json")
    place = f"{BASE}/users/{EnterpriseAuthUser.objects.get().pk}"

    for body in ({"enabled": True}, {"enabled": True, "password": ""}):
        refused = admin.put(place, body, format="json")
        assert (refused.status_code, refused.json()["error"]["message"]) == (
            400,
            "password is needed",
        )
    assert kept() == ("", False)
    assert admin.put(place, {"description": "old"}, format="json").status_code == 200

    body = {"enabled": True, "password": "another"}
    assert admin.put(place, body, format="json").status_code == 200
    assert kept() == ("another", True)
    assert admin.put(place, {"password": ""}, format="json").status_code == 200
    assert kept() == ("another", True)


def test_the_page_says_so_too(admin, admin_page):
    row = EnterpriseAuthConfig.objects.get()
    sent = {
        "name": row.name,
        "auth_type": row.auth_type,
        "credential": credential("mine", "10.0.0.9"),
        "priority": 0,
        "enabled": "on",
    }

    page = admin_page.post(
        f"/admin/devices/enterpriseauthconfig/{row.pk}/change/", sent, follow=True
    )

    assert SAID in page.content.decode()
    assert kept() == ("", False)


def test_a_number_among_people_is_an_id_and_a_text_a_name(api):
    named, asker = UserFactory(username="900000012"), UserFactory(username="ann")
    other = UserFactory(username="77x")
    sent = ["900000012", str(asker.pk), 900000013, "ann", str(10**30), "0"]

    def allowed(people: list[Any], status: int = 201) -> Any:
        body = {"name": f"c{len(people)}{people[0]}", "access_level": "restricted"}
        answer = api("admin").post(
            "/api/credentials", {**body, "password": "x", "allowed_users": people}, format="json"
        )
        assert answer.status_code == status, answer.content
        return answer

    allowed(sent)
    row = vault.Credential.objects.get()
    assert row.allowed_users == ["900000012", asker.pk, 900000013, "ann", str(10**30), "0"]
    assert [vault.policy.may_keep(one, row) for one in (named, asker, other)] == [True, True, False]
    row.allowed_users = [named.pk]
    assert vault.policy.may_keep(named, row)
    row.allowed_users, row.owner = [str(other.pk), True], str(other.pk)
    assert not vault.policy.may_keep(other, row)
    allowed([True], 400)
