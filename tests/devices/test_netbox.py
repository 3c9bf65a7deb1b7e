"""NetBox settings and sync against a small HTTP server that enforces the token; legacy paths."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Setting
from devices.models import Device, NetBoxCacheEntry
from devices.services import netbox_client, netbox_settings, netbox_sync
from devices.services.netbox_client import NetBoxClient
from inventory_site.core.locks import alone
from inventory_site.core.models import QueuedTask
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
TOKEN = "0123456789abcdef0123456789abcdef"


class NetBox(BaseHTTPRequestHandler):
    """Two devices in pages of one; a wrong token is 403."""

    rows = [  # noqa: RUF012  never changed
        {
            "id": number,
            "name": f"sw-{number}",
            "primary_ip4": {"address": f"10.1.0.{number}/24"},
            "device_type": {"model": "5160", "manufacturer": {"name": "Ciena"}},
            "site": {"id": 1, "name": "Lab"},
            "role": {"name": "Switch"},
            "status": {"value": "active"},
            "tags": [{"name": "core"}],
        }
        for number in (1, 2)
    ]

    second_page = threading.Event()
    second_page.set()

    def do_GET(self):
        if self.headers.get("Authorization") != f"Token {TOKEN}":
            return self._answer(403, {"detail": "Invalid token"})
        if self.path.startswith("/api/status/"):
            return self._answer(200, {"netbox-version": "4.1.0", "python-version": "3.12.3"})
        if self.path.startswith("/api/dcim/devices/"):
            at = int(parse_qs(urlsplit(self.path).query).get("offset", ["0"])[0])
            if at:
                self.second_page.wait(20)
            more = f"http://elsewhere.example/?limit=1&offset={at + 1}" if at == 0 else None
            page = {"count": 2, "next": more, "results": self.rows[at : at + 1]}
            return self._answer(200, page)
        return self._answer(200, {"count": 0, "next": None, "results": []})

    def _answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def netbox():
    server = ThreadingHTTPServer(("127.0.0.1", 0), NetBox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_token_is_masked_kept_and_encrypted(api, netbox):
    admin = api("admin")
    saved = admin.put(
        "/api/netbox/settings", {"url": netbox + "/", "token": TOKEN}, format="json"
    ).json()
    assert saved["message"] == "NetBox settings saved"
    assert saved["data"]["token"] == "••••••••" + TOKEN[-8:]
    assert saved["data"]["url"] == netbox
    admin.put("/api/netbox/settings", {"token": saved["data"]["token"]}, format="json")
    assert TOKEN not in json.dumps(list(Setting.objects.values_list("value", flat=True)))
    tested = admin.post("/integrations/v1/netbox/test", {}, format="json").json()
    assert tested["data"]["netbox_version"] == "4.1.0"
    elsewhere = admin.post("/api/netbox/test", {"url": "http://127.0.0.1:9"}, format="json")
    assert elsewhere.json()["error"]["message"] == "URL and token are required"
    bad = admin.put("/api/netbox/settings", {"url": "ftp://x"}, format="json")
    assert bad.json()["error"]["message"] == "URL must start with http:// or https://"


def test_a_sync_is_idempotent_and_removes_what_vanished(api, netbox):
    admin = api("admin")
    unset = admin.post("/api/netbox/sync").json()["error"]
    assert unset["code"] == "NETBOX_ERROR"
    admin.put("/api/netbox/settings", {"url": netbox, "token": TOKEN}, format="json")
    NetBoxCacheEntry.objects.create(netbox_id=99, device_name="gone")

    first = admin.post("/api/netbox/sync").json()["data"]
    second = admin.post("/api/netbox/sync").json()["data"]

    assert first == {"inserted": 2, "updated": 0, "errors": 0, "total": 2}
    assert second["updated"] == 2
    assert sorted(NetBoxCacheEntry.objects.values_list("device_ip", flat=True)) == [
        "10.1.0.1",
        "10.1.0.2",
    ]
    flat = admin.get("/integrations/v1/netbox/devices?limit=10000").json()
    assert (flat["count"], flat["data"][0]["primary_ip4"]) == (2, "10.1.0.1")


def test_a_slow_netbox_is_read_in_part_and_a_task_reads_the_rest(api, netbox, monkeypatch):
    admin = api("admin")
    admin.put("/api/netbox/settings", {"url": netbox, "token": TOKEN}, format="json")
    NetBoxCacheEntry.objects.create(netbox_id=9, device_name="gone", cached_at=timezone.now())
    monkeypatch.setattr(netbox_client, "QUICK_S", 2.0)
    go_on = threading.Event()
    monkeypatch.setattr(NetBox, "second_page", go_on)

    answer = admin.post("/api/netbox/sync")
    go_on.set()

    assert answer.status_code == 202
    assert answer.json()["data"] == {
        "inserted": 1,
        "updated": 0,
        "errors": 0,
        "total": 1,
        "is_partial": True,
    }
    assert sorted(NetBoxCacheEntry.objects.values_list("netbox_id", flat=True)) == [1, 9]
    assert QueuedTask.objects.open().filter(task="devices.sync_netbox").count() == 1


def test_while_one_syncs_the_others_are_told_and_nothing_is_written(api, netbox):
    admin = api("admin")
    admin.put("/api/netbox/settings", {"url": netbox, "token": TOKEN}, format="json")
    busy = threading.Event()
    done = threading.Event()

    def hold():
        with alone(netbox_sync.ALONE) as is_ours:
            assert is_ours
            busy.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert busy.wait(20)
        refused = admin.post("/api/netbox/sync")
        pulled = admin.post("/api/netbox/inventory/sync", {"direction": "pull"}, format="json")
        assert not netbox_sync.sync_if_configured()
    finally:
        done.set()
        other.join()

    assert (refused.status_code, pulled.status_code) == (503, 503)
    assert refused.json()["error"] == {
        "code": "BUSY",
        "message": "NetBox is being synchronised already; try again in a moment.",
    }
    assert not NetBoxCacheEntry.objects.exists()
    assert netbox_sync.sync_if_configured()
    assert NetBoxCacheEntry.objects.count() == 2


def test_the_replaced_tools_paths_answer_bare(api):
    admin = api("admin")
    admin.post("/api/devices", {"ip_address": "10.0.0.1", "ping_status": "online"}, format="json")

    graph = admin.post("/topology_data", {}, format="json").json()
    assert graph == {
        "nodes": [{"id": "10.0.0.1", "label": "10.0.0.1", "ip": "10.0.0.1", "status": "online"}],
        "links": [],
    }
    missing = admin.post("/power_history", {}, format="json")
    assert (missing.status_code, missing.json()["error"]) == (400, "No IP provided")
    assert admin.get("/progress").json()["status"] == "idle"
    assert admin.get("/data").json()[0]["ip_address"] == "10.0.0.1"
    assert admin.get("/api/network-ranges").json() == []


def test_flat_pages_refuse_as_their_family_does(api):
    admin, said = api("admin"), "NetBox is not configured. Set URL and API token in settings."

    both = {"code": "NETBOX_ERROR", "message": said}
    flat = admin.get("/integrations/v1/netbox/prefixes")
    assert (flat.status_code, flat.json()) == (
        502,
        {"success": False, "error": both, "detail": both},
    )
    bare = admin.post("/power_history", {}, format="json")
    assert (bare.status_code, bare.json()) == (400, {"error": "No IP provided"})


def test_the_page_of_netbox_sets_reads_previews_and_takes_in(admin_page, netbox):
    page = "/admin/devices/device/netbox/"
    form = {"url": netbox, "token": TOKEN, "verify_ssl": "on"}

    assert "NetBox is not set up" in admin_page.get(page).content.decode()
    refused = admin_page.post(page, {**form, "url": "ftp://x", "do": "save"})
    assert "URL must start with http:// or https://" in refused.content.decode()
    tested = admin_page.post(page, {**form, "do": "test"}).content.decode()
    assert ("NetBox 4.1.0 answers." in tested, netbox in tested) == (True, True)
    assert not Setting.objects.filter(key="netbox_url").exists(), "a test stores nothing"
    admin_page.post(page, {**form, "do": "save"})
    admin_page.post(page, {"do": "refresh"})

    shown = admin_page.get(page, {"direction": "pull"}).content.decode()
    assert TOKEN not in shown
    assert "2 to make, 0 to change, 0 the same" in shown
    assert Device.objects.count() == 0
    admin_page.post(f"{page}?direction=pull", {"do": "pull"})
    assert sorted(Device.objects.values_list("name", flat=True)) == ["sw-1", "sw-2"]
    again = admin_page.get(page, {"direction": "pull"}).content.decode()
    assert "0 to make, 0 to change, 2 the same" in again


def test_a_viewer_sees_no_settings_of_netbox_and_changes_nothing(client, netbox):
    client.force_login(UserFactory(roles=["viewer"]))
    page = "/admin/devices/device/netbox/"

    assert 'name="token"' not in client.get(page).content.decode()
    for word in ("save", "test", "refresh", "pull", "push"):
        answer = client.post(page, {"do": word, "url": netbox, "token": TOKEN})
        assert "Permission denied" in answer.content.decode(), word
    assert not Setting.objects.filter(key="netbox_url").exists()


def test_a_test_without_checking_the_certificate_takes_the_word_of_the_page(api, netbox):
    body = {"url": netbox, "token": TOKEN, "verify_ssl": "false"}

    with patch.object(netbox_settings, "NetBoxClient", wraps=NetBoxClient) as asked:
        api("admin").post("/api/netbox/test", body, format="json")

    assert asked.call_args.kwargs["verify"] is False
