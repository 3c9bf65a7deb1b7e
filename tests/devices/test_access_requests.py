"""Asking for a restricted credential."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import CredentialAccessRequest
from devices.services import vault_requests

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked(api):
    body = {
        "name": "core",
        "credential_type": "ssh",
        "username": "a",
        "password": "b",
        "access_level": "restricted",
    }
    made = api("admin").post("/api/credentials", body, format="json").json()["data"]
    return made["credential"]["id"]


def test_a_request_is_granted_and_ends(api, locked):
    operator, admin = api("operator"), api("admin")
    path = f"/api/credentials/{locked}/access-requests"

    bare = operator.post(path, {}, format="json")
    asked = operator.post(path, {"reason": "Rack 4"}, format="json")
    twice = operator.post(path, {"reason": "Rack 4"}, format="json")
    pk = asked.json()["data"]["access_request"]["id"]
    own = operator.post(f"/api/credentials/access-requests/{pk}/approve", {}, format="json")
    granted = admin.post(
        f"/credentials/v1/credentials/access-requests/{pk}/approve", {"hours": 2}, format="json"
    )

    assert bare.json()["error"]["message"] == "reason is required"
    assert (asked.status_code, twice.status_code, own.status_code) == (201, 409, 403)
    assert granted.json()["data"]["access_request"]["status"] == "approved"
    listed = operator.get("/api/credentials/access-requests").json()["data"]["access_requests"]
    assert [row["status"] for row in listed] == ["approved"]
    again = operator.post(path, {"reason": "More"}, format="json").json()["error"]
    assert again["code"] == "ALREADY_ALLOWED"
    CredentialAccessRequest.objects.update(access_granted_until=timezone.now())
    assert operator.post(path, {"reason": "More"}, format="json").status_code == 201


def test_a_request_is_denied_or_grows_old(api, locked):
    operator, admin = api("operator"), api("admin")
    path = f"/api/credentials/{locked}/access-requests"
    first = operator.post(path, {"reason": "x"}, format="json").json()["data"]["access_request"]
    denied = admin.post(f"/api/credentials/access-requests/{first['id']}/deny", {}, format="json")
    assert denied.json()["message"] == "Access denied"
    closed = admin.post(f"/api/credentials/access-requests/{first['id']}/approve", {})
    assert closed.json()["error"]["code"] == "REQUEST_CLOSED"

    operator.post(path, {"reason": "y"}, format="json")
    assert vault_requests.close_stale(timezone.now() + timedelta(days=8)) == 1
    assert admin.post("/api/credentials/access-requests/999999/deny", {}).status_code == 404
