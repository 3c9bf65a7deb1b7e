"""Communities sent with scans, runs and autodiscoveries: never in clear in the database."""

import json

import pytest

from devices.models import ExecutorRun
from devices.services import scans

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
        "sealed": scan.options["sealed"],
    }
    assert "public" not in scan.options["sealed"]

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    assert scan.results.get().result["snmp_status"] == "responding"
    assert scan.options == {**simulated.options, "snmp_retries": 0}


@pytest.mark.parametrize(
    ("path", "config"),
    [
        ("executors/discovery", {"snmp_communities": ["PLANTED"], "snmp_community": "PLANTED"}),
        ("executors/netbox_autodiscovery", {"snmp_communities": "PLANTED"}),
        ("executors/ping", {"Password": "PLANTED", "secret": "PLANTED", "api-token": "PLANTED"}),
        ("executors/ping", {"auth": [{"user": {"passwd": "PLANTED"}}], "privateKey": "PLANTED"}),
    ],
)
def test_communities_of_a_run_are_sealed(admin, path, config):
    body = {"targets": ["127.0.10.1"], "config": config}

    assert admin.post(f"/api/{path}/execute", body, format="json").status_code == 202

    run = ExecutorRun.objects.get()
    assert list(run.config) == ["sealed"]
    assert "PLANTED" not in run.config["sealed"]


@pytest.mark.parametrize("system", ["netbox", "prtg", "mcp"])
def test_a_url_with_a_password_is_not_kept(admin, system):
    refused = admin.put(
        f"/api/{system}/settings", {"url": "http://user:PLANTED@h.example/"}, format="json"
    )

    assert refused.status_code == 400
    assert "URL must not hold a name or password" in refused.content.decode()
    assert "PLANTED" not in admin.get(f"/api/{system}/settings").content.decode()


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
