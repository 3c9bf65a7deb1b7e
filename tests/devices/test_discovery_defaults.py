"""What discovery begins with: defaults, a password that stays in the vault, trying both ways."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from accounts.models import Setting
from devices.models import Credential, Scan
from devices.services import discovery_defaults, scans, vault_use
from tests.devices.conftest import Simulated

pytestmark = pytest.mark.django_db
PATH, TEST = "/api/settings", "/api/settings/test"
MASK = "••••••••"
SEEDED = {
    "network_ranges": [],
    "snmp_community": "public",
    "ssh_username": "",
    "ssh_password": "",
    "ssh_port": 22,
    "scan_timeout": 5,
    "max_threads": 50,
    "ssh_credential_id": None,
}
SENT = {
    "network_ranges": ["10.1.0.0/24", "10.2.0.1-9"],
    "snmp_community": "lab-reads",
    "ssh_username": "probe",
    "ssh_password": "planted Secret 41",
    "ssh_port": 2022,
    "scan_timeout": 9,
    "max_threads": 8,
}


def test_defaults_stand_until_somebody_sets_them(api: Any) -> None:
    assert api("admin").get(PATH).json() == {"success": True, "data": SEEDED}
    assert [api(role).get(PATH).status_code for role in ("viewer", "operator")] == [403, 403]
    assert api.anonymous.get(PATH).status_code == 401


def test_password_goes_to_the_vault_and_is_never_shown(api: Any) -> None:
    boss = api("admin")

    saved = boss.post(PATH, SENT)

    number = saved.json()["data"]["ssh_credential_id"]
    assert saved.json()["message"] == "Settings saved"
    assert boss.get(PATH).json()["data"] == {
        **SENT,
        "ssh_password": MASK,
        "ssh_credential_id": number,
    }
    row = Credential.objects.get(pk=number)
    assert vault_use.opened(row)["password"] == SENT["ssh_password"]
    stored = str(list(Setting.objects.values_list("value", flat=True)))
    assert (SENT["ssh_password"] in stored, SENT["snmp_community"] in stored) == (False, False)


def test_the_community_is_shown_to_those_who_may_set_it(api: Any) -> None:
    api("admin").post(PATH, SENT)

    shown = discovery_defaults.shown(), discovery_defaults.shown(may_see=True)

    assert [one["snmp_community"] for one in shown] == [MASK, SENT["snmp_community"]]


def test_what_is_not_sent_gets_its_default_and_the_mask_keeps_the_password(api: Any) -> None:
    boss = api("admin")
    number = boss.post(PATH, SENT).json()["data"]["ssh_credential_id"]

    kept = boss.post(PATH, {"ssh_username": "probe", "ssh_password": MASK}).json()["data"]
    gone = boss.post(PATH, {}).json()["data"]

    assert kept == {
        **SEEDED,
        "ssh_username": "probe",
        "ssh_password": MASK,
        "ssh_credential_id": number,
    }
    assert gone == SEEDED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("network_ranges", "10.0.0.0/8"),
        ("network_ranges", [5]),
        ("ssh_port", 0),
        ("ssh_port", True),
        ("scan_timeout", "soon"),
        ("max_threads", 501),
        ("snmp_community", ["public"]),
        ("ssh_password", 7),
        ("ssh_username", "a\x00b"),
    ],
)
def test_wrong_values_are_refused_and_nothing_is_stored(api: Any, field: str, value: Any) -> None:
    answer = api("admin").post(PATH, {**SENT, field: value})

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, field)
    assert not Setting.objects.filter(key__startswith="discovery").exists()
    assert not Credential.objects.exists()


def test_only_ways_with_an_input_are_tried(api: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # bound and not listening: refused at once
        body = {"test_target": "127.0.0.1", "ssh_username": "x", "ssh_password": "y"}
        found = api("admin").post(TEST, {**body, "ssh_port": port}).json()["data"]

    assert (found["ssh"]["success"], found["snmp"]) == (False, None)
    assert found["ssh"]["message"]


@pytest.mark.parametrize("target", [None, "", "no host; rm"])
def test_trying_needs_a_target_and_the_right_to_edit(api: Any, target: Any) -> None:
    answer = api("admin").post(TEST, {"test_target": target, "snmp_community": "public"})

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "test_target")
    assert api("operator").post(TEST, {"test_target": "127.0.0.1"}).status_code == 403


def test_a_scan_begins_with_what_was_saved_and_keeps_what_it_was_sent(api: Any) -> None:
    untouched = discovery_defaults.for_scan({"ssh_timeout": 1})
    api("admin").post(PATH, SENT)

    assert untouched == {"ssh_timeout": 1, "max_threads": None}
    assert discovery_defaults.for_scan({"ssh_timeout": 1}) == {
        "ssh_port": 2022,
        "snmp_timeout": 9,
        "ssh_timeout": 1,
        "snmp_community": "lab-reads",
        "max_threads": 8,
    }
    asked = discovery_defaults.for_scan({"community": "own", "max_threads": 10**9})
    assert (asked["community"], asked.get("snmp_community")) == ("own", None)
    assert asked["max_threads"] == 8


def test_a_discovery_asks_with_the_saved_community(api: Any, simulated: Simulated) -> None:
    boss, found = api("admin"), []
    for community in ("lab-reads", "public"):
        boss.post(PATH, {"snmp_community": community})
        options = {**simulated.options, "snmp_retries": 0}
        scan = scans.start_scan(actor=None, targets=["127.0.10.1"], options=options)
        scans.perform_scan(scan.pk)
        found.append(scan.results.get().result["snmp_status"] == "responding")

    assert found == [False, True]
    assert "lab-reads" not in str(list(Scan.objects.values_list("options", flat=True)))
