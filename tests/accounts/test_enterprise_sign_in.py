"""Signing in with a directory, from the endpoint to a real slapd."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from rest_framework.test import APIClient

from accounts.directory import sources
from accounts.directory.client import Server
from accounts.models import AuditEntry, EnterpriseUserRole, Role, Session, User
from accounts.services import members
from tests.factories.accounts import UserFactory
from tests.peers.process import LOOPBACK, free_port
from tests.peers.slapd import BASE, PASSWORD, Directory

pytestmark = pytest.mark.django_db
DOOR, OTHER_DOOR = "/api/auth/login/enterprise", "/auth/login/enterprise"
RIGHT = {"username": "Ada", "password": PASSWORD, "config_id": 1}


@pytest.fixture
def directory(slapd: Directory, monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """The directory as configuration 1; a test may put another server in."""
    found = [Server(LOOPBACK, BASE, slapd.tls_port, use_ssl=True, ca_file=slapd.ca_file)]
    listed = [sources.Listed(1, "Head office", "ldap")]
    source = sources.Source(lambda: listed, lambda pk: found[-1] if pk == 1 else None)
    monkeypatch.setattr(sources, "_source", [source])
    return found


def give(name: str, role: str = "viewer") -> EnterpriseUserRole:
    """Let a name of the directory in with a role."""
    held = Role.objects.get(group__name=role)
    return EnterpriseUserRole.objects.create(username=name, role=held)


def enter(**changes: object) -> object:
    """Sign in."""
    return APIClient().post(DOOR, {**RIGHT, **changes}, format="json")


def test_person_with_a_role_gets_a_session_and_the_roles_rights(directory: list[Server]) -> None:
    row = give("ada")
    give("ADA", "lab_viewer")

    body = enter().json()["data"]

    assert body["user"]["id"] == f"enterprise_{row.pk}"
    assert (body["user"]["is_enterprise"], body["user"]["display_name"]) == (True, "Ada L.")
    assert sorted(body["user"]["roles"]) == ["lab_viewer", "viewer"]
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {body['session_token']}")
    assert caller.get("/api/routes").status_code == 200
    session = Session.objects.get(user__isnull=False)
    assert (session.is_enterprise, session.enterprise_username) == (True, "Ada")
    row.refresh_from_db()
    assert row.email == "ada@example.net"


def test_other_family_answers_flat(directory: list[Server]) -> None:
    give("ada")

    for door in (OTHER_DOOR, "/auth/login"):
        body = APIClient().post(door, RIGHT, format="json").json()
        assert (body["success"], body["token_type"]) == (True, "bearer")
        assert body["user"]["is_enterprise"] is True


def test_person_without_a_role_is_told_whom_to_ask(directory: list[Server]) -> None:
    answer = enter()

    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == (
        "User not authorized. Please contact your administrator to request access."
    )
    assert not User.objects.exists()
    assert AuditEntry.objects.get().outcome == "refused"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"password": "wrong"}, 401),
        ({"password": ""}, 400),
        ({"username": "*"}, 401),
        ({"username": "ada)(uid=*"}, 401),
        ({"config_id": 9}, 400),
        ({"config_id": None}, 400),
    ],
)
def test_wrong_empty_and_injected_input_opens_nothing(
    directory: list[Server], changes: dict[str, object], status: int
) -> None:
    give("ada")
    give("*")

    assert enter(**changes).status_code == status
    assert not Session.objects.exists()


def test_local_account_of_the_same_name_is_another_person(directory: list[Server]) -> None:
    local = UserFactory(username="ada", roles=["super_admin"])
    give("ada")

    body = enter().json()["data"]

    assert body["user"]["roles"] == ["viewer"]
    assert not Session.objects.filter(user=local).exists()


def test_session_ends_with_the_last_role(directory: list[Server]) -> None:
    give("ada")
    token = enter().json()["data"]["session_token"]
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert caller.get("/api/auth/me").status_code == 200

    members.remove_enterprise(actor=UserFactory(roles=["super_admin"]), username="ada")

    assert caller.get("/api/auth/me").status_code == 401


def test_directory_that_is_down_is_said_within_ten_seconds(directory: list[Server]) -> None:
    give("ada")
    directory.append(replace(directory[0], port=free_port()))
    began = time.monotonic()

    answer = enter()

    assert time.monotonic() - began < 10
    assert answer.status_code == 503
    assert answer.json()["error"] == {
        "code": "DIRECTORY_UNAVAILABLE",
        "message": "The directory 127.0.0.1 does not answer. Try again later.",
    }


def test_directories_are_listed_for_the_sign_in_page(directory: list[Server]) -> None:
    brief = APIClient().get("/api/auth/enterprise-configs").json()
    whole = APIClient().get("/identity/v1/enterprise-configs").json()

    assert brief["data"] == {"configs": [{"id": 1, "name": "Head office", "auth_type": "ldap"}]}
    assert (whole["default_method"], whole["configs"][0]["id"]) == ("local", "1")
