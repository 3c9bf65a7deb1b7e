"""`python -m tests.prove lint|test|soak`: run all the steps and say at the end how each ended."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.prove.programs import Program, install_missing
from tests.prove.steps import ROOT, Result, run, say

PYTHON = sys.executable
BEGAN = time.monotonic()
BIN = os.path.dirname(PYTHON)
PACKAGES = ("inventory_site", "accounts", "networkroutes", "parts", "devices", "workflows")
ONCE = "browser or live or benchmark or once"
WORKERS = "3"  # some wait for peers or for each other
CONCISE = ("--output-format", "concise")


def lint() -> Iterator[Result]:
    """Style, import contracts, types."""
    yield run("ruff check", [f"{BIN}/ruff", "check", *CONCISE, "."])
    yield run("ruff format", [f"{BIN}/ruff", "format", "--check", *CONCISE, "."])
    yield run("import contracts", [f"{BIN}/lint-imports"])
    yield run("types", [f"{BIN}/mypy", *PACKAGES])


def manage(name: str, *arguments: str) -> Result:
    """A management command on a state folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="patchbay-prove-") as folder:
        env = {"PATCHBAY_VAR": folder, "DJANGO_SETTINGS_MODULE": "inventory_site.settings.dev"}
        return run(name, [PYTHON, str(ROOT / "manage.py"), *arguments], env=env)


def generated() -> Iterator[Result]:
    """What is made from the code agrees with the code."""
    yield manage("system checks", "check", "--fail-level", "WARNING")
    yield manage("migrations", "makemigrations", "--check", "--dry-run")
    yield manage("schema", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
    yield manage("settings page", "settings_page", "--check")
    yield manage("error codes page", "error_codes_page", "--check")


def checks() -> list[Result]:
    """`lint` and `generated`, beside each other: each of their steps keeps one core busy."""
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(lambda steps=steps: list(steps())) for steps in (lint, generated)]
        return [result for part in both for result in part.result()]


def suites(lacking: list[Program], *, soak: bool) -> Iterator[Result]:
    """pytest on both databases; what needs no second database once, where PostgreSQL is."""
    has_postgres = all(program.package != "postgresql" for program in lacking)
    limit_s = 4 * 3600 if soak else 2400  # against hanging, not a goal
    pytest = [PYTHON, "-m", "pytest", "--durations=20", *(["--soak"] if soak else [])]
    on_sqlite = ["-n", WORKERS]
    on_sqlite += [] if soak or not has_postgres else ["-m", f"not ({ONCE})"]
    yield run("pytest on SQLite", [*pytest, *on_sqlite], limit_s=limit_s, quiet=False)
    if has_postgres:
        beside = [PYTHON, "-m", "tests.peers", "postgres", "--", *pytest, "-n", WORKERS]
        yield run("pytest on PostgreSQL", beside, limit_s=limit_s, quiet=False)


def test() -> int:
    """Everything; the last lines are pytest's own closing lines."""
    lacking = install_missing()
    return report([*checks(), *suites(lacking, soak=False)], lacking)


def soak() -> int:
    """The long proofs, then the measurements."""
    lacking = install_missing()
    results = [*suites(lacking, soak=True)]
    results.append(
        run(
            "benchmarks",
            [PYTHON, "-m", "tests.benchmarks", "all", "--write"],
            limit_s=7200,
            quiet=False,
        )
    )
    return report(results, lacking)


def report(results: list[Result], lacking: list[Program]) -> int:
    """Print the summary and return the exit code."""
    say("\nSummary")
    for result in results:
        say(result.line())
    for program in lacking:
        say(f"  MISSING PEER: {program.package}, needed for {program.purpose}: NOT PROVEN HERE")
    say(f"  total {time.monotonic() - BEGAN:.0f} s")
    for result in results:
        if result.closing:
            say(f"{result.name}:\n{result.closing}")
    strict = os.environ.get("CI") == "true"
    return 1 if any(not result.passed for result in results) or (strict and lacking) else 0


COMMANDS: dict[str, Callable[[], int]] = {
    "lint": lambda: report(checks(), []),
    "test": test,
    "soak": soak,
}


def main(arguments: list[str]) -> int:
    """Run one of the commands."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        raise SystemExit(__doc__)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of many processes would compile anew
    return COMMANDS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
