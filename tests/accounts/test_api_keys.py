"""API keys over REST and by command: made within rights, shown once, ended."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiKey, AuditEntry
from accounts.services import api_keys
from tests.conftest import Api
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
KEYS = "/api/api-keys"


def test_key_is_shown_in_the_answer_that_made_it_and_never_again(api: Api) -> None:
    client = api("provisioner")

    made = client.post(KEYS, {"name": "nightly", "scopes": ["network_routes:view"]})

    body = made.json()["data"]
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert body["key"].startswith(body["prefix"])
    assert body["user"] == client.user.username
    listed = client.get(KEYS).json()["data"]
    assert [row["id"] for row in listed] == [body["id"]]
    assert "key" not in listed[0]
    caller = APIClient().get("/api/routes", headers={"X-API-Key": body["key"]})
    assert caller.status_code == 200
    assert client.get(f"{KEYS}/{body['id']}").json()["data"]["last_used_at"] is not None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"scopes": ["network_routes:view"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["no:such"]}, "scopes"),
        ({"name": "x", "scopes": ["network_routes:delete"]}, "scopes"),
        ({"name": "x", "scopes": ["network_routes:view"], "allowed_ips": ["x"]}, "allowed_ips"),
        ({"name": "x", "scopes": ["network_routes:view"], "expires_at": "2001-01-01T00:00:00Z"},
         "expires_at"),
    ],
)  # fmt: skip
def test_wrong_or_excessive_key_is_refused_and_not_made(
    api: Api, sent: dict[str, object], field: str
) -> None:
    answer = api("provisioner").post(KEYS, sent)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == field
    assert not ApiKey.objects.exists()


def test_key_for_another_needs_the_permission_and_the_owners_rights(api: Api) -> None:
    owner = UserFactory(roles=["viewer"])
    sent = {"name": "x", "scopes": ["network_routes:view"], "user": owner.username}

    assert api("provisioner").post(KEYS, sent).status_code == 403
    assert api("admin").post(KEYS, sent).status_code == 201
    assert ApiKey.objects.get().user == owner


def test_people_see_and_end_their_own_keys_only(api: Api) -> None:
    mine, theirs = api("viewer"), UserFactory(roles=["viewer"])
    key, _ = api_keys.create_api_key(
        actor=None, user=theirs, name="theirs", scopes=["network_routes:view"]
    )

    assert mine.get(KEYS).json()["data"] == []
    assert mine.delete(f"{KEYS}/{key.pk}").status_code == 404
    assert api("admin").delete(f"{KEYS}/{key.pk}").json()["data"]["is_usable"] is False
    assert ApiKey.objects.get().revoked_at is not None


def test_revoked_key_opens_nothing_and_the_end_is_audited_once(api: Api) -> None:
    client = api("viewer")
    key, secret = api_keys.create_api_key(
        actor=None, user=client.user, name="x", scopes=["network_routes:view"]
    )

    answers = [client.delete(f"{KEYS}/{key.pk}").status_code for _ in range(2)]

    assert answers == [200, 200]
    assert APIClient().get("/api/routes", headers={"X-API-Key": secret}).status_code == 401
    assert AuditEntry.objects.filter(verb="apikey.revoked").count() == 1


def test_key_makes_no_key(api: Api) -> None:
    owner = UserFactory(roles=["super_admin"])
    _, secret = api_keys.create_api_key(
        actor=None, user=owner, name="x", scopes=["system.users.create", "network_routes:view"]
    )

    answer = APIClient().post(
        KEYS,
        {"name": "y", "scopes": ["network_routes:view"]},
        headers={"X-API-Key": secret},
        format="json",
    )

    assert answer.status_code == 403
    assert ApiKey.objects.count() == 1


def test_key_of_an_account_that_ended_or_of_a_past_date_opens_nothing() -> None:
    owner = UserFactory(roles=["viewer"])
    _, secret = api_keys.create_api_key(
        actor=None, user=owner, name="x", scopes=["network_routes:view"]
    )
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert api_keys.user_of_key(secret, address=None) is None
    ApiKey.objects.update(expires_at=None)
    owner.status = "inactive"
    owner.save()
    assert api_keys.user_of_key(secret, address=None) is None


def test_command_prints_the_key_alone_on_its_last_line() -> None:
    owner, out = UserFactory(roles=["viewer"]), StringIO()

    call_command(
        "create_api_key",
        owner.username,
        scope=["network_routes:view"],
        allow=["127.0.0.0/8"],
        days=30,
        stdout=out,
    )

    key = ApiKey.objects.get()
    secret = out.getvalue().splitlines()[-1]
    assert api_keys.user_of_key(secret, address="127.0.0.1")[1] == key
    assert api_keys.user_of_key(secret, address="10.0.0.1") is None
    assert 29 < (key.expires_at - timezone.now()).days + 1 < 31


@pytest.mark.parametrize(
    ("scope", "days"), [("network_routes:create", None), ("no:such", None), ("locations:view", 0)]
)
def test_command_refuses_what_the_owner_does_not_hold(scope: str, days: int | None) -> None:
    owner = UserFactory(roles=["viewer"])

    with pytest.raises(CommandError):
        call_command("create_api_key", owner.username, scope=[scope], days=days, stdout=StringIO())

    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(("scope", "status"), [("locations:view", 403), ("devices:read", 200)])
def test_a_key_reads_the_lab_s_register_only_with_a_scope_for_it(scope: str, status: int) -> None:
    owner = UserFactory(roles=["admin"])
    _, secret = api_keys.create_api_key(actor=None, user=owner, name="x", scopes=[scope])
    caller = APIClient(headers={"X-API-Key": secret})

    answers = [caller.get(path) for path in ("/api/inventory/devices", "/devices", "/lab/devices")]

    assert [answer.status_code for answer in answers] == [status] * 3
