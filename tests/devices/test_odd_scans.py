"""Scans whose targets or options mean nothing are refused, and leave nothing behind."""

from __future__ import annotations

import pytest

from devices.models import ExecutorRun, Scan
from inventory_site.core.models import QueuedTask

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"targets": [None]}, "targets"),
        ({"targets": ["all"]}, "targets"),
        ({"targets": ["10.0.0.1"], "options": {"ping": "maybe"}}, "options.ping"),
        ({"targets": ["10.0.0.1"], "options": {"snmp": 7}}, "options.snmp"),
        ({"targets": ["10.0.0.1"], "options": {"ssh": []}}, "options.ssh"),
        ({"targets": ["10.0.0.1"], "options": {"snmp_version": "9"}}, "options"),
    ],
)
def test_what_means_nothing_is_refused(api, body, field):
    answer = api("admin").post("/api/scans", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == field
    assert (Scan.objects.count(), QueuedTask.objects.count()) == (0, 0)


def test_ways_that_come_as_text_are_read(api):
    options = {"ping": "on", "snmp": " Off ", "ssh": None, "snmp_port": "1161"}

    answer = api("admin").post(
        "/api/scans", {"targets": ["10.0.0.1"], "options": options}, format="json"
    )

    assert answer.status_code == 202
    assert Scan.objects.get().options == {
        "ping": True,
        "snmp": False,
        "ssh": True,
        "snmp_port": 1161,
    }


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"site_id": "x"}, "site_id", "site_id must be a whole number"),
        ({"default_role": "x"}, "default_role", "default_role must be a whole number"),
        (
            {"target_type": "netbox_prefix"},
            "netbox_prefix_id",
            "the id of NetBox's prefixes must be a whole number",
        ),
        (
            {"target_type": "netbox_ip_range", "netbox_ip_range_id": "x"},
            "netbox_ip_range_id",
            "the id of NetBox's ip-ranges must be a whole number",
        ),
        ({"network": "x"}, "network", "x is not a network such as 10.0.0.0/24"),
        ({"network_range": "x"}, "network_range", "x is not a network such as 10.0.0.0/24"),
        (
            {"target_type": "ip_range", "ip_range_start": "x", "ip_range_end": "10.0.0.9"},
            "ip_range_start",
            "x-10.0.0.9 is no range of addresses",
        ),
    ],
)
def test_what_an_autodiscovery_refuses_is_named_as_it_was_sent(api, body, field, said):
    answer = api("admin").post("/api/netbox/autodiscovery", body, format="json")

    error = answer.json()["error"]
    assert (answer.status_code, error["details"]["field"], error["message"]) == (400, field, said)
    assert ExecutorRun.objects.count() == 0


def test_numbers_of_an_autodiscovery_may_come_as_text_and_null_is_the_default(api):
    numbers = {"ping_timeout": "1.5", "ping_count": "3", "snmp_timeout": "4", "snmp_retries": "0"}
    unsaid = dict.fromkeys(("port_scan_timeout", "sync_mode", "use_mac_oui", "exclude_ips"))
    body = {"network": "10.0.0.0/30", **numbers, **unsaid}

    answer = api("admin").post("/api/netbox/autodiscovery", body, format="json")

    assert answer.status_code == 202
    kept = ExecutorRun.objects.get().config
    assert [kept[name] for name in numbers] == [1.5, 3, 4, 0]
    told = ("port_scan_timeout", "sync_mode", "use_mac_oui")
    assert [kept[name] for name in told] == [1, "create_update", True]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ping_count", "x"), ("ping_count", "2.5"), ("ping_timeout", "nan"), ("snmp_retries", "-1")],
)
def test_a_text_that_is_no_number_of_an_autodiscovery_is_refused(api, name, value):
    body = {"network": "10.0.0.0/30", name: value}

    answer = api("admin").post("/api/netbox/autodiscovery", body, format="json")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, name)
    assert ExecutorRun.objects.count() == 0


def test_a_scan_of_a_prefix_without_a_number_is_refused_by_its_targets(api):
    answer = api("admin").post("/api/scans", {"targets": ["netbox_prefix:x"]}, format="json")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "targets")
    assert Scan.objects.count() == 0


@pytest.mark.parametrize("end", ["junk", "", "10.0.0.999"])
def test_an_autodiscovery_of_a_range_without_an_end_is_refused(api, end):
    body = {"target_type": "ip_range", "ip_range_start": "10.0.0.1", "ip_range_end": end}

    answer = api("admin").post("/api/netbox/autodiscovery", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "ip_range_end"
    assert ExecutorRun.objects.count() == 0
