"""Names of processes tell whether they are still there."""

import subprocess
import sys

from inventory_site.core import processes
from inventory_site.core.processes import Process


def test_this_process_is_there_and_its_name_reads_back() -> None:
    here = Process.here()

    assert not here.is_gone()
    assert Process.parse(str(here)) == here


def test_another_process_with_our_number_is_not_us() -> None:
    here = Process.here()

    assert Process(here.machine, here.pid, "1").is_gone()


def test_process_on_another_machine_is_never_called_gone() -> None:
    assert not Process("elsewhere-0123456789", 1, "1").is_gone()


def test_killed_process_is_gone_even_before_its_parent_asked() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    name = Process(Process.here().machine, child.pid, processes._started(child.pid))
    assert not name.is_gone()

    child.kill()
    while not name.is_gone():
        assert child.returncode is None
    child.wait()


def test_text_that_is_no_name_is_none() -> None:
    assert Process.parse("") is None
    assert Process.parse("a:b:c") is None
