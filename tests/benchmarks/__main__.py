"""`python -m tests.benchmarks P19 P20 … | all | list [--size N] [--rounds N] [--write]`.

A goal's program is `p<number>_<topic>.py` with `run(size=…, rounds=…) -> dict`: `goal`, the figures
(ratios as `{"median", "min", "max"}`), and `short`, the sentences of what is not reached, none when
all is. `--write` puts the result into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import pkgutil
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import django

import tests.benchmarks
from tests.benchmarks import report

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = re.compile(r"p(\d+)_\w+")


def programs() -> dict[int, str]:
    """Module of each goal that has a program, by number."""
    found = {}
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        match = PROGRAM.fullmatch(module.name)
        dotted = f"tests.benchmarks.{module.name}"
        if match and hasattr(importlib.import_module(dotted), "run"):
            found[int(match.group(1))] = dotted
    return dict(sorted(found.items()))


def measure(number: int, size: int | None, rounds: int | None) -> dict[str, Any]:
    """Run one program; what is not given is left to the program."""
    run = importlib.import_module(programs()[number]).run
    given = {"size": size, "rounds": rounds}
    known = inspect.signature(run).parameters
    return run(**{name: value for name, value in given.items() if value and name in known})


def main(arguments: list[str]) -> int:
    """Measure what was asked for, print it, write it; 1 when a program failed."""
    options = _parse(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
    django.setup()
    known = programs()
    if options.goals == ["list"]:
        sys.stdout.writelines(f"P{number}  {module}\n" for number, module in known.items())
        return 0
    wanted = list(known) if options.goals == ["all"] else [_number(goal) for goal in options.goals]
    if unknown := [number for number in wanted if number not in known]:
        raise SystemExit(f"no program for {', '.join(f'P{number}' for number in unknown)}")
    return max([_one(number, options) for number in wanted], default=0)


def _one(number: int, options: argparse.Namespace) -> int:
    command = f"python -m tests.benchmarks P{number}"
    command += f" --size {options.size}" if options.size else ""
    command += f" --rounds {options.rounds}" if options.rounds else ""
    try:
        result = measure(number, options.size, options.rounds)
    except Exception:  # noqa: BLE001  the others shall still be measured
        traceback.print_exc()
        return 1
    text = report.section(number, result, command)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    if options.write:
        report.write(ROOT, text)
    return 0


def _number(goal: str) -> int:
    if not re.fullmatch(r"[Pp]\d+", goal):
        raise SystemExit(f"{goal!r} is not a goal, e.g. P19")
    return int(goal[1:])


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("goals", nargs="+", metavar="GOAL", help="P19, several, `all` or `list`")
    parser.add_argument("--size", type=int, help="how much; each program has its own unit")
    parser.add_argument("--rounds", type=int, help="how often; 7 or more for the page")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
