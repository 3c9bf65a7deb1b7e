"""The documentation points at things that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, sources

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE_PATH = re.compile(
    r"`((?:inventory_site|accounts|networkroutes|tests|deploy|docs|requirements)/[\w./-]+)`"
)
TARGET = re.compile(r"`make ([a-z]+)`")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
PAGES = [(path, text) for path, text in sources(".md") if path.parts[0] in {"docs", "README.md"}]
OF_DJANGO = {"migrate", "createsuperuser", "shell", "check", "runserver", "test", "changepassword"}
OURS = {
    path.stem
    for package in PACKAGES
    for path in (ROOT / package).rglob("management/commands/[a-z]*.py")
}


def page_id(value: object) -> str | None:
    return str(value) if isinstance(value, Path) else ""


@pytest.mark.parametrize(("path", "text"), PAGES, ids=page_id)
def test_a_page_links_to_what_exists(path: Path, text: str) -> None:
    local = [link.partition("#")[0] for link in LINK.findall(text) if "://" not in link]

    assert [link for link in local if link and not (ROOT / path.parent / link).exists()] == []


@pytest.mark.parametrize(("path", "text"), PAGES, ids=page_id)
def test_a_page_names_files_targets_and_commands_that_exist(path: Path, text: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    files = [name for name in CODE_PATH.findall(text) if not (ROOT / name).exists()]
    targets = [name for name in TARGET.findall(text) if f"\n{name}:" not in makefile]
    commands = [name for name in COMMAND.findall(text) if name not in OF_DJANGO | OURS]

    assert [files, targets, commands] == [[], [], []]
