"""Log lines: one form for all loggers, and no variable of any function in them."""

import json
import subprocess
import sys

import pytest

from inventory_site.settings.logs import logging_config
from tests.architecture.house import ROOT

FAIL = """
import logging, structlog, django
django.setup()
def work(secret):
    raise ValueError(f"it went wrong: {secret}")
for logger in (structlog.get_logger("ours"), logging.getLogger("others")):
    try:
        work({"password": "planted-Zq9"})
    except ValueError:
        logger.exception("task failed")
structlog.get_logger("ours").warning("asked", token="planted-Zq9", row=7)
structlog.get_logger("ours").debug("not said")
logging.getLogger("others").warning("payload %s", {"password": "planted-Zq9", "row": 8})
"""


LIBRARIES = """
import logging, django
django.setup()
for name in ("pypsrp.client", "pypsrp.shell", "botocore.auth", "paramiko.transport"):
    logging.getLogger(name).info("powershell.exe -EncodedCommand planted-Zq9")
    logging.getLogger(name).debug("planted-Zq9")
logging.getLogger("pypsrp.client").warning("said")
"""


WORKER = """
import logging, structlog, django
django.setup()
from inventory_site.celery import app
app.log.setup(loglevel="WARNING")
logging.getLogger("celery.worker").info("not said")
structlog.get_logger("ours").warning("worker of a task was lost", row=43)
"""


def lines(monkeypatch: pytest.MonkeyPatch, *, as_json: bool, program: str = FAIL) -> list[str]:
    monkeypatch.setenv("LOG_JSON", "true" if as_json else "false")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "inventory_site.settings.dev")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_production_writes_one_json_object_per_event(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [json.loads(line) for line in lines(monkeypatch, as_json=True)]

    assert [(line["event"], line["logger"], line["level"]) for line in told] == [
        ("task failed", "ours", "error"),
        ("task failed", "others", "error"),
        ("asked", "ours", "warning"),
        ("payload {'password': ••••, 'row': 8}", "others", "warning"),
    ]
    assert all("ValueError: it went wrong" in line["exception"] for line in told[:2])
    assert (told[2]["token"], told[2]["row"]) == ("••••", 7)
    assert "planted" not in str(told)


def test_a_terminal_gets_tracebacks_without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(lines(monkeypatch, as_json=False))

    assert text.count("ValueError: it went wrong") == 2
    assert "planted" not in text
    assert "not said" not in text


def test_a_worker_writes_as_the_site_does(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = lines(monkeypatch, as_json=True, program=WORKER)

    told = json.loads(line)
    assert (told["event"], told["row"]) == ("worker of a task was lost", 43)


def test_connections_over_ssh_write_no_lines_of_their_own():
    assert logging_config(as_json=True)["loggers"]["paramiko"] == {"level": "CRITICAL"}


@pytest.mark.parametrize("level", ["info", "debug"])
def test_libraries_that_tell_whole_commands_are_kept_to_warnings(
    monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)

    told = [json.loads(line) for line in lines(monkeypatch, as_json=True, program=LIBRARIES)]

    assert [(line["event"], line["logger"]) for line in told] == [("said", "pypsrp.client")]
