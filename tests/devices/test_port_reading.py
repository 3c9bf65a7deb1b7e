"""What a switch's outputs say together, and what is left of what they said before."""

import pytest

from devices.models import InterfaceState, OpticalSample
from devices.services import port_reading
from tests.devices.test_parsers import LLDP, PORTS, XCVR

pytestmark = pytest.mark.django_db
IP = "10.20.0.10"


def read(**texts):
    sent = {name.replace("_", " "): text for name, text in texts.items()}
    outputs = [{"command": name, "output": text} for name, text in sent.items()]
    return port_reading.save_outputs(IP, outputs)


def ports(*names):
    return list(InterfaceState.objects.order_by("cli_port").values_list("cli_port", *names))


def test_outputs_are_merged_by_port():
    copper = "|1 |24 | System Name: LAB-C |\n"

    read(port_xcvr_show=XCVR, port_show=PORTS, lldp_show_neighbors=copper + LLDP)

    assert ports("interface_index", "status", "is_optical", "lldp_remote_system_name") == [
        (1, 10001, "up", False, "LAB-C"),
        (5, 10005, "up", True, "LAB-B"),
        (7, 10007, "down", False, ""),
    ]
    assert InterfaceState.objects.get(cli_port=1).speed_mbps == 1000


def test_a_cage_that_was_emptied_and_a_neighbour_that_went_are_forgotten():
    read(port_xcvr_show=XCVR, lldp_show_neighbors=LLDP)
    assert ports("status", "lldp_remote_port")[0] == (5, "up", "6")
    empty = "|5 |Empty | | | | | |"

    read(port_xcvr_show=empty, lldp_show_neighbors="|Local |Remote | Info |")

    assert ports("status", "is_optical", "medium", "vendor_part", "lldp_remote_port") == [
        (5, "down", False, "", "", ""),
        (7, "down", False, "1000BASE-T", "ACME COPPER T-1000 Rev1", ""),
    ]


def test_a_command_that_failed_takes_nothing_away():
    read(port_xcvr_show=XCVR, lldp_show_neighbors=LLDP)
    before = ports("status", "is_optical", "medium", "lldp_remote_mgmt_addr")

    saved = read(port_xcvr_show="SHELL PARSER FAILURE", lldp_show_neighbors="ERROR: no memory")

    assert saved["interfaces"] == 0
    assert ports("status", "is_optical", "medium", "lldp_remote_mgmt_addr") == before


def test_a_port_that_is_down_and_empty_is_not_made():
    read(port_xcvr_show="|2 |Empty | | | | | |", port_show=PORTS)

    assert ports("status") == [(1, "up")]


def test_a_port_of_copper_keeps_its_link_when_only_transceivers_are_read():
    read(port_xcvr_show=XCVR, port_show=PORTS)
    assert ports("status", "is_optical")[0] == (1, "up", False)

    read(port_xcvr_show=XCVR, lldp_show_neighbors="|1 |24 | System Name: LAB-C |")

    assert ports("status", "lldp_remote_system_name")[0] == (1, "up", "LAB-C")


def test_an_absurd_level_costs_no_other():
    text = """
| Temp    (degC)| 123456789.0 | HIGH  90.000  | 0    | HIGH  85.000  | 0    |
| Voltage (V)   |  4000.5 |
| Tx Power (dBm)|  +0.8001 | HIGH +500000.0 | 0    | HIGH  +4.0000 | 0    |
| Rx Power (dBm)| -9999999.9 | LOW -20.0 | 0 | LOW -19.0 | 0 |
"""
    dark = "| Tx Power (dBm)| 100000 |\n| Rx Power (dBm)| -Inf |"

    said = read(
        port_xcvr_show=XCVR,
        port_xcvr_show_port_5_diagnostics=text,
        port_xcvr_show_port_7_diagnostics=dark,
    )

    assert said == {"target": IP, "interfaces": 2, "optical_readings": 1}
    assert ports("tx_power", "rx_power", "temperature") == [(5, "0.8001", "", ""), (7, "", "", "")]
    sample = OpticalSample.objects.get()
    assert (float(sample.tx_power), sample.rx_power, sample.temperature) == (0.8, None, None)
    assert (sample.voltage, sample.tx_power_high_warn) == (None, None)
    assert float(sample.rx_power_low_warn) == -20.0
