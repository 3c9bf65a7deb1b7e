"""Outputs that were cut, torn or printed otherwise: no half value passes, odd lines are told."""

import time

import pytest

from devices.parsers.registry import registry

ROW = "|5 |Ena |Ena |ACME |A |10GBASE-LR/LC |Yes |"


def read(parser, text):
    answer = registry.safe_parse(parser, text)
    assert answer["success"] is True
    return answer["data"], answer["unknown_lines"]


def test_a_value_behind_which_no_bar_stands_was_cut_and_is_not_read():
    cut = "| Rx Power (dBm)| -1"

    (found,), unknown = read("ciena_port_xcvr_diagnostics", f"| Tx Power (dBm)| 1.5 |\n{cut}")

    assert (found["tx_power"], found["rx_power"]) == (1.5, None)
    assert unknown == [cut]


def test_a_row_cut_in_its_last_cell_is_told():
    assert read("ciena_port_xcvr_show", ROW[:-3]) == ([], [ROW[:-3]])


def test_a_port_row_that_was_cut_keeps_its_whole_cells_and_is_told():
    cut = "| 1 |10/100/G | Up |  12d 3h41m 9s|Ena |Dis|10"

    (found,), unknown = read("ciena_port_show", cut)

    assert (found["link"], found["mode"], found["speed_mbps"]) == ("Up", "", None)
    assert unknown == [cut]


def test_half_an_address_of_a_neighbour_is_none():
    cut = "| | | Mgmt Addr: 10.30.1"

    (found,), unknown = read("ciena_lldp_neighbors", f"|5 |6 | Chassis Id: AA |\n{cut}")

    assert found == {
        "local_port": 5,
        "lldp_remote_port": "6",
        "lldp_raw_info": "Chassis Id: AA",
        "lldp_remote_chassis_id": "AA",
    }
    assert unknown == [cut]


def test_a_line_of_another_kind_ends_no_neighbour():
    odd = "| |cont | |"
    text = f"|5 |6 | Chassis Id: AA |\n{odd}\n|Local |Remote | Info |\n| | | Mgmt Addr: 10.0.0.1 |"

    (found,), unknown = read("ciena_lldp_neighbors", text)

    assert found["lldp_remote_mgmt_addr"] == "10.0.0.1"
    assert unknown == [odd]


def test_a_neighbour_of_a_port_without_a_number_gives_nothing_to_the_one_before():
    lost = ["|2.1 |7 | Chassis Id: BB |", "| | | Mgmt Addr: 10.0.0.2 |"]

    (found,), unknown = read("ciena_lldp_neighbors", "\n".join(["|5 |6 | Chassis Id: AA |", *lost]))

    assert found["lldp_remote_chassis_id"] == "AA"
    assert "lldp_remote_mgmt_addr" not in found
    assert unknown == lost


@pytest.mark.parametrize("gap", ["\t", "", "   "])
def test_limits_are_read_whatever_stands_behind_their_side(gap):
    text = (
        f"| Tx Power (dBm)| 1 | HIGH{gap}+5.0 | 1 | high{gap}+4.0 | 0 |\n| | | LOW{gap}-2.0 |0|||"
    )

    (found,), unknown = read("ciena_port_xcvr_diagnostics", text)

    assert found["thresholds"]["tx_power"] == {
        "high_alarm": 5.0,
        "high_alarm_flag": True,
        "high_warning": 4.0,
        "high_warning_flag": False,
        "low_alarm": -2.0,
        "low_alarm_flag": False,
    }
    assert unknown == []


def test_limits_that_belong_to_nothing_or_say_something_else_are_told():
    early, odd = "| | | LOW -2.0 | 0 |", "| Tx Power (dBm)| 1 | HIGH 5 | HIGH 4 |"
    again, late = "| Tx Power (dBm)| 9 | HIGH 7 | 0 |", "| | | LOW -7 | 0 |"

    (found,), unknown = read("ciena_port_xcvr_diagnostics", "\n".join((early, odd, again, late)))

    assert (found["tx_power"], found["thresholds"]) == (1.0, {"tx_power": {}})
    assert unknown == [early, odd, again, late]


LEVELS = {"-0.0000": "0.0", "\N{MINUS SIGN}7.25": "-7.25", "+0.80": "0.8", "7.5 dBm": "7.5"}
NO_LEVELS = ("-Inf", "N/A", "", "-", "1.2.3", "NaN")


@pytest.mark.parametrize(
    ("cell", "value"), [*LEVELS.items(), *((one, "None") for one in NO_LEVELS)]
)
def test_a_level_is_a_number_or_none(cell, value):
    (found,), _ = read("ciena_port_xcvr_diagnostics", f"| Rx Power (dBm)| {cell} |")

    assert str(found["rx_power"]) == value
    assert found["has_power_reading"] is (value != "None")


@pytest.mark.parametrize("label", ["1.11", "1/1", "LAG1", "agg-west", "LAG-\u00e9"])
def test_a_port_without_a_number_is_kept_under_its_label(label):
    (found,), unknown = read("ciena_port_xcvr_show", ROW.replace("5", label, 1))

    assert (found["port_label"], found["interface_index"], unknown) == (label, None, [])


def test_a_number_too_long_for_a_port_is_told():
    row = ROW.replace("5", "9" * 12, 1)

    assert read("ciena_port_xcvr_show", row) == ([], [row])


@pytest.mark.parametrize("escape", ["\x1b(B", "\x1b7", "\x1bc", "\x1bP1$r\x1b\\", "\x1b[?25l"])
def test_a_row_behind_any_escape_is_read(escape):
    rows, unknown = read("ciena_port_xcvr_show", f"{escape}{ROW}{escape}")

    assert ([row["cli_port"] for row in rows], unknown) == ([5], [])


@pytest.mark.parametrize("mark", ["\ufeff", " \ufeff ", "\x1b[0m\ufeff", "\ufeff\ufeff"])
def test_a_byte_order_mark_costs_no_row(mark):
    rows, unknown = read("ciena_port_xcvr_show", f"{mark}{ROW}\n{mark}{ROW}")
    light, _ = read("ciena_port_xcvr_diagnostics", f"{mark}| Rx Power (dBm)| -7.25 |")

    assert ([row["raw_output"] for row in rows], unknown) == ([ROW, ROW], [])
    assert light[0]["rx_power"] == -7.25


@pytest.mark.parametrize("raw", [None, b"|5|", 5, ["|5|"]])
@pytest.mark.parametrize("parser", ["ciena_port_show", "ciena_port_xcvr_diagnostics"])
def test_what_is_no_text_is_read_as_an_empty_output(parser, raw):
    assert registry.parse(parser, raw) == registry.parse(parser, "")


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        ("ciena_port_show", "--more--(" * 100_000),
        ("ciena_lldp_neighbors", "|5 |6 | Mgmt Addr: |\n" + "| | | 10.0.0.1 |\n" * 60_000),
    ],
    ids=["pagers", "neighbour"],
)
def test_an_endless_output_takes_no_endless_time(parser, text):
    began = time.process_time()

    registry.safe_parse(parser, text)

    assert time.process_time() - began < 10


IOS = """GigabitEthernet1 is up, line protocol is up
  Hardware is CSR vNIC, address is 0800.27aa.bbcc (bia 0800.27aa.bbcc)
  Description: to core
  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec,
     0 input errors, 3 CRC, 0 frame, 0 overrun, 0 ignored
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n--More--" + "\x08" * 9])
def test_templates_of_other_vendors_see_how_far_a_line_is_indented(end):
    (found,), _ = read("ntc:cisco_ios:show interfaces", IOS.replace("\n", end))

    assert (found["description"], found["mtu"], found["crc"]) == ("to core", "1500", "3")


def test_a_line_that_a_template_does_not_know_costs_no_record():
    odd = ["sw> port show", "Port Table", "what is this"]
    row = "| 1 |10/100/G | Up |  12d 3h41m 9s|Ena |Dis|1000/FD| On |Ena |Auto/FD| On |"

    (found,), unknown = read("ntc:ciena_saos:port show", "\n".join([odd[0], odd[1], row, odd[2]]))

    assert (found["name"], found["link"], found["mode"]) == ("1", "Up", "1000/FD")
    assert unknown == odd


def test_a_template_that_knows_hardly_a_line_gives_up():
    rows, unknown = read("ntc:ciena_saos:port show", "\n".join(f"odd {at}" for at in range(30)))

    assert (rows, unknown[:20]) == ([], [f"odd {at}" for at in range(20)])
    assert unknown[20:] == ["State Error raised. Rule Line: 30. Input Line: odd 20"]


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_blanks_without_end_cost_a_template_no_time(blank):
    lines = [f"{blank * 45_000}|", *[f"{blank * 900}|"] * 50]
    began = time.monotonic()

    read("ntc:cisco_ios:show version", "\n".join(lines))

    assert time.monotonic() - began < 5  # a first line of 45,000 took 27 s
