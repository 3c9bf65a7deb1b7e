"""What is installed is said exactly, once, with what it is for."""

from __future__ import annotations

import re
from importlib.metadata import distribution

import pytest

from tests.architecture.house import ROOT

FOLDER = ROOT / "requirements"
OPTIONAL = ("ai.txt", "ldap.txt", "winrm.txt")  # extras that are not part of the freeze
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z0-9,_-]+\])?==([^\s;]+)\s+# \S.*$")


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith(("-r ", "-c "))]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(name: str) -> dict[str, str]:
    found = {}
    for line in lines(name):
        match = PIN.match(line)
        assert match, f"{name}: not an exact pin with its purpose: {line}"
        found[canonical(match.group(1))] = match.group(3)
    return found


def constraints() -> dict[str, str]:
    split = (line.partition("==") for line in lines("constraints.txt"))
    return {canonical(name): version for name, _, version in split}


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_every_pin_is_exact_and_agrees_with_the_constraints(name: str) -> None:
    expected = constraints()
    if name == "constraints.txt":
        assert all(expected.values())
        return

    differing = {
        package: version
        for package, version in pins(name).items()
        if expected.get(package, version if name in OPTIONAL else None) != version
    }

    assert differing == {}


def test_the_whole_of_what_base_needs_is_in_the_constraints() -> None:
    known, waiting, seen = constraints(), list(pins("base.txt")), set()
    while waiting:
        package = waiting.pop()
        if package in seen:
            continue
        seen.add(package)
        for need in distribution(package).requires or ():
            name, _, condition = need.partition(";")
            if "extra ==" not in condition and "python_version <" not in condition:
                match = re.match(r"[A-Za-z0-9._-]+", name.strip())
                assert match
                installed = canonical(match.group(0))
                if "platform" not in condition or installed in known:
                    waiting.append(installed)

    assert seen - set(known) == set()


def test_what_is_installed_is_what_is_pinned() -> None:
    wanted = pins("base.txt") | pins("dev.txt")

    assert {package: distribution(package).version for package in wanted} == wanted
