"""Leaving the theme is a settings change: the admin's tests pass under Django's own admin too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.house import ROOT

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
NOT_OF_THE_THEME = ("hostile_text", "asks_the_database", "asks_as_often", "closed_to_a_person")
LEFT_OUT = ("PYTEST_", "PATCHBAY_TEST_OWNER", "PATCHBAY_VAR", "DATABASE_URL")


def admin_tests() -> list[str]:
    """Every test module of the admin, by name: `test_admin….py`."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/*/test_admin*.py"))


@pytest.mark.live
def test_the_tests_of_the_admin_pass_under_the_stock_theme() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}

    done = subprocess.run(
        [*PYTEST, "-k", f"not ({' or '.join(NOT_OF_THE_THEME)})", *admin_tests()],
        cwd=ROOT,
        env={**kept, "ADMIN_THEME": "stock"},
        check=False,
        capture_output=True,
        text=True,
        timeout=1200,
    )

    assert done.returncode == 0, done.stdout[-6000:]
