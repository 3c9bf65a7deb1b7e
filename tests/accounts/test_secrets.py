"""Planted secrets are searched for wherever the house writes or answers anything."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import ApiKey, AuditEntry, LogEntry, User
from accounts.services import api_keys, second_factor
from inventory_site.core.models import QueuedTask
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PLAIN, LAB_PASSWORD = "planted-Passw0rd-9f3c", "planted-Lab-Passw0rd-77"
WRONG = "planted-wrong-guess-51aa"
COMMUNITY, SSH = "planted-community-0b1e", "planted-ssh-secret-c4d8"
ADDRESSES = (
    "/api/auth/me",
    "/api/auth/users",
    "/api/auth/sessions",
    "/api/auth/audit",
    "/api/api-keys",
    "/api/audit-entries",
    "/credentials/v1/credentials",
)
PAGES = (
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/session/",
    "/admin/accounts/apikey/",
    "/admin/accounts/auditentry/",
    "/admin/accounts/labinvitation/",
    "/admin/devices/credential/",
    "/admin/core/queuedtask/",
)


def plant() -> tuple[User, dict[str, str]]:
    """Bring secrets of every kind in through the front doors; return them by name."""
    boss = UserFactory(username="boss", roles=["super_admin"])
    boss.set_password(PLAIN)
    boss.save()
    door = APIClient()
    door.post("/api/auth/login", {"username": "boss", "password": WRONG}, format="json")
    signed = door.post("/api/auth/login", {"username": "boss", "password": PLAIN}, format="json")
    tokens = signed.json()["data"]
    _, key = api_keys.create_api_key(
        actor=boss, user=boss, name="script", scopes=["locations:view"]
    )
    door.get("/api/locations", headers={"X-API-Key": key})
    door.get("/api/parts", {"api_key": WRONG})
    factor = second_factor.set_up(user=UserFactory(username="other", roles=["viewer"]))
    lab = door.post(
        "/users/register",
        {"username": "alice", "password": LAB_PASSWORD, "password2": LAB_PASSWORD},
        format="json",
    )
    door.post("/login", {"username": "alice", "password": WRONG}, format="json")
    caller = signed_in(tokens["session_token"])
    invited = caller.post(
        "/admin/v2/users/invite", {"email": "eve@x.ie", "role": "Viewer"}, format="json"
    )
    made = [
        caller.post(
            "/credentials/v1/credentials",
            {"name": name, "credential_type": kind, **secret},
            format="json",
        )
        for name, kind, secret in (
            ("a switch", "ssh", {"username": "ops", "password": SSH}),
            ("an agent", "snmp", {"version": "2c", "community": COMMUNITY}),
        )
    ]
    assert {one.status_code for one in made} <= {200, 201}, [one.content for one in made]
    return boss, {
        "password": PLAIN,
        "lab password": LAB_PASSWORD,
        "wrong guess": WRONG,
        "session token": tokens["session_token"],
        "refresh token": tokens["refresh_token"],
        "lab cookie": lab.cookies["session_id"].value,
        "api key": key,
        "totp secret": factor.secret,
        **{f"backup code {at}": code for at, code in enumerate(factor.backup_codes)},
        "invitation": invited.json()["token"],
        "ssh password": SSH,
        "snmp community": COMMUNITY,
    }


def signed_in(token: str) -> APIClient:
    """A caller with a bearer token."""
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return caller


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    """Which secrets a text holds."""
    lowered = text.lower()
    return [name for name, secret in secrets.items() if secret.lower() in lowered]


def database_bytes() -> str:
    """Every byte of the database: the file and its log on SQLite, all text columns elsewhere."""
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        files = [name, name.with_name(f"{name.name}-wal")]
        return "".join(path.read_bytes().decode("latin-1") for path in files if path.exists())
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608  ours
            rows += cursor.fetchall()
    return "\n".join(str(row) for row in rows)


def test_no_planted_secret_is_found_anywhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(lambda record: not record.name.startswith("django.db"))
    boss, secrets = plant()
    page, caller = Client(), APIClient()
    page.force_login(boss)
    caller.force_authenticate(boss)
    out, err = capfd.readouterr()

    places = {
        "logs": caplog.text + out + err,
        "system log": str(list(LogEntry.objects.values())),
        "audit": str(list(AuditEntry.objects.values())),
        "task payloads": str(list(QueuedTask.objects.values())),
        "keys": str(list(ApiKey.objects.values())),
        "database": database_bytes(),
        **{path: caller.get(path).content.decode() for path in ADDRESSES},
        **{path: page.get(path).content.decode() for path in PAGES},
    }

    assert {
        place: found for place, text in places.items() if (found := found_in(text, secrets))
    } == {}
    assert len(mail.outbox) == 1
    assert found_in(mail.outbox[0].body, secrets) == ["invitation"]
