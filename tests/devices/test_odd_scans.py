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
    options = {"ping": "true", "snmp": "no", "ssh": None, "snmp_port": "1161"}

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


@pytest.mark.parametrize("end", ["junk", "", "10.0.0.999"])
def test_an_autodiscovery_of_a_range_without_an_end_is_refused(api, end):
    body = {"target_type": "ip_range", "ip_range_start": "10.0.0.1", "ip_range_end": end}

    answer = api("admin").post("/api/netbox/autodiscovery", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "ip_range"
    assert ExecutorRun.objects.count() == 0
