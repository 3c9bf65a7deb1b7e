"""WinRM calls against a WS-Management server that checks the account."""

from __future__ import annotations

import json

import pytest

from accounts.models import AuditEntry
from devices.executors import winrm, winrm_scripts
from tests.devices.winrm_stub import windows

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine():
    with windows() as found:
        yield found


def account(machine, **more):
    return {
        "target": "127.0.0.1",
        "port": machine.port,
        "username": "ops",
        "password": machine.password,
        "domain": "LAB",
        "transport": "basic",
        **more,
    }


@pytest.mark.parametrize("root", ["/api/winrm", "/automation/v1/winrm"])
def test_a_test_signs_in_and_answers_the_name(api, machine, root):
    machine.answers["hostname"] = ("WIN-7\r\n", 0)

    answer = api("operator").post(f"{root}/test", account(machine), format="json").json()

    assert answer["data"]["success"] is True
    assert answer["data"]["message"] == "Connected successfully to 127.0.0.1"
    assert answer["data"]["hostname"] == "WIN-7"


def test_a_wrong_password_is_connection_failed(api, machine):
    body = account(machine, password="wrong-1")

    answer = api("operator").post("/api/winrm/test", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "CONNECTION_FAILED"
    assert "wrong-1" not in answer.content.decode()
    assert machine.seen == []


def test_commands_answer_output_and_exit_code(api, machine):
    machine.answers |= {"ipconfig": ("Ethernet\r\n", 0), "exit 3": ("", 3), "Get-Date": ("now", 0)}
    operator = api("operator")

    good = operator.post(
        "/api/winrm/execute/cmd", account(machine, command="ipconfig"), format="json"
    ).json()["data"]
    bad = operator.post(
        "/api/winrm/execute/cmd", account(machine, command="exit 3"), format="json"
    ).json()["data"]
    script = operator.post(
        "/api/winrm/execute/powershell", account(machine, script="Get-Date"), format="json"
    ).json()["data"]

    assert (good["success"], good["output"], good["exit_code"]) == (True, "Ethernet\n", 0)
    assert (bad["success"], bad["exit_code"]) == (False, 3)
    assert script["output"] == "now"
    assert AuditEntry.objects.filter(verb="device.winrm_command").count() == 3
    assert machine.password not in json.dumps(list(AuditEntry.objects.values_list("after")))


def test_lists_stay_lists_and_values_are_quoted(api, machine):
    machine.answers |= {
        "Get-Service": ('{"name":"Spooler","status":"Running"}', 0),
        "Get-Process": ("", 0),
        "Win32_LogicalDisk": ('[{"drive":"C:"},{"drive":"D:"}]', 0),
        "Win32_OperatingSystem": ('{"hostname":"WIN-7"}', 0),
    }
    operator = api("operator")

    def ask(call, **more):
        answer = operator.post(f"/api/winrm/{call}", account(machine, **more), format="json")
        return answer.json()["data"]

    assert ask("services", service_name="x'; Remove-Item C:\\ '")["services"] == [
        {"name": "Spooler", "status": "Running"}
    ]
    assert "-Name 'x''; Remove-Item C:\\ '''" in machine.seen[-1]
    assert ask("processes")["processes"] == []
    assert [disk["drive"] for disk in ask("disk-space")["disks"]] == ["C:", "D:"]
    assert ask("system-info")["system_info"] == {"hostname": "WIN-7"}
    assert ask("network-config")["network_config"] == []
    assert ask("event-log", newest=5)["events"] == []
    assert "-Newest 5" in machine.seen[-1]


@pytest.mark.parametrize("given", [{}, {"username": "a", "password": "b"}])
@pytest.mark.parametrize(
    ("call", "body", "code"),
    [
        ("test", {}, "MISSING_TARGET"),
        ("execute/cmd", {"target": "10.0.0.1"}, "MISSING_COMMAND"),
        ("execute/powershell", {"target": "10.0.0.1"}, "MISSING_SCRIPT"),
        ("services/manage", {"target": "10.0.0.1"}, "MISSING_SERVICE"),
        ("services/manage", {"target": "10.0.0.1", "service_name": "W32Time"}, "MISSING_ACTION"),
        ("reboot", {"target": "10.0.0.1"}, "CONFIRMATION_REQUIRED"),
        ("shutdown", {"target": "10.0.0.1", "confirm": "yes"}, "CONFIRMATION_REQUIRED"),
        ("event-log", {"target": "10.0.0.1", "newest": 1001}, "VALIDATION_ERROR"),
    ],
)
def test_what_is_missing_is_named_before_the_account(api, call, body, code, given):
    answer = api("admin").post(f"/api/winrm/{call}", {**given, **body}, format="json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert not AuditEntry.objects.filter(verb__startswith="device.winrm").exists()


def test_a_shutdown_needs_the_right_to_change_devices(api, machine):
    body = account(machine, confirm=True, delay_seconds=30, force=True)
    assert api("viewer").post("/api/winrm/shutdown", body, format="json").status_code == 403
    assert machine.seen == []

    answer = api("admin").post("/api/winrm/shutdown", body, format="json")

    assert answer.json()["data"]["success"] is True
    assert machine.seen == ["shutdown /s /t 30 /f"]


def test_a_script_too_long_for_a_command_line_is_not_packed():
    assert winrm.encoded("Get-Date").startswith("powershell.exe ")
    assert winrm.encoded("x" * 5000) == ""
    assert winrm_scripts.read_json("not json") is None
