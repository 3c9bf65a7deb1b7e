"""Ways into the API that several tests of identity use."""

from __future__ import annotations

import time
from typing import Any

import pyotp
from rest_framework.test import APIClient

from accounts.models import Role
from tests.factories.accounts import PASSWORD

A, B, V1 = "/api/auth", "/identity/v1/auth", "/identity/v1"
NEW_PASSWORD = "Another 4 battery-staple"


def post(path: str, body: dict[str, Any] | None = None, client: APIClient | None = None) -> Any:
    """Call one address."""
    return (client or APIClient()).post(path, body or {}, format="json")


def sign_in(name: str, password: str = PASSWORD, path: str = f"{A}/login") -> Any:
    """Do the first step."""
    return post(path, {"username": name, "password": password})


def error(answer: Any) -> tuple[int, str, str]:
    """Status, code and sentence of a refusal."""
    body = answer.json()["error"]
    return answer.status_code, body["code"], body["message"]


def role(name: str) -> Role:
    """The role of a name."""
    return Role.objects.get(group__name=name)


def bearer(token: str) -> APIClient:
    """A caller with a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def signed_in(name: str) -> APIClient:
    """A caller who went through the sign-in."""
    data = sign_in(name).json()["data"]
    client = bearer(data["session_token"])
    client.tokens = data
    return client


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code of an authenticator app, some steps of 30 s away from now."""
    return pyotp.TOTP(secret).at(int(time.time()), counter_offset=steps)


def with_second_factor(name: str, base: str = A) -> tuple[APIClient, dict[str, Any]]:
    """Sign in and switch the second factor on; return the caller and what the set-up showed."""
    client = signed_in(name)
    shown = post(f"{base}/2fa/setup", client=client).json()["data"]
    enabled = post(f"{base}/2fa/verify", {"code": code_of(shown["secret"])}, client)
    assert enabled.status_code == 200
    return client, shown
