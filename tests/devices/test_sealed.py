"""Communities sent with scans, runs and autodiscoveries: never in clear in the database."""

import json

import pytest

from devices.models import ExecutorRun
from devices.services import netbox_autodiscovery, runs, scans, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(api):
    return api("admin")


@pytest.mark.parametrize("name", ["snmp_communities", "snmp_community", "community"])
def test_communities_of_a_scan_are_sealed_tried_and_forgotten(simulated, name):
    value = ["wrong", "public"] if name == "snmp_communities" else "public"
    options = {**simulated.options, "snmp_retries": 0, name: value}

    scan = scans.start_scan(actor=None, targets=["127.0.10.1"], options=options)

    assert scan.options == {
        **simulated.options,
        "snmp_retries": 0,
        "by_system": True,
        "sealed": scan.options["sealed"],
    }
    assert "public" not in scan.options["sealed"]

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    assert scan.results.get().result["snmp_status"] == "responding"
    assert scan.options == {**simulated.options, "snmp_retries": 0, "by_system": True}


@pytest.mark.parametrize(
    ("path", "config"),
    [
        ("executors/discovery", {"snmp_communities": ["PLANTED"], "snmp_community": "PLANTED"}),
        ("executors/netbox_autodiscovery", {"snmp_communities": "PLANTED"}),
        ("executors/ping", {"Password": "PLANTED", "secret": "PLANTED", "api-token": "PLANTED"}),
        ("executors/ping", {"auth": [{"user": {"passwd": "PLANTED"}}], "privateKey": "PLANTED"}),
        ("executors/ping", {"pin": "PLANTED", "PASSCODE": "PLANTED", "otp": "PLANTED"}),
        ("executors/ping", {"wifi-psk": "PLANTED", "userPin": "PLANTED", "a": {"pass": "PLANTED"}}),
    ],
)
def test_communities_of_a_run_are_sealed(admin, path, config):
    body = {"targets": ["127.0.10.1"], "config": config}

    assert admin.post(f"/api/{path}/execute", body, format="json").status_code == 202

    run = ExecutorRun.objects.get()
    assert set(run.config) - {"networks", "inventory"} == {"sealed"}
    assert "PLANTED" not in run.config["sealed"]


def test_words_that_hold_a_secret_word_by_chance_stay_as_they_are():
    options = {
        "ping_timeout": 2,
        "pinned": 1,
        "spins": 1,
        "bypass": 1,
        "passive": True,
        "mapping": 1,
    }

    assert sealed.split({**options, "pin": ""}, "config") == (options, {})


@pytest.mark.parametrize("system", ["netbox", "prtg", "mcp"])
def test_a_url_with_a_password_is_not_kept(admin, system):
    refused = admin.put(
        f"/api/{system}/settings", {"url": "http://user:PLANTED@h.example/"}, format="json"
    )

    assert refused.status_code == 400
    assert "URL must not hold a name or password" in refused.content.decode()
    assert "PLANTED" not in admin.get(f"/api/{system}/settings").content.decode()


def autodiscovery(admin, **more):
    body = {"target_type": "ip_list", "ip_list": "127.0.10.201", "ping_count": 1, **more}
    quick = {"discovery_methods": [], "snmp_enabled": False, "port_scan_enabled": False}
    answer = admin.post("/api/netbox/autodiscovery", {**body, **quick}, format="json")
    assert answer.status_code == 202, answer.content
    return ExecutorRun.objects.get(pk=answer.json()["data"]["job_id"])


async def surprised(target, config, *, engine):
    if target.endswith(".201"):
        raise ValueError("no number")
    return {"ping_status": "offline", "snmp_status": "unreachable"}


@pytest.mark.parametrize("end", ["done", "failed", "cancelled", "unreadable"])
def test_an_autodiscovery_seals_its_communities_until_its_end(admin, settings, monkeypatch, end):
    run = autodiscovery(admin, snmp_communities="PLANTED\nother")
    assert "PLANTED" not in json.dumps(run.config)
    assert "snmp_communities" not in run.config
    assert sealed.opened(run) == {"snmp_communities": "PLANTED\nother"}

    if end == "cancelled":
        runs.cancel_run(run.pk, actor=None)
    if end == "failed":
        monkeypatch.setattr(netbox_autodiscovery, "look", surprised)
    if end == "unreadable":
        settings.VAULT_KEYS = {"other": bytes(range(1, 33))}
    netbox_autodiscovery.perform(run.pk)

    run.refresh_from_db()
    row = run.results.get()
    assert "sealed" not in run.config
    assert (run.status, row.state) == {
        "done": ("success", "done"),
        "failed": ("failed", "failed"),
        "cancelled": ("cancelled", "cancelled"),
        "unreadable": ("failed", "failed"),
    }[end]
    said = "The secret does not open with the keys of this site"
    assert (run.error, row.error) == {
        "failed": ("", "ValueError: no number"),
        "unreadable": (said, said),
    }.get(end, ("", ""))


def test_a_device_that_surprises_is_one_row_of_an_autodiscovery(admin, monkeypatch):
    monkeypatch.setattr(netbox_autodiscovery, "look", surprised)
    run = autodiscovery(admin, ip_list="127.0.10.201\n127.0.10.202")

    netbox_autodiscovery.perform(run.pk)

    run.refresh_from_db()
    assert list(run.results.values_list("state", "error")) == [
        ("failed", "ValueError: no number"),
        ("done", ""),
    ]
    assert run.status == "partial"


def test_a_scan_whose_communities_do_not_open_fails_and_says_so(settings):
    scan = scans.start_scan(actor=None, targets=["127.0.10.1"], options={"community": "PLANTED"})
    keys, settings.VAULT_KEYS = settings.VAULT_KEYS, {"other": bytes(range(1, 33))}

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    said = "The secret does not open with the keys of this site"
    assert (scan.status, scan.error, scan.results.get().state) == ("failed", said, "waiting")
    settings.VAULT_KEYS = keys
    assert sealed.opened(scan) == {"community": "PLANTED"}


def test_an_autodiscovery_keeps_no_word_that_it_does_not_know(admin):
    secret = {"snmp_community": "PLANTED", "password": "PLANTED", "x": "PLANTED"}
    body = {"target_type": "from_input", "input_targets": "127.0.10.1\n127.0.10.2", **secret}

    assert admin.post("/api/netbox/autodiscovery", body, format="json").status_code == 202

    run = ExecutorRun.objects.get()
    assert run.total_targets == 2
    assert "PLANTED" not in json.dumps(run.config)
    assert {"password", "x"} & set(run.config) == set()


@pytest.mark.parametrize("sent", [5, {"a": 1}, True])
def test_targets_of_an_autodiscovery_that_are_no_list_are_refused(admin, sent):
    body = {"target_type": "from_input", "input_targets": sent}

    answer = admin.post("/api/netbox/autodiscovery", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "input_targets"
    assert not ExecutorRun.objects.exists()
