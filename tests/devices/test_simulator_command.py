"""The command of the simulated switches: what it cannot do, it says in a sentence."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize("text", ["[]", '{"devices": "x"}', "{}", "no JSON"])
def test_a_scenario_of_another_shape_is_refused(tmp_path, text):
    file = tmp_path / "scenario.json"
    file.write_text(text)

    with pytest.raises(CommandError, match="Cannot read the scenario"):
        call_command("simulate_devices", scenario=file)


def test_a_port_that_there_is_not_is_refused(settings, tmp_path):
    settings.PATCHBAY_VAR = tmp_path

    with pytest.raises(CommandError, match=r"Cannot listen: .*0-65535"):
        call_command("simulate_devices", snmp_port=99999)
