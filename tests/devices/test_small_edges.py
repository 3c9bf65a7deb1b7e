"""Pages of a list whose rows go, files that come back, known ports, silence."""

from __future__ import annotations

import csv
import io
import logging
import logging.config
import re
import socket
import sqlite3
import threading
import time

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from devices.executors.ssh_client import Login, SshFailed, connect
from devices.executors.ssh_keys import KnownHosts
from devices.models import Device, DeviceGroup, DeviceGroupMember, ManagementAddress
from devices.services import csv_devices, inventory, vault
from tests.factories.devices import DeviceFactory, DeviceTypeFactory, SiteFactory

pytestmark = pytest.mark.django_db
V1 = "/inventory/v1/devices"


def test_a_page_after_a_device_that_was_deleted_is_refused(api):
    admin = api("admin")
    for name in ("a", "b", "c"):
        DeviceFactory(name=name)
    first = admin.get(f"{V1}?limit=1").json()
    Device.objects.get(name="a").delete()

    answer = admin.get(f"{V1}?limit=1&cursor={first['cursor']}")

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["details"]["field"]) == ("VALIDATION_ERROR", "cursor")


def test_a_page_goes_on_after_a_device_that_left_the_filter(api):
    admin, site = api("admin"), SiteFactory(name="Lab")
    for name in ("a", "b", "c"):
        DeviceFactory(name=name, site=site)
    first = admin.get(f"{V1}?limit=1&site=lab").json()
    Device.objects.filter(name="a").update(site=None)

    second = admin.get(f"{V1}?limit=5&site=lab&cursor={first['cursor']}").json()

    assert [row["name"] for row in second["items"]] == ["b", "c"]
    assert (second["total"], second["cursor"]) == (2, None)


def test_the_admins_file_is_read_back_without_a_change(admin_page):
    kind, site = DeviceTypeFactory(name="ROADM"), SiteFactory(name="=Lab")
    for number in range(3):
        inventory.create_device(
            actor=None,
            values={
                "name": f"-{number}",
                "device_type_id": kind.pk,
                "site_id": site.pk if number else None,
                "mgmt_ip": f"10.0.0.{number}",
                "u_position": number,
                "status": "spare",
                "notes": "two\nlines; Füße",
            },
        )

    answer = admin_page.get(reverse("admin:devices_device_changelist") + "?export=csv")
    text = b"".join(answer.streaming_content)
    read = csv_devices.load(actor=admin_page.user, text=text, dry_run=False)

    assert next(csv.reader(io.StringIO(text.decode("utf-8-sig")))) == [*csv_devices.HEADER]
    assert (read["unchanged"], read["errors"]) == (3, [])


def test_a_trial_takes_the_port_that_is_known(api, monkeypatch):
    tried = []

    def executed(executor, target, command, config):
        tried.append((executor.slug, config["port"], config.get("legacy", False)))
        return type("Outcome", (), {"success": True, "error": None, "duration": 0.1})()

    monkeypatch.setattr("devices.services.vault_test.safe_execute", executed)
    ManagementAddress.objects.create(ip="10.0.0.1", ssh_port=1022, snmp_port=1161)
    DeviceFactory(
        address=ManagementAddress.objects.get(ip="10.0.0.1"), metadata={"ssh_legacy": True}
    )
    for kind, secret in (("ssh", {"password": "x"}), ("snmp", {"community": "x"})):
        body = {"name": kind, "credential_type": kind, "username": "ops", **secret}
        row = vault.create_credential(actor=None, body=body).credential
        for sent in ({"target": "10.0.0.1"}, {"target": "10.0.0.1", "port": 99}, {"target": "b"}):
            answer = api("admin").post(f"/api/credentials/{row.pk}/test", sent, format="json")
            assert answer.json()["data"]["success"] is True

    assert tried == [
        ("ssh", 1022, True),
        ("ssh", 99, True),
        ("ssh", 22, False),
        ("snmp", 1161, False),
        ("snmp", 99, False),
        ("snmp", 161, False),
    ]


@pytest.fixture
def silent():
    """A port where somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_silent_windows_machine_is_told_in_time(api, silent, monkeypatch):
    monkeypatch.setattr("devices.services.live_winrm.FIRST_ANSWER_S", 0.5)
    body = {
        "target": "127.0.0.1",
        "port": silent,
        "username": "ops",
        "password": "x",
        "transport": "basic",
    }
    began = time.monotonic()

    answer = api("operator").post("/api/winrm/test", body, format="json")

    assert time.monotonic() - began < 5
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "CONNECTION_FAILED")
    assert "no whole answer within 0.5s" in answer.json()["error"]["message"]


def test_a_server_that_speaks_no_ssh_writes_no_traceback(capsys):
    logging.config.dictConfig(settings.LOGGING)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_junk, args=(server,))
        thread.start()
        port = server.getsockname()[1]
        with pytest.raises(SshFailed):
            connect(Login("127.0.0.1", port, "ops", "x", timeout_s=3), KnownHosts())
        thread.join(5)

    assert "Traceback" not in capsys.readouterr().err


def _junk(server):
    other, _ = server.accept()
    with other:
        other.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2)


def test_five_thousand_rows_may_be_chosen(admin_page):
    many = [str(number) for number in range(1, 5001)]
    page, verb = reverse("admin:devices_device_changelist"), "devices_device_verb"
    chosen = {"action": "run", "_selected_action": many, "csrfmiddlewaretoken": "x"}
    asked = {"ids": many, "confirm": "1", "next": page, "executor": "ping", "command": ""}

    first = admin_page.post(page, chosen)
    then = admin_page.post(reverse(f"admin:{verb}", args=["run"]), asked)

    assert (first.status_code, then.status_code) == (302, 302)  # none of them is there


def test_a_dialog_has_no_id_of_the_page_below(admin_page):
    device = DeviceFactory()
    page = reverse("admin:devices_device_change", args=[device.pk])
    verb = reverse("admin:devices_device_verb", args=["run"])

    below = admin_page.get(page).content.decode()
    above = admin_page.get(f"{verb}?ids={device.pk}", headers={"X-Patchbay-Dialog": "1"})

    ids = re.compile(r'\bid="([^"]+)"')
    told = ids.findall(above.content.decode())
    assert "id_verb_executor" in told
    assert not set(told) & set(ids.findall(below))


def test_an_entry_of_the_vaults_log_names_the_workflow_and_its_job(api):
    row = vault.create_credential(actor=None, body={"name": "lab", "password": "p"}).credential
    told = {"workflow_id": "7", "workflow_name": "nightly", "job_id": "9", "job_name": "nightly 9"}
    row.uses.update(**told)

    (entry,) = api("admin").get("/api/credentials/audit").json()["data"]["entries"]

    assert {name: entry[name] for name in told} == told


@pytest.mark.parametrize("by", ["put", "post"])
@pytest.mark.parametrize(
    ("kind", "field"), [("ssh", "username"), ("snmp", "security_name"), ("winrm", "username")]
)
def test_the_shown_name_follows_the_one_that_signs_in(api, by, kind, field):
    admin, body = api("admin"), {"name": "lab", "credential_type": kind, "password": "p"}
    made = admin.post("/api/credentials", {**body, field: "old"}, format="json").json()["data"]
    path = f"/api/credentials/{made['credential']['id']}"

    path = f"{path}/rotate" if by == "post" else path
    changed = getattr(admin, by)(path, {field: "new"}, format="json").json()["data"]["credential"]

    assert (made["credential"]["username"], changed["username"]) == ("old", "new")


def test_a_name_that_was_given_to_be_shown_stays(api):
    body = {"name": "lab", "credential_type": "snmp", "security_name": "old", "username": "team"}
    row = vault.create_credential(actor=None, body=body).credential

    vault.update_credential(row.pk, actor=None, body={"security_name": "new"})

    row.refresh_from_db()
    assert row.username == "team"


def test_whether_it_is_a_default_is_yes_or_no(api):
    admin, body = api("admin"), {"name": "lab", "credential_type": "ssh", "password": "p"}

    odd = admin.post("/api/credentials", {**body, "is_default": "perhaps"}, format="json")
    good = admin.post("/api/credentials", {**body, "is_default": "yes"}, format="json")

    assert odd.status_code == 400
    assert odd.json()["error"]["details"]["field"] == "is_default"
    assert good.json()["data"]["credential"]["is_default"] is True


@pytest.fixture
def few_variables():
    """A SQLite that takes no more values in one question than its older builds do."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    held = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, held)


def test_a_group_of_very_many_addresses_is_filled_and_read(api, admin_page, few_variables):
    admin, group = api("admin"), DeviceGroup.objects.create(group_name="All")
    inventory.save_address(actor=None, ip_address="10.0.1.7", facts={})
    ips = [f"10.0.{high}.{low}" for high in range(5) for low in range(250)]

    put = admin.post(f"/api/groups/{group.pk}/devices", {"ip_addresses": ips}, format="json")
    shown = admin.get(f"/api/groups/{group.pk}?include_devices=true").json()["data"]
    listed = admin.get(f"/api/devices?group_id={group.pk}").json()["data"]
    drawn = admin.post(
        "/topology_data", {"group_type": "group", "group_id": group.pk}, format="json"
    ).json()

    assert put.json()["data"] == {"added": 1250, "failed": [], "total_requested": 1250}
    assert (shown["device_count"], shown["known_device_count"]) == (1250, 1)
    assert [row["ip_address"] for row in listed] == ["10.0.1.7"]
    assert [row["ip_address"] for row in shown["devices"]] == ["10.0.1.7"]
    assert [node["ip"] for node in drawn["nodes"]] == ["10.0.1.7"]
    page = reverse("admin:devices_device_topology")
    assert "10.0.1.7" in admin_page.get(page, {"group": group.pk}).content.decode()
    assert DeviceGroupMember.objects.filter(device__isnull=False).count() == 1


def test_very_many_ids_are_each_answered(api, few_variables):
    admin, device = api("admin"), DeviceFactory()
    many = list(range(2**31 - 2000, 2**31))
    body = {"device_ids": [device.pk, *many], "updates": {"status": "odd"}}

    told = admin.post("/api/inventory/devices/bulk-update", body, format="json").json()
    tags = admin.post(f"/api/inventory/devices/{device.pk}/tags", {"tag_ids": many}, format="json")

    assert (told["succeeded"], len(told["failed"])) == ([], 2001)
    assert told["failed"][0]["error"].startswith("status: Status must be one of")
    assert {row["error"] for row in told["failed"][1:]} == {"Device not found"}
    assert tags.status_code == 404
