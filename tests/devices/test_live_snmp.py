"""Devices asked while somebody waits: the simulated switches over real sockets."""

from __future__ import annotations

import socket
import time

import pytest

from devices.executors import saos_mib
from devices.executors.base import safe_execute
from devices.executors.snmp import SnmpExecutor
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import Credential, CredentialUse, InterfaceSample, ManagementAddress
from devices.services import live_snmp, optical_limits
from tests.devices.conftest import free_port

pytestmark = pytest.mark.django_db
HOST = "127.0.10.1"


def rows(base: str, cells: dict[str, object]) -> list[VarBind]:
    """Return rows below a table entry, `column.index` to value."""
    return [
        VarBind(
            parse_oid(f"{base}.{place}"),
            "Integer" if isinstance(value, int) else "OctetString",
            value if isinstance(value, int) else str(value).encode(),
        )
        for place, value in cells.items()
    ]


def test_the_recorded_transceiver_reads_as_recorded():
    found = saos_mib.transceivers(
        rows(
            saos_mib.XCVR,
            {
                "2.21": 2,
                "3.21": 4,
                "7.21": "CIENA-FIN",
                "9.21": "XCVR-S10V31",
                "11.21": "SN21",
                "15.21": 1310,
                "16.21": 46,
                "28.21": 1,
                "105.21": -57839,
                "106.21": 19312,
                "7.22": "  ",
            },
        )
    )
    assert found == [
        {
            "port_id": 21,
            "vendor": "CIENA-FIN",
            "oper_state": "enabled",
            "sfp_type": "SFP",
            "part_number": "XCVR-S10V31",
            "serial_number": "SN21",
            "wavelength_nm": 1310,
            "temperature_c": 46,
            "rx_power_dbm": -5.78,
            "tx_power_dbm": 1.93,
            "los": True,
        }
    ]


def test_the_recorded_alarm_reads_as_recorded_and_its_time_may_be_octets():
    cells = {
        "1.1.4.21": 5,
        "3.1.4.21": 4,
        "4.1.4.21": "Port ID",
        "5.1.4.21": "21",
        "6.1.4.21": 2,
        "7.1.4.21": "xcvrRxPower: High",
        "8.1.4.21": "2025-10-13 23:05:11",
    }
    assert saos_mib.alarms(rows(saos_mib.ALARM, cells)) == [
        {
            "index": "1.4.21",
            "severity": "minor",
            "object_class": "port",
            "object_type": "Port ID",
            "object_instance": "21",
            "acknowledged": False,
            "description": "xcvrRxPower: High",
            "timestamp": "2025-10-13 23:05:11",
        }
    ]
    octets = VarBind(
        parse_oid(f"{saos_mib.ALARM}.8.1.4.21"),
        "OctetString",
        bytes((0x07, 0xE9, 10, 13, 23, 5, 11, 0)),
    )
    assert saos_mib.alarms([octets])[0]["timestamp"] == "2025-10-13 23:05:11"


def test_the_recorded_limits_read_as_recorded():
    cells = {
        "107.21": 50000,
        "108.21": -19997,
        "109.21": -59998,
        "110.21": -239794,
        "40.21": 2512,
        "41.21": 794,
        "42.21": 198,
        "43.21": 5,
        "43.22": 0,
    }
    assert optical_limits.shaped(rows(saos_mib.XCVR, cells)) == {
        "21": {
            "tx_high_alarm": 5.0,
            "tx_low_alarm": -1.9997,
            "rx_high_alarm": -5.9998,
            "rx_low_alarm": -23.9794,
            "tx_high_warn": 4.0,
            "tx_low_warn": -1.0,
            "rx_high_warn": -7.03,
            "rx_low_warn": -23.01,
        }
    }


def test_limits_come_from_the_device_and_samples_from_outside_are_taken(api, simulated):
    admin = api("admin")
    admin.post("/api/devices", {"ip_address": HOST}, format="json")
    ManagementAddress.objects.filter(ip=HOST).update(snmp_port=simulated.snmp_port)

    limits = admin.get(f"/api/metrics/optical/thresholds?device_ip={HOST}").json()
    traffic = {"device_ip": HOST, "interface_name": "port1", "rx_bps": 0}
    one = admin.post("/api/metrics/interface", traffic, format="json")
    two = admin.post(
        "/monitoring/v1/metrics/availability",
        {"metrics": [{"device_ip": HOST, "ping_status": "up", "ping_latency_ms": 2.5}]},
        format="json",
    )
    bad = admin.post("/api/metrics/availability", {"ping_status": "up"}, format="json")

    assert limits["count"] > 0
    assert next(iter(limits["thresholds"].values()))["rx_low_alarm"] == -14.0
    assert (one.status_code, set(one.json())) == (201, {"id"})
    assert two.json() == {"inserted": 1}
    assert (bad.status_code, bad.json()["error"]) == (400, "device_ip is required")
    for body in ({"device_ip": HOST}, {**traffic, "device_ip": "x"}, {**traffic, "rx_bps": "1"}):
        assert admin.post("/api/metrics/interface", body, format="json").status_code == 400
    assert InterfaceSample.objects.count() == 1


def test_zero_dbm_is_a_value_and_a_column_without_a_row_is_null():
    found = saos_mib.transceivers(rows(saos_mib.XCVR, {"7.1": "A", "105.1": 0}))
    assert (found[0]["rx_power_dbm"], found[0]["tx_power_dbm"], found[0]["los"]) == (
        0.0,
        None,
        None,
    )


def test_counters_prefer_the_long_table_and_take_the_rest_from_the_short_one():
    found = saos_mib.port_stats(
        [
            *rows(saos_mib.STATS32, {"2.9": 5, "4.9": 7, "51.9": 3, "63.9": 2, "2.10": 8}),
            *rows(saos_mib.STATS64, {"2.9": 5 + 2**32, "53.9": 4}),
        ]
    )
    assert [row["port_id"] for row in found] == [9, 10]
    assert found[0] == {
        "port_id": 9,
        "rx_bytes": 5 + 2**32,
        "rx_pkts": None,
        "tx_bytes": None,
        "tx_pkts": None,
        "rx_crc_errors": 7,
        "rx_errors": 4,
        "rx_discards": None,
        "link_flaps": 3,
    }
    assert found[1]["rx_bytes"] == 8


@pytest.mark.parametrize("root", ["/api/snmp", "/monitoring/v1/snmp"])
def test_a_switch_answers_every_read(api, simulated, root):
    operator = api("operator")
    asked = f"?community=public&port={simulated.snmp_port}"

    system = operator.get(f"{root}/system/{HOST}{asked}").json()["data"]
    ports = operator.get(f"{root}/ports/{HOST}{asked}").json()["data"]
    light = operator.get(f"{root}/transceivers/{HOST}{asked}").json()["data"]
    alarms = operator.get(f"{root}/alarms/{HOST}{asked}").json()
    chassis = operator.get(f"{root}/chassis/{HOST}{asked}").json()["data"]

    assert set(system) == {"host", "name", "description", "uptime", "location", "contact"}
    assert system["uptime"] > 0
    assert ports["count"] == len(ports["ports"]) == ports["up"] + ports["down"]
    assert ports["ports"][0]["admin_state"] == "enabled"
    assert light["count"] > 0
    assert light["transceivers"][0]["sfp_type"] == "SFP"
    assert alarms["data"]["alarms"] == alarms["alarms"]
    assert chassis["fans"] == [{"id": 1, "status": "ok", "speed_rpm": 4200}]
    assert chassis["temperatures"][0]["state"] == "normal"
    for what in ("port-stats", "lag", "mstp", "ntp", "cfm", "rings", "raps/global"):
        assert operator.get(f"{root}/{what}/{HOST}{asked}").status_code == 200, what


def test_a_poll_of_many_says_per_host_what_happened(api, simulated):
    body = {"community": "public", "port": simulated.snmp_port}
    operator = api("operator")

    tested = operator.post("/api/snmp/test", {"host": HOST, **body}, format="json").json()
    one = operator.post("/api/snmp/poll", {"host": HOST, **body}, format="json").json()["data"]
    hosts = [HOST, "127.0.200.1", "127.0.10.2"]
    many = operator.post("/api/snmp/poll/batch", {"hosts": hosts, **body}, format="json").json()

    assert tested["data"]["success"] is True
    assert len(one["ports"]) > len(one["transceivers"]) > 0
    assert one["alarms"] == []
    assert many["data"]["count"] == 3
    assert [row["success"] for row in many["data"]["results"]] == [True, False, True]
    assert many["data"]["results"][1]["error"] == "No SNMP response received before timeout"


def test_a_host_that_is_none_is_a_row_of_its_own_among_many(api, simulated):
    body = {"community": "public", "port": simulated.snmp_port}
    path, operator = "/api/snmp/poll/batch", api("operator")
    hosts = ["-x", HOST, None, {"a": 1}, HOST]

    found = operator.post(path, {"hosts": hosts, **body}, format="json").json()["data"]
    none = operator.post(path, {"hosts": ["-x", ""], **body}, format="json").json()["data"]
    wrong = [
        operator.post(path, {"hosts": [HOST, "-x"], **body, **bad}, format="json")
        for bad in ({"port": 0}, {"version": "9"}, {"credential_id": 99})
    ]

    assert found["count"] == 5
    assert [row["success"] for row in found["results"]] == [False, True, False, False, True]
    bad = {"host": "-x", "success": False, "error": "Invalid host: -x"}
    assert found["results"][0] == bad
    assert found["results"][2] == {"host": "", "success": False, "error": "host is required"}
    assert none == {"count": 2, "results": [bad, found["results"][2]]}
    assert [answer.status_code for answer in wrong] == [400, 400, 404]


def test_silence_is_502_and_bad_input_400(api):
    operator = api("operator")
    silent = operator.get(f"/api/snmp/system/127.0.0.1?community=x&port={free_port(2)}")
    assert silent.status_code == 502
    assert silent.json()["error"]["code"] == "SNMP_ERROR"
    assert operator.get("/api/snmp/system/-x").json()["error"]["message"] == "Invalid host: -x"
    missing = operator.post("/api/snmp/poll", {}, format="json").json()["error"]
    assert (missing["code"], missing["message"]) == ("VALIDATION_ERROR", "host is required")
    assert api("viewer").get("/api/snmp/system/127.0.0.1").status_code == 403


def test_a_credential_of_the_vault_is_used_and_its_use_logged(api, simulated):
    admin = api("admin")
    made = admin.post(
        "/api/credentials",
        {"name": "lab", "credential_type": "snmp", "community": "public"},
        format="json",
    ).json()["data"]["credential"]
    query = f"?credential_id={made['id']}&port={simulated.snmp_port}"

    answer = admin.get(f"/api/snmp/system/{HOST}{query}")

    assert answer.status_code == 200
    assert CredentialUse.objects.filter(action="used", target_device=HOST).count() == 1
    assert Credential.objects.get(pk=made["id"]).used_by_count == 1


def test_a_simulated_switch_of_v1_refuses_by_name_and_ends_a_walk(simulated):
    config = {"port": simulated.snmp_port, "version": "1", "timeout": 5, "retries": 0}
    snmp = SnmpExecutor()

    missing = safe_execute(snmp, "127.0.10.1", "1.3.6.1.2.1.1.99.0", config)
    tree = safe_execute(snmp, "127.0.10.1", "1.3.6.1.2.1.1", {**config, "walk": True})

    assert (missing.success, missing.error) == (False, "noSuchName at 1")
    assert (tree.success, len(tree.extra["results"])) == (True, 6)


def test_many_silent_hosts_are_asked_at_once_and_end_together():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("0.0.0.0", 0))  # noqa: S104  takes what is sent to any loopback address
        config = {"port": silent.getsockname()[1], "timeout": 0.6, "retries": 1}
        began = time.monotonic()
        hosts = [f"127.0.98.{number}" for number in range(1, 101)]
        ways = [live_snmp.Way(host, config, None, began + 3 + at) for at, host in enumerate(hosts)]

        found = live_snmp.poll_batch(ways, actor=None)

    assert time.monotonic() - began < 2
    assert [row["success"] for row in found] == [False] * 100
    assert {row["error"] for row in found} == {"No SNMP response received before timeout"}
