"""Verbs that make devices on the side ask for the right to add them, before anything is begun."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import AuditEntry
from devices.models import Device, ExecutorRun, NetBoxCacheEntry, Scan
from devices.services import scans
from inventory_site.core.models import QueuedTask
from tests.factories.accounts import RoleFactory, UserFactory

pytestmark = pytest.mark.django_db
RUN = "/api/executors/netbox/execute"
AUTO = {"target_type": "ip_list", "ip_list": "10.9.0.1"}
EDITOR_REFUSED = (
    ("/api/netbox/inventory/sync", {"direction": "push"}),
    ("/api/netbox/inventory/sync", {"direction": "pull"}),
    ("/api/netbox/discover", {"ip_address": "10.9.0.1"}),
    ("/api/netbox/autodiscovery", AUTO),
    ("/api/prtg/sync/netbox", {}),
    ("/api/import/execute", {}),
    ("/api/mcp/sync/equipment", {}),
    ("/api/mcp/sync/netbox", {"create_missing": True}),
    ("/api/devices/import", {"csv": "name,device_type\nx,ROADM\n"}),
    ("/api/executors/netbox_autodiscovery/execute", {"targets": ["10.9.0.1"]}),
    (RUN, {"targets": ["x"], "command": "Device.Create "}),
    (RUN, {"targets": ["x"], "command": "vm.create"}),
    (RUN, {"targets": ["x"], "command": "discover.ping", "config": {"create_devices": True}}),
    (RUN, {"targets": ["x"], "command": "discover.full", "config": {"update_netbox": True}}),
)


def person(*names):
    """Somebody whose only role has these permissions."""
    role = RoleFactory()
    role.group.permissions.add(*Permission.objects.filter(codename__in=names))
    return UserFactory(roles=[role.group.name])


@pytest.fixture
def editor(api):
    return api.as_user(person("view_device", "connect_device", "change_device"))


def refused(answer, needed):
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "FORBIDDEN")
    assert error["details"]["required"] == needed
    kept = (Scan, ExecutorRun, Device, NetBoxCacheEntry, QueuedTask)
    assert [model.objects.count() for model in kept] == [0] * len(kept)


def test_a_scan_takes_nothing_in_for_whoever_may_not_add_devices(api):
    body = {"targets": ["10.9.0.1"], "accept": "auto"}

    refused(api("operator").post("/api/scans", body, format="json"), "devices.add_device")

    assert not AuditEntry.objects.filter(verb="scan.started").exists()
    may_add_only = api.as_user(person("view_device", "connect_device", "add_device"))
    refused(may_add_only.post("/api/scans", body, format="json"), "devices.change_device")


@pytest.mark.parametrize(("role", "accept"), [("operator", "review"), ("admin", "auto")])
@pytest.mark.parametrize("path", ["/api/scans", "/scan"])
def test_without_a_word_a_scan_does_what_its_starter_may(api, role, accept, path):
    started = api(role).post(path, {"targets": ["10.9.0.1"]}, format="json")

    assert (started.status_code, Scan.objects.get().accept) == (202, accept)


def test_a_reading_of_ports_needs_no_right_to_add(api):
    body = {"type": "interfaces", "targets": ["10.9.0.1"], "accept": "auto"}

    assert api("operator").post("/api/scans", body, format="json").status_code == 202


def test_nobody_goes_on_with_a_scan_that_takes_in_more_than_he_may(api, client):
    scan = scans.start_scan(actor=None, targets=["10.9.0.1"], accept="auto")
    scans.cancel_scan(scan.pk, actor=None)
    client.force_login(UserFactory(roles=["operator"]))
    page = reverse("admin:devices_scan_change", args=[scan.pk])

    answer = api("operator").post(f"/api/scans/{scan.pk}/resume")
    client.post(f"{page}verbs/resume/", {"confirm": "1"})

    assert answer.status_code == 403
    scan.refresh_from_db()
    assert (scan.status, scan.results.get().state) == ("cancelled", "cancelled")


@pytest.mark.parametrize(("path", "body"), EDITOR_REFUSED)
def test_who_may_change_but_not_add_devices_makes_none(editor, path, body):
    refused(editor.post(path, body, format="json"), "devices.add_device")


@pytest.mark.parametrize("command", ["device.delete", "vm.delete"])
def test_who_may_not_delete_devices_has_netbox_delete_none(editor, command):
    body = {"targets": ["x"], "command": command}

    refused(editor.post(RUN, body, format="json"), "devices.delete_device")


def test_an_operator_has_netbox_told_nothing_by_autodiscovery_of_an_address(api):
    path, body = "/api/executors/netbox_autodiscovery/execute", {"targets": ["10.9.0.1"]}

    refused(api("operator").post(path, body, format="json"), "devices.change_device")


def test_what_only_changes_devices_is_open_to_whoever_may_change_them(editor):
    only = {"sync_mode": "update_only"}

    runs = [
        editor.post("/api/netbox/autodiscovery", AUTO | only, format="json"),
        editor.post(
            "/api/executors/netbox_autodiscovery/execute",
            {"targets": ["10.9.0.1"], "config": only},
            format="json",
        ),
        editor.post(RUN, {"targets": ["x"], "command": "device.update"}, format="json"),
    ]

    assert [answer.status_code for answer in runs] == [202, 202, 202]
