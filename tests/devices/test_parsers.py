# ruff: noqa: E501  tables of devices are as wide as they are
"""Parsers against the outputs of the contract, and against mangled ones."""

import io

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from devices.parsers.registry import registry
from devices.parsers.saos_ports import is_optical

XCVR = """
+----+-----+-----+---------Transceiver-Status------------+-----+----------------+----+
|    |Admin| Oper|                                       |Ciena|Ether Medium &  |Diag|
|Port|State|State|      Vendor Name & Part Number        | Rev |Connector Type  |Data|
+----+-----+-----+---------------------------------------+-----+----------------+----+
|1   |Empty|     |                                       |     |                |    |
|5   |Ena  |Ena  |CIENA-FIN XCVR-S10V31 RevA             |A    |10GBASE-LR/LC   |Yes |
|7   |Dis  |Dis  |ACME COPPER T-1000 Rev1                |A    |1000BASE-T/RJ45 |No  |
+----+-----+-----+---------------------------------------+-----+----------------+----+
"""
PORTS = """
| 1       |10/100/G | Up |  12d 3h41m 9s|Ena |Dis|1000/FD| On |Ena |Auto/FD| On |
| 2       | G/10Gig |Down|   0d 0h 0m 0s|    |Dis|       |    |Ena |Auto/FD| On |
| LAG1    | LAG     | Up |  12d 3h41m 9s|    |FWD|       |    |Ena |       |    |
"""
LLDP = """
|5            |6                               |  Chassis Id: 001A2B3C4D5E                                     |
|             |                                |   Mgmt Addr: 10.30.1.2                                        |
|             |                                |              10.30.9.2                                        |
|             |                                | System Name: LAB-B                                            |
|             |                                | System Desc: 3916 Service Delivery Switch                     |
"""
DIAGNOSTICS = """
| Temp    (degC)|  41.250  | HIGH  90.000  | 0    | HIGH  85.000  | 0    |
| Tx Power (mW) |  1.2023  | HIGH  3.1623  | 0    | HIGH  2.5119  | 0    |
| Tx Power (dBm)|  +0.8001 | HIGH  +5.0000 | 0    | HIGH  +4.0000 | 0    |
|               |          | LOW   -2.0000 | 0    | LOW   -1.0000 | 0    |
| Rx Power (dBm)|  -7.2500 | HIGH  +0.5000 | 0    | HIGH   0.0000 | 0    |
"""
ALL = {
    "ciena_port_xcvr_show": XCVR,
    "ciena_port_show": PORTS,
    "ciena_lldp_neighbors": LLDP,
    "ciena_port_xcvr_diagnostics": DIAGNOSTICS,
}


def test_a_transceiver_table_gives_its_filled_cages():
    first, second = registry.parse("PortXcvrParser", XCVR)

    expected = {
        "interface_index": 10005,
        "interface_name": "Port 5",
        "cli_port": 5,
        "is_optical": True,
        "medium": "10GBASE-LR",
        "connector": "LC",
        "speed": "10GBASE-LR",
        "tx_power": "",
        "rx_power": "",
        "temperature": "",
        "status": "up",
    }
    assert expected.items() <= first.items()
    assert first["has_diagnostics"] is True
    assert first["raw_output"].startswith("|5   |Ena")
    assert (second["cli_port"], second["is_optical"], second["status"]) == (7, False, "down")


@pytest.mark.parametrize(
    ("medium", "connector", "optical"),
    [
        ("10GBASE-LR", "LC", True),
        ("1000BASE-SX", "LC", True),
        ("1000BASE-T", "RJ45", False),
        ("40GBASE-SR4", "MPO", True),
        ("10GBASE-CR", "", False),
        ("10GBASE-ER", "", True),
        ("1000BASE-BX10", "", True),
        ("COPPER", "", False),
    ],
)
def test_light_is_told_from_copper(medium, connector, optical):
    assert is_optical(medium, connector) is optical


def test_a_port_table_gives_links_and_leaves_lags_out_unless_asked():
    one, two = registry.parse("ciena_port_show", PORTS)

    assert {"cli_port": 1, "port_type": "10/100/G", "link": "Up", "mode": "1000/FD"}.items() <= (
        one.items()
    )
    assert (one["duration_seconds"], one["speed_mbps"], one["duplex"]) == (1050069, 1000, "full")
    assert (two["link"], two["mode"], two["speed_mbps"]) == ("Down", "", None)
    lags = registry.parse("ciena_port_show", PORTS, {"include_lags": True})
    assert lags[2]["port_label"] == "LAG1"


def test_a_neighbour_keeps_its_first_ipv4_address():
    (found,) = registry.parse("ciena_lldp_remote", LLDP)

    assert found == {
        "local_port": 5,
        "lldp_remote_port": "6",
        "lldp_remote_chassis_id": "001A2B3C4D5E",
        "lldp_remote_mgmt_addr": "10.30.1.2",
        "lldp_remote_mgmt_addrs": ["10.30.1.2", "10.30.9.2"],
        "lldp_remote_system_name": "LAB-B",
        "lldp_remote_system_desc": "3916 Service Delivery Switch",
        "lldp_raw_info": "Chassis Id: 001A2B3C4D5E\nMgmt Addr: 10.30.1.2\n10.30.9.2\n"
        "System Name: LAB-B\nSystem Desc: 3916 Service Delivery Switch",
    }


def test_two_neighbours_on_one_port_are_both_told_and_ipv4_wins():
    text = (
        "|5 |6 | Mgmt Addr: fe80::1 |\n|  |  |            10.0.0.9 |\n|5 |7 | System Name: a:b:c |\n"
        "|  |  | Chassis Id: |"
    )
    one, two = registry.parse("ciena_lldp_neighbors", text)

    assert one["lldp_remote_mgmt_addr"] == "10.0.0.9"
    assert two["lldp_remote_system_name"] == "a:b:c"
    assert "lldp_remote_chassis_id" not in two


def test_diagnostics_read_light_levels_and_thresholds():
    context = {"ip_address": "10.0.0.1", "cli_port": 5}
    (found,) = registry.parse("ciena_port_xcvr_diagnostics", DIAGNOSTICS, context)

    assert (found["tx_power"], found["rx_power"], found["temperature"]) == (0.8001, -7.25, 41.25)
    assert found["has_power_reading"] is True
    assert (found["ip_address"], found["interface_name"]) == ("10.0.0.1", None)
    assert found["thresholds"]["tx_power"]["low_warning"] == -1.0
    assert found["thresholds"]["tx_power"]["high_alarm_flag"] is False


def test_empty_diagnostics_are_one_record_of_nulls():
    (found,) = registry.parse("ciena_port_xcvr_diagnostics", "")

    assert (found["tx_power"], found["has_power_reading"]) == (None, False)
    dark = registry.parse("ciena_port_xcvr_diagnostics", "| Rx Power (dBm)| -Inf | |")[0]
    assert dark["rx_power"] is None


def mangled(text):
    yield text.replace("\n", "\r\n")
    yield f"> port show\n{text}\nagg-sw-1> "
    yield text.replace("\n", "\n--More--\n", 1)
    yield "\n".join(f"  {line}" for line in text.splitlines())
    yield "\x1b[2J\x1b[1;31m" + text.replace("|", "\x1b[0m|")


@pytest.mark.parametrize("name", ALL)
def test_mangled_outputs_give_the_same_records(name):
    clean = registry.parse(name, ALL[name])

    for text in mangled(ALL[name]):
        assert registry.parse(name, text) == clean, text[:60]


@pytest.mark.parametrize("name", ALL)
def test_truncated_outputs_never_raise(name):
    for cut in range(0, len(ALL[name]), 7):
        registry.parse(name, ALL[name][:cut])


@pytest.mark.parametrize("name", [*ALL, "ntc:ciena_saos:port show", "ntc:cisco_ios:show version"])
@given(text=st.text(alphabet=st.sampled_from("|+- \n\r\x1b[abc019.:/"), max_size=200))
def test_no_text_makes_a_parser_raise(name, text):
    registry.safe_parse(name, text)


def test_lines_that_are_not_understood_are_told():
    answer = registry.safe_parse("ciena_port_xcvr_show", XCVR + "\nwhat is this\n")

    assert answer["count"] == 2
    assert answer["unknown_lines"] == ["what is this"]


def test_safe_parse_answers_in_words():
    assert registry.safe_parse("ciena_port_show", "") == {
        "success": False,
        "data": [],
        "error": "Invalid or empty output",
    }
    assert registry.safe_parse("nope", "x")["error"] == "Unknown parser: nope"
    assert registry.safe_parse("ciena_port_show", "hello")["count"] == 0


def test_templates_of_other_vendors_are_reached_by_name():
    text = "Cisco IOS Software, C3750 Software (C3750-IPSERVICESK9-M), Version 12.2(55)SE\n"
    answer = registry.safe_parse("ntc:cisco_ios:show version", text)
    assert answer["success"] is True
    table = registry.safe_parse("ntc:ciena_saos:port show", PORTS.strip())
    assert table["success"] is True


@pytest.mark.parametrize("name", ["ntc:nope:show version", "ntc:cisco_ios:nope"])
def test_a_template_that_there_is_not_is_an_unknown_parser(api, name):
    wrong = f"Unknown parser: {name}"

    assert registry.safe_parse(name, "x") == {"success": False, "data": [], "error": wrong}
    answer = api("super_admin").post(f"/api/parsers/{name}/parse", {"output": "x"}, format="json")
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, wrong)


def test_lines_that_are_too_many_are_told():
    row = "|5 |Ena |Ena |ACME |A |10GBASE-LR/LC |Yes |\n"

    answer = registry.safe_parse("ciena_port_xcvr_show", row * 100_050)

    assert answer["count"] == 100_000
    assert answer["unknown_lines"] == ["50 lines after the first 100000 were not read"]


@pytest.mark.parametrize("pager", ["--More--", "--More-- (50%)", "--More--(50%)"])
def test_a_row_behind_a_pager_is_read(pager):
    row = "|5 |Ena |Ena |ACME |A |10GBASE-LR/LC |Yes |"

    answer = registry.safe_parse("ciena_port_xcvr_show", f"{pager}{row}")

    assert (answer["count"], answer["unknown_lines"]) == (1, [])


def test_a_pager_overwritten_by_backspaces_hides_no_row():
    line = "|5 |Ena |Ena |ACME |A |10GBASE-LR/LC |Yes |"
    wiped = "--More--" + "\x08" * 8 + " " * 8 + "\x08" * 8 + line

    assert registry.parse("ciena_port_xcvr_show", wiped)[0]["cli_port"] == 5


def test_rows_that_were_cut_are_told():
    def unknown(parser, text):
        return registry.safe_parse(parser, text)["unknown_lines"]

    assert unknown("ciena_port_show", "| 4") == ["| 4"]
    assert unknown("ciena_port_show", "| LAG1 | LAG | Up |") == []
    assert unknown("ciena_lldp_neighbors", "| 8 |") == ["| 8 |"]
    early = "|  |  | System Name: lost |"
    assert unknown("ciena_lldp_neighbors", early) == [early]
    assert unknown("ciena_port_xcvr_diagnostics", "| Laser age | 12 |") == ["| Laser age | 12 |"]
    strange = "|5x |6 | what |"
    assert unknown("ciena_lldp_neighbors", "|Local |Remote | Info |\n" + strange) == [strange]
    lost = "|    |Ena |Ena |ACME |A |10GBASE-LR/LC |Yes |"
    assert unknown("ciena_port_xcvr_show", lost) == [lost]
    assert unknown("ciena_port_xcvr_diagnostics", "| Vendor | ACME |") == ["| Vendor | ACME |"]


def test_only_addresses_go_on_with_a_blank_management_address():
    text = "|5|6| Mgmt Addr: |\n| | | Port Desc: up to B |\n| | | 10.0.0.9 |"

    found = registry.parse("ciena_lldp_neighbors", text)[0]

    assert found["lldp_remote_mgmt_addr"] == "10.0.0.9"
    assert found["lldp_remote_mgmt_addrs"] == ["10.0.0.9"]


@pytest.mark.parametrize(
    "cell", ["9" * 400, "9" * 5000 + "/FD", "1" * 400 + "d"], ids=["speed", "mode", "duration"]
)
def test_endless_numbers_are_no_numbers(cell):
    found = registry.parse("ciena_port_show", f"| 1 | x | Up | {cell} | | | {cell} |")

    assert (found[0]["speed_mbps"], found[0]["cli_port"]) == (None, 1)
    text = f"| Tx Power (dBm) | {'9' * 400} |"
    assert registry.parse("ciena_port_xcvr_diagnostics", text)[0]["tx_power"] is None


def test_standard_input_that_is_no_utf8_is_parsed(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe|\n"), "utf-8"))

    call_command("parse", "-", parser="ciena_port_show")

    told = capsys.readouterr()
    assert (told.out.strip(), told.err.strip()) == ("[]", "not understood: \ufffd\ufffd|")
