"""PRTG and MCP against servers that check the sign-in; the webhook and its alerts."""

from __future__ import annotations

import json

import pytest

from accounts.models import AuditEntry, Setting
from devices.models import Device, PrtgAlert
from devices.services import integration, netbox_settings
from devices.services import prtg as prtg_service
from devices.services.prtg import severity_of
from tests.devices.json_stub import json_server
from tests.devices.netbox_stub import TOKEN, netbox
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
KEY = "prtg-api-token-12345678"
ROWS = {
    "devices": [
        {"objid": 11, "device": "agg-1", "host": "10.8.0.1", "group": "Core"},
        {"objid": 12, "device": "nameless", "host": "unknown.example", "group": "Core"},
    ],
    "sensors": [{"objid": 21, "sensor": "Ping"}],
    "groups": [{"objid": 1, "group": "Core"}],
}


def prtg_answer(asked):
    if asked.query.get("apitoken") != KEY:
        return 401, {"error": "Unauthorized"}
    if asked.path == "/api/status.json":
        return 200, {"Version": "24.1", "UpSens": "7", "DownSens": "1", "Devices": "2"}
    return 200, {asked.query["content"]: ROWS[asked.query["content"]]}


@pytest.fixture
def prtg(api):
    with json_server(prtg_answer) as stub:
        body = {"url": stub.url + "/", "api_token": KEY, "webhook_secret": "shared-secret-1"}
        saved = api("admin").put("/api/prtg/settings", body, format="json").json()
        assert saved["message"] == "PRTG settings saved"
        assert saved["data"]["api_token"] == "••••••••"
        yield stub


def test_a_prtg_that_is_switched_off_is_asked_by_the_test_alone(api, prtg):
    admin = api("admin")
    admin.put("/api/prtg/settings", {"enabled": False}, format="json")

    answer = admin.get("/api/prtg/devices")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "PRTG_NOT_CONFIGURED")
    assert error["message"] == "PRTG is switched off in settings."
    assert admin.post("/api/prtg/test", {}, format="json").json()["data"]["success"] is True
    admin.put("/api/prtg/settings", {"enabled": True}, format="json")
    assert admin.get("/api/prtg/devices").status_code == 200


def test_prtg_is_tested_listed_and_its_secrets_kept(api, prtg):
    admin = api("admin")

    tested = admin.post("/integrations/v1/prtg/test-connection", {}, format="json").json()["data"]
    status = admin.get("/api/prtg/status").json()["data"]

    assert tested == {
        "success": True,
        "message": "Connected to PRTG",
        "prtg_version": "24.1",
        "sensors_count": 8,
        "devices_count": 2,
    }
    assert status == {"connected": True, "version": "24.1", "sensors": 8, "devices": 2}
    for kind, rows in ROWS.items():
        assert admin.get(f"/api/prtg/{kind}").json()["data"] == rows
    assert KEY not in json.dumps(list(Setting.objects.values_list("value", flat=True)))
    wrong = admin.post("/api/prtg/test", {"api_token": "wrong-token"}, format="json")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (502, "PRTG_ERROR")
    assert "wrong-token" not in wrong.content.decode()
    elsewhere = admin.post("/api/prtg/test", {"url": "http://127.0.0.1:9"}, format="json")
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (
        503,
        "PRTG_NOT_CONFIGURED",
    )


def test_prtgs_devices_are_told_to_netbox(api, prtg):
    admin = api("admin")
    with netbox() as box:
        site = box.add("/api/dcim/sites/", name="Lab")
        body = {"url": box.url, "token": TOKEN, "default_site_id": site}
        body |= {"default_role_id": 1, "default_device_type_id": 1}
        admin.put("/api/netbox/settings", body, format="json")

        planned = admin.get("/api/prtg/sync/preview").json()["data"]
        options = admin.get("/api/import/netbox-options").json()["data"]
        made = admin.post("/api/import/create-site", {"name": "New York"}, format="json")
        done = admin.post("/api/prtg/sync/netbox", {}, format="json").json()["data"]
        again = admin.post(
            "/integrations/v1/import/execute", {"device_ids": [11]}, format="json"
        ).json()["data"]

    assert [row["action"] for row in planned] == ["create", "skip"]
    assert options["sites"] == [{"id": site, "name": "Lab"}]
    assert (made.status_code, made.json()["data"]["slug"]) == (201, "new-york")
    assert (done["created"], done["skipped"], done["errors"]) == (1, 1, [])
    assert (again["created"], again["updated"]) == (0, 1)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Down (Acknowledged)", "down"),
        ("Warning", "warning"),
        ("Unusual", "unusual"),
        ("Up", "up"),
        ("Paused", "unknown"),
    ],
)
def test_severities_follow_prtgs_words(text, word):
    assert severity_of(text) == word


def test_a_sensors_alert_is_raised_refreshed_and_resolved(client, api, prtg):
    def send(status, **headers):
        body = {"sensorid": "21", "status": status}
        body |= {"device": "agg-1", "sensor": "Ping"} if status == "Down" else {}
        return client.post("/api/prtg/webhook", body, headers=headers)

    secret = {"X-Webhook-Secret": "shared-secret-1"}
    assert send("Down").status_code == 401
    assert send("Up", **secret).json()["data"]["action"] == "ignored"
    assert [send(word, **secret).json()["data"]["action"] for word in ("Down", "Warning")] == [
        "created",
        "updated",
    ]
    alerts = api("viewer").get("/api/prtg/alerts").json()["data"]
    assert [(row["sensor_id"], row["severity"]) for row in alerts] == [("21", "warning")]
    assert (alerts[0]["device_name"], alerts[0]["sensor_name"]) == ("agg-1", "Ping")
    assert send("Up", **secret).json()["data"]["action"] == "resolved"
    assert PrtgAlert.objects.filter(is_active=True).count() == 0
    assert send("Down", **secret).json()["data"]["action"] == "created"
    assert PrtgAlert.objects.count() == 2


def test_a_first_notice_that_another_came_before_by_a_moment_refreshes_its_alert(
    client, prtg, monkeypatch
):
    def send(status):
        body, secret = {"sensorid": "21", "status": status}, "shared-secret-1"
        return client.post("/api/prtg/webhook", body, headers={"X-Webhook-Secret": secret})

    send("Down")
    looked, look = [], prtg_service.lock

    def late(rows):
        looked.append(rows)
        return rows.none() if len(looked) == 1 else look(rows)

    monkeypatch.setattr(prtg_service, "lock", late)
    told = send("Warning")

    assert (told.status_code, told.json()["data"]["action"]) == (200, "updated")
    assert PrtgAlert.objects.get().severity == "warning"


def mcp_answer(asked):
    if asked.path == "/tron/api/v1/tokens":
        good = asked.body == {"username": "ops", "password": "mcp-secret-1"}
        return (201, {"token": "t-1"}) if good else (401, {})
    if asked.headers.get("Authorization") != "Bearer t-1":
        return 401, {}
    shown = {"displayName": "core-1", "displayIpAddress": "10.7.0.1"}
    facts = {"displayData": shown, "deviceType": "5160", "serialNumber": "M1"}
    return 200, {"data": [{"id": "a", "attributes": facts}, {"id": "b", "attributes": {}}]}


def test_mcp_is_tested_and_its_nodes_taken_in_once(api):
    admin = api("admin")
    unset = admin.post("/api/mcp/test", {}, format="json")
    assert (unset.status_code, unset.json()["error"]["code"]) == (503, "MCP_NOT_CONFIGURED")
    with json_server(mcp_answer) as stub:
        body = {"url": stub.url, "username": "ops", "password": "mcp-secret-1"}
        saved = admin.put("/integrations/v1/mcp/settings", body, format="json").json()["data"]
        assert saved["password_configured"] is True
        assert "password" not in saved

        tested = admin.post("/api/mcp/test", {}, format="json").json()
        first = admin.post("/api/mcp/sync/equipment", {}, format="json").json()["data"]
        again = admin.post("/api/mcp/sync/equipment", {}, format="json").json()["data"]

    assert tested == {
        "success": True,
        "data": {"success": True, "message": "Connected to MCP", "summary": {"devices": 2}},
    }
    assert first == {"created": 1, "updated": 0, "skipped": 1}
    assert again == {"created": 0, "updated": 1, "skipped": 1}
    assert Device.objects.filter(address__ip="10.7.0.1").count() == 1
    assert "mcp-secret-1" not in json.dumps(list(AuditEntry.objects.values_list("after")))


def test_the_page_of_prtg_sets_tests_and_syncs(admin_page):
    page = "/admin/devices/device/prtg/"
    with json_server(prtg_answer) as stub, netbox() as box:
        form = {"url": stub.url, "api_token": KEY, "verify_ssl": "on", "enabled": "on"}
        assert "PRTG is not set up" in admin_page.get(page).content.decode()
        refused = admin_page.post(page, {**form, "url": "ftp://x", "do": "save"}).content.decode()
        assert "URL must start with http:// or https://" in refused
        assert "PRTG answers." in admin_page.post(page, {**form, "do": "test"}).content.decode()
        assert not Setting.objects.exists(), "a test stores nothing"
        admin_page.post(page, {**form, "do": "save"})
        admin_page.post(page, {"url": stub.url, "verify_ssl": "on", "enabled": "on", "do": "save"})
        site = box.add("/api/dcim/sites/", name="Lab")
        known = {"url": box.url, "token": TOKEN, "default_site_id": site}
        known |= {"default_role_id": 1, "default_device_type_id": 1}
        netbox_settings.save(actor=admin_page.user, body=known)
        admin_page.post(page, {"do": "sync"})
        shown = admin_page.get(page).content.decode()

    assert integration.read("prtg_api_token") == KEY, "a blank secret keeps what is stored"
    assert KEY not in shown
    assert "1 created, 0 updated, 1 skipped, 0 errors." in shown
    assert "One is stored. Blank keeps it." in shown


def test_the_page_of_mcp_syncs_into_the_register(admin_page):
    page = "/admin/devices/device/mcp/"
    with json_server(mcp_answer) as stub:
        form = {
            "url": stub.url,
            "username": "ops",
            "password": "mcp-secret-1",
            "enabled": "on",
        }
        admin_page.post(page, {**form, "do": "save"})
        admin_page.post(page, {"do": "sync"})
        shown = admin_page.get(page).content.decode()

    last = AuditEntry.objects.get(verb="mcp.synced").after or {}
    assert Device.objects.count() == last["created"] > 0
    assert f"{last['created']} created, 0 updated" in shown
    assert "mcp-secret-1" not in shown


@pytest.mark.parametrize("name", ["prtg", "mcp"])
def test_a_viewer_sees_no_settings_of_connectors_and_changes_nothing(client, name):
    client.force_login(UserFactory(roles=["viewer"]))
    page = f"/admin/devices/device/{name}/"

    assert 'name="url"' not in client.get(page).content.decode()
    for word in ("save", "test", "sync"):
        answer = client.post(page, {"do": word, "url": "http://127.0.0.1:9"})
        assert "Permission denied" in answer.content.decode(), word
    assert not Setting.objects.exists()
