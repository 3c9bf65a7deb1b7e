"""Scans and commands against the simulated switches."""

import asyncio
import json
import time

import pytest

from devices.choices import ScanStatus, TargetState
from devices.errors import Invalid
from devices.executors.base import Outcome
from devices.executors.discovery import discover
from devices.executors.ssh import SshExecutor
from devices.models import (
    Credential,
    CredentialUse,
    Device,
    ExecutorRun,
    InterfaceState,
    OpticalSample,
    Scan,
    SshHostKey,
)
from devices.services import scan_reading, scans, vault, vault_groups, vault_resolve
from devices.simulator import ssh_server
from devices.simulator.snmp_agent import encode_response, read_request
from inventory_site.core.models import QueuedTask
from tests.devices.test_snmp_engine import agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(api):
    return api("admin")


@pytest.fixture
def shell_login():
    return vault.create_credential(
        actor=None,
        body={
            "name": "lab shell",
            "credential_type": "ssh",
            "username": "lab",
            "password": "optical-lab",
            "is_default": True,
        },
    ).credential


def scan(client, commits, **body):
    with commits():
        return client.post("/api/scans", body, format="json")


def test_discovery_finds_the_devices_that_answer(admin, simulated, commits):
    started = scan(
        admin, commits, targets=["127.0.10.0/28"], options=simulated.options, accept="auto"
    )

    assert started.status_code == 202
    pk = started.json()["data"]["scan_id"]
    progress = admin.get(f"/api/scans/{pk}/progress").json()["data"]
    assert (progress["status"], progress["progress"]) == ("completed", 100)
    assert (progress["total_targets"], progress["discovered_devices"]) == (14, 11)
    assert Device.objects.count() == 11
    one = admin.get("/api/devices/127.0.10.1").json()["data"]
    assert (one["hostname"], one["vendor"], one["model"], one["status"]) == (
        "dub-agg-1",
        "Ciena",
        "5160",
        "up",
    )


def test_a_reviewed_scan_makes_only_what_was_accepted(admin, simulated, commits):
    started = scan(
        admin, commits, targets="127.0.10.1-3", options=simulated.options, accept="review"
    )
    pk = started.json()["data"]["scan_id"]
    assert not Device.objects.exists()
    rows = admin.get(f"/api/scans/{pk}/results?online=true").json()["data"]

    done = admin.post(
        f"/api/scans/{pk}/review",
        {"accept": [rows[0]["id"]], "reject": [rows[1]["id"]]},
        format="json",
    ).json()["data"]

    assert done == {"accepted": 1, "rejected": 1}
    assert [device.ip for device in Device.objects.all()] == ["127.0.10.1"]
    again = admin.post(f"/api/scans/{pk}/review", {"accept": "all"}, format="json").json()["data"]
    assert again["accepted"] == 1
    assert Device.objects.count() == 2


@pytest.mark.parametrize(
    "targets", [[], "10.0.0.0/33", ["10.0.0.999"], ["-c 5"], 7, ["group:99"], "10.0.0.0/8"]
)
def test_bad_targets_are_refused_and_nothing_is_queued(admin, commits, targets):
    answer = scan(admin, commits, targets=targets)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "targets"
    assert not Scan.objects.exists()


def test_a_scan_goes_on_where_a_lost_worker_left_it(admin, simulated, commits):
    row = scans.start_scan(actor=None, targets=["127.0.10.1-4"], options=simulated.options)
    row.results.filter(target="127.0.10.1").update(state=TargetState.DONE)
    Scan.objects.filter(pk=row.pk).update(status=ScanStatus.RUNNING)

    scans.perform_scan(row.pk)
    scans.perform_scan(row.pk)

    row.refresh_from_db()
    assert row.status == ScanStatus.COMPLETED
    assert sorted(device.ip for device in Device.objects.all()) == [
        "127.0.10.2",
        "127.0.10.3",
        "127.0.10.4",
    ]


def test_a_cancelled_scan_asks_nobody_and_can_be_resumed(admin, simulated, commits):
    row = scans.start_scan(actor=None, targets=["127.0.10.1"], options=simulated.options)
    cancelled = admin.post(f"/api/scans/{row.pk}/cancel").json()["data"]
    scans.perform_scan(row.pk)
    assert cancelled["status"] == "cancelled"
    assert not Device.objects.exists()

    with commits():
        assert admin.post(f"/api/scans/{row.pk}/resume").status_code == 202

    scans.perform_scan(row.pk)
    assert Device.objects.count() == 1
    assert admin.post(f"/api/scans/{row.pk}/cancel").status_code == 409


def test_ports_neighbours_and_light_are_read_over_ssh(admin, simulated, commits, shell_login):
    options = simulated.options
    scan(admin, commits, targets="127.0.10.1-11", options=options)
    scan(admin, commits, type="interfaces", targets="127.0.10.1-12", options=options)
    scan(admin, commits, type="optical", targets=["127.0.10.1"], options=options)

    ports = admin.get("/api/scans/interfaces/127.0.10.1").json()["data"]
    assert [row["cli_port"] for row in ports] == [5, 6]
    assert ports[0]["lldp_remote_mgmt_addr"] == "127.0.10.2"
    assert (ports[0]["status"], ports[0]["speed_mbps"]) == ("up", 10000)
    assert OpticalSample.objects.filter(device_ip="127.0.10.1").count() == 2
    assert float(ports[0]["rx_power"]) < 0
    history = admin.get("/api/devices/127.0.10.1/power-history?interface=10005").json()["data"]
    assert len(history) == 1
    graph = admin.get("/inventory/v1/topology").json()
    assert graph["metadata"]["total_devices"] == 11
    assert len(graph["links"]) == 11
    assert SshHostKey.objects.count() == 11
    assert InterfaceState.objects.count() == 23
    used = CredentialUse.objects.filter(action="used", credential=shell_login)
    assert (used.filter(success=True).count(), used.filter(success=False).count()) == (12, 1)


def test_a_command_runs_on_many_and_a_failed_target_is_a_row(
    admin, simulated, commits, shell_login
):
    vault_groups.assign(actor=None, ip_address="127.0.10.1", credential_id=shell_login.pk)
    with commits():
        answer = admin.post(
            "/api/executors/ssh/execute",
            {
                "targets": ["127.0.10.1", "127.0.10.2", "127.0.10.12"],
                "command": "software show",
                "config": {"port": simulated.ssh_port, "timeout": 30, "retries": 0},
                "credential_id": shell_login.pk,
            },
            format="json",
        )

    assert answer.status_code == 202
    run = admin.get(f"/api/executors/runs/{answer.json()['data']['run_id']}").json()["data"]
    assert run["status"] == "partial"
    assert [row["success"] for row in run["results"]] == [True, True, False]
    assert "saos-06-18" in run["results"][0]["output"]
    assert run["results"][2]["error_code"] == "unreachable"


def test_a_secret_sent_with_a_run_is_sealed_used_and_forgotten(admin, simulated, commits):
    account = simulated.world.scenario["ssh"]
    config = {"port": simulated.ssh_port, "timeout": 60, **account}
    body = {"targets": ["127.0.10.1"], "command": "software show", "config": config}
    with commits():
        answer = admin.post("/api/executors/ssh/execute", body, format="json")
        run = ExecutorRun.objects.get()
        assert account["password"] not in json.dumps(run.config)
        assert run.config["sealed"]

    assert answer.status_code == 202
    run.refresh_from_db()
    assert (run.status, "sealed" in run.config) == ("success", False)
    assert account["password"] not in admin.get(f"/api/executors/runs/{run.pk}").content.decode()


def test_a_run_names_what_is_wrong_with_it_and_is_not_made(admin):
    def ask(kind, **body):
        sent = {"targets": ["127.0.0.1"], "command": "x", **body}
        return admin.post(f"/api/executors/{kind}/execute", sent, format="json")

    assert ask("ssh", config={"password": ["s3cret"]}).status_code == 400
    assert ask("ssh", config={"credential_id": 999}).status_code == 404
    unknown = ask("warp")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["message"].startswith("Unknown executor: warp. Available: ")
    assert not ExecutorRun.objects.exists()


def test_who_may_use_no_credential_gets_none(api, shell_login):
    vault_groups.assign(actor=None, ip_address="10.7.7.7", credential_id=shell_login.pk)
    viewer, operator = api("viewer").user, api("operator").user

    assert vault_resolve.resolve("10.7.7.7", "ssh", actor=viewer) is None
    assert vault_resolve.resolve("10.7.7.7", "ssh", actor=operator).credential_id == shell_login.pk


def test_targeting_resolves_and_says_what_was_left_out(admin):
    def ask(kind, **config):
        return admin.post(
            "/api/targeting/resolve", {"type": kind, "config": config}, format="json"
        ).json()["data"]

    assert ask("static", targets="10.0.0.1, 10.0.0.2,,")["count"] == 2
    cut = ask("network_range", cidr="10.0.0.5/30", exclude=["10.0.0.6"])
    assert cut["targets"] == ["10.0.0.5"]
    assert cut["excluded"][0]["target"] == "10.0.0.6"
    assert ask("network_range", cidr="10.0.0.0/31")["targets"] == ["10.0.0.0", "10.0.0.1"]
    assert ask("network_range")["error"] == "Missing required fields: cidr"
    assert ask("planet")["error"] == "Unknown targeting type: planet"
    assert ask("database_query", query="select 1")["success"] is False


def test_trends_count_zero_as_a_value(admin):
    readings = [
        {"ip_address": "10.0.0.1", "interface_index": 7, "tx_power": t, "rx_power": r,
         "temperature": c, "recorded_at": f"{at}"}
        for t, r, c, at in (
            (1.93, -5.45, 46.32, "2026-11-20T10:00:00Z"),
            (1.95, -5.55, 46.30, "2026-11-20T10:05:00Z"),
            (0, -6, 45, "2026-11-20T10:10:00Z"),
        )
    ]  # fmt: skip
    saved = admin.post("/api/scans/optical/readings", {"readings": readings}, format="json")
    assert saved.json()["data"] == {"saved": 3}

    found = admin.get(
        "/api/scans/optical/trends?ip_address=10.0.0.1&interface_index=7&days=366"
    ).json()["data"]

    assert found["tx_power"]["min"] == 0
    assert found["tx_power"]["avg"] == 1.2933333333333332
    assert found["rx_power"]["avg"] == -5.666666666666667
    assert found["reading_count"] == 3
    empty = admin.get("/api/scans/optical/trends?ip_address=10.0.0.2&interface_index=7").json()
    assert empty["data"]["tx_power"] == {"min": None, "max": None, "avg": None}
    missing = admin.get("/api/scans/optical/power-history")
    assert missing.json()["error"]["message"] == "ip_address is required"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ports": "22,abc"}, "ports: abc is no port or range of ports"),
        ({"ports_to_scan": "1-99999"}, "ports: 1-99999 is no port or range of ports"),
        ({"snmp_timeout": "soon"}, "snmp_timeout must be a number above zero"),
        ({"ping_timeout": -1}, "ping_timeout must be a number above zero"),
        ({"ssh_timeout": 4000}, "ssh_timeout must be 3600 s at most"),
        ({"snmp_port": 70000}, "snmp_port must be a port"),
        ({"ssh_port": "x"}, "ssh_port must be a number above zero"),
        ({"snmp_retries": 10**9}, "snmp_retries must be a whole number from 0 to 10"),
    ],
)
def test_options_that_no_scan_can_use_are_refused(options, said):
    with pytest.raises(Invalid, match=f"^{said}$"):
        scans.start_scan(actor=None, targets=["127.0.99.1"], options=options)

    assert Scan.objects.count() == 0


def test_a_level_that_no_column_holds_costs_itself_only(monkeypatch):
    def outputs(dbm):
        xcvr = "|5 |Ena |Ena |CIENA-FIN XCVR-S10V31 RevA |A |10GBASE-LR/LC |Yes |"
        levels = f"| Tx Power (dBm) | {dbm} |"
        command = "port xcvr show port 5 diagnostics"
        told = (("port xcvr show", xcvr), (command, levels))
        return [{"command": asked, "output": text} for asked, text in told]

    def answering(executor, targets, *_):
        for at, dbm in enumerate(("1000000", "-2.5")):
            yield at, Outcome(True, extra={"outputs": outputs(dbm)})

    monkeypatch.setattr(scan_reading, "stream_batch", answering)
    scan = scans.start_scan(actor=None, kind="optical", targets=["10.0.0.1", "10.0.0.2"])

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    assert scan.status == ScanStatus.COMPLETED
    wrong, good = scan.results.order_by("position")
    assert (wrong.state, wrong.result["optical_readings"]) == ("done", 0)
    assert (good.state, good.result["optical_readings"]) == ("done", 1)
    assert [str(one.tx_power) for one in OpticalSample.objects.all()] == ["-2.500"]
    ports = InterfaceState.objects.order_by("ip_address")
    assert list(ports.values_list("ip_address", "tx_power")) == [
        ("10.0.0.1", ""),
        ("10.0.0.2", "-2.5"),
    ]


def test_numbers_sent_as_text_are_read():
    scan = scans.start_scan(actor=None, targets=["127.0.99.1"], options={"snmp_port": "1161"})

    assert scan.options["snmp_port"] == 1161


def test_a_default_community_that_a_scan_tries_is_told_once(api, simulated):
    body = {"credential_type": "snmp", "community": "public", "is_default": True}
    row = vault.create_credential(actor=None, body={"name": "lab", **body}).credential
    Credential.objects.filter(
        pk=vault.create_credential(actor=None, body={"name": "lost", **body}).credential.pk
    ).update(encrypted_data="pb1:gone:AAAA")
    options = {**simulated.options, "snmp_communities": "wrong", "snmp_retries": 0}
    scan = scans.start_scan(actor=None, targets=["127.0.10.1-2"], options=options)

    scans.perform_scan(scan.pk)

    found = scan.results.order_by("position")
    assert [one.result["snmp_status"] for one in found] == ["responding"] * 2
    [told] = row.uses.filter(action="accessed")
    assert (told.performed_by, told.action_detail) == ("system", f"Tried by Scan {scan.pk}")


def test_a_hostile_device_is_taken_in_harmless(admin_page):
    html, escapes = "<script>alert(1)</script>" + "x" * 3000, "\x1b[31mred\x07\x00"

    def answering(data, count):
        request = read_request(data)
        texts = [escapes, *[html] * len(request.oids)]
        rows = [(oid, "OctetString", texts[at]) for at, oid in enumerate(request.oids)]
        return [b"\x30\x84\xff\xff\xff\xff", encode_response(request, rows)]

    with agent(answering) as (port, _):
        options = {"snmp_port": port, "ssh_port": 1, "snmp_timeout": 1}
        scan = scans.start_scan(actor=None, targets=["127.0.0.1"], options=options)
        scans.perform_scan(scan.pk)

    result = scan.results.get().result
    assert result["snmp_status"] == "responding"
    assert result["description"] == "0x1b5b33316d7265640700"
    assert result["hostname"] == html[:1000]
    device = Device.objects.get()
    for page in (f"scan/{scan.pk}/change/", f"device/{device.pk}/change/", "device/"):
        shown = admin_page.get(f"/admin/devices/{page}").content.decode()
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert(1)" not in shown
        assert "\x1b" not in shown


def test_this_machine_is_online_by_its_ping_alone_other_loopback_is_not():
    quick = {"snmp_timeout": 0.2, "snmp_retries": 0, "snmp_port": 9, "ssh_port": 9}
    kept = [
        (found["ping_status"], found["snmp_status"], found["response_time_ms"] is not None)
        for found in (asyncio.run(discover(ip, quick)) for ip in ("127.0.0.1", "127.0.77.1"))
    ]

    assert kept == [("online", "no_response", True), ("offline", "no_response", True)]


def test_a_simulated_switch_hangs_up_after_its_reply_however_late_that_is(simulated, monkeypatch):
    begin = ssh_server._Login.check_channel_exec_request

    def replying_late(self, channel, command):
        begin(self, channel, command)
        time.sleep(0.2)
        return True

    monkeypatch.setattr(ssh_server._Login, "check_channel_exec_request", replying_late)
    login = {"username": "lab", "password": "optical-lab", "port": simulated.ssh_port}

    found = SshExecutor().execute("127.0.10.1", "port show", {**SshExecutor.defaults, **login})

    assert (found.success, found.error) == (True, None)
    assert "| 1 " in found.output


def test_a_scan_resumed_while_its_cancelled_task_still_ends_is_asked_for_anew(admin, simulated):
    row = scans.start_scan(actor=None, targets=["127.0.10.1"], options=simulated.options)
    admin.post(f"/api/scans/{row.pk}/cancel")

    assert admin.post(f"/api/scans/{row.pk}/resume").status_code == 202

    assert QueuedTask.objects.filter(task="devices.perform_scan").count() == 2
