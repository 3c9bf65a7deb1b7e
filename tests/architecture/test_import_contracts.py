"""The import contracts name the rooms that exist, and bite."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("inventory_site", "accounts", "networkroutes", "parts", "devices", "workflows")
LINT = Path(sys.executable).with_name("lint-imports")

SLIPS = {
    "networkroutes/importers/slip.py": ("import django.db", "Plain-Python rooms"),
    "accounts/services/slip.py": ("import rest_framework", "Services know no serializer"),
    "accounts/admin/slip.py": ("import unfold", "Only the admin facade"),
    "networkroutes/slip.py": ("import devices.apps", "Apps point down"),
    "accounts/models/slip.py": ("import accounts.services", "Rooms of every app"),
    "inventory_site/core/slip.py": ("import accounts.policy", "Apps point down"),
}


@pytest.fixture(scope="module")
def copy_of_the_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("contracts")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


def broken_contracts(folder: Path) -> list[str]:
    done = subprocess.run(
        [str(LINT), "--no-cache"], cwd=folder, check=False, capture_output=True, text=True
    )
    return [line for line in done.stdout.splitlines() if "BROKEN" in line]


@pytest.mark.parametrize("path", SLIPS)
def test_a_planted_slip_breaks_its_contract_and_no_other(path: str, copy_of_the_code: Path) -> None:
    statement, contract = SLIPS[path]
    slip = copy_of_the_code / path
    slip.write_text(f"{statement}\n")

    broken = broken_contracts(copy_of_the_code)
    slip.unlink()
    broken_without = broken_contracts(copy_of_the_code)

    assert any(line.startswith(contract) for line in broken)
    assert len(broken) == len(broken_without) + 1


def test_every_plain_room_of_the_house_style_is_in_the_contract() -> None:
    listed = (ROOT / ".importlinter").read_text()

    missing = [
        room
        for room in ("importers", "design", "executors", "parsers", "topology", "clients", "engine")
        if f"*.{room}" not in listed
    ]

    assert missing == []
