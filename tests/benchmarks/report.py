"""Results as text, and their section of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PAGE = Path("docs") / "benchmarks.md"
SHOWN_APART = ("name", "goal", "size", "rounds", "short", "command")

HEAD = """\
# Benchmarks

Every figure is a ratio of two things measured in turn in one run, on a machine with other work to
do: compare ratios, never seconds. Each section is written by the command it names; `min` and `max`
are over the rounds. A goal that is not reached is said so.
"""


def surroundings() -> str:
    """The versions, cores and load of this run, in one line."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "celery", "granian"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, Python "
        f"{platform.python_version()}, {packages}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} cores ({_processor()}), load average {load}"
    )


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def heading(number: int) -> str:
    """What a goal's section is called: runs on PostgreSQL stand beside those on SQLite."""
    on_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    return f"P{number} on PostgreSQL" if on_postgres else f"P{number}"


def section(number: int, result: Mapping[str, Any], command: str) -> str:
    """One goal's section: what was asked, how, what came out, what is short."""
    figures = (
        f"| {name.replace('_', ' ')} | {_shown(value)} |\n"
        for name, value in result.items()
        if name not in SHOWN_APART
    )
    short = result.get("short")
    verdict = "" if short is None else f"\n{_verdict(short)}\n"
    return (
        f"## {heading(number)}\n\nGoal: {result.get('goal', 'see the design')}\n\n"
        f"`{command}` (size {result.get('size', '-')}, rounds {result.get('rounds', '-')}); "
        f"{surroundings()}\n\n| Figure | Value |\n|---|---|\n{''.join(figures)}{verdict}"
    )


def _verdict(short: Any) -> str:
    sentences = [short] if isinstance(short, str) else list(short)
    return f"**Short of the goal:** {' '.join(sentences)}" if any(sentences) else "Goal reached."


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_shown(part)}" for name, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(part) for part in value)
    return str(value)


def replaced(page: str, text: str) -> str:
    """Return the page with this section in its place, goals in rising order."""
    head, *parts = re.split(r"(?m)^(?=## P\d+(?: on PostgreSQL)?$)", page or HEAD)
    sections = {_key(part): part.rstrip() for part in [*parts, text]}
    body = "\n\n".join(sections[key] for key in sorted(sections))
    return f"{head.rstrip()}\n\n{body}\n"


def _key(text: str) -> tuple[int, bool]:
    name = text.partition("\n")[0]
    return int("".join(filter(str.isdigit, name))), "PostgreSQL" in name


def write(root: Path, text: str) -> None:
    """Put one goal's section into docs/benchmarks.md."""
    path = root / PAGE
    page = path.read_text() if path.exists() else ""
    path.write_text(replaced(page, text))
