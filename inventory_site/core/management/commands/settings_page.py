"""Write the page of settings from their declarations."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from inventory_site.core.management.pages import PageCommand
from inventory_site.settings.env import Definition

PAGE = Path("docs") / "settings.md"
FIRST, LAST = ("base", "identity", "api", "files", "queue", "logs", "apps"), ("prod",)
UNDECLARED = {"__init__", "env", "dev", "test"}
SOURCES = Path(__file__).resolve().parents[3] / "settings"
DECLARATION = re.compile(r"\benv\.[a-z_]+\(\s*\"([A-Z][A-Z0-9_]*)\"")
PRODUCTION = {
    "SECRET_KEY": "not a secret, only long enough to be taken",
    "VAULT_KEYS": "page:" + "A" * 43 + "=",
    "ALLOWED_HOSTS": "page.invalid",
}
READ = """\
import dataclasses, json
from inventory_site.settings import env, prod
print(json.dumps([dataclasses.astuple(found) for found in env.DEFINITIONS.values()]))
"""

HEAD = """\
# Settings

Made by `make docs` from the declarations in `inventory_site/settings/`; `make test` fails when it
is stale. Every setting is an environment variable. A value that cannot be read stops the start and
names the variable.

`DJANGO_SETTINGS_MODULE` chooses the set: `inventory_site.settings.dev` when unset, and
`inventory_site.settings.prod` in production, which refuses to start with debug on, a missing or
short `SECRET_KEY`, no `VAULT_KEYS` or no `ALLOWED_HOSTS`.
"""


def render() -> str:
    """Return the page; the same on every machine, whatever its environment holds."""
    waiting = dict(read_definitions())  # a name declared twice is shown where it stands first
    return HEAD + "".join(part for module in modules() for part in _section(module, waiting))


@cache
def read_definitions() -> dict[str, Definition]:
    """Return what production declares, read by a process of its own with nothing else set."""
    with tempfile.TemporaryDirectory() as folder:
        clean = {"PATH": os.defpath, "PATCHBAY_VAR": folder, **PRODUCTION}
        done = subprocess.run(  # noqa: S603  our own interpreter and our own words
            [sys.executable, "-c", READ],
            cwd=SOURCES.parents[1],
            env=clean,
            check=True,
            capture_output=True,
            text=True,
        )
        rows = json.loads(done.stdout.replace(folder, "var"))
    return {row[0]: Definition(*row) for row in rows}


def modules() -> list[str]:
    """The settings modules in the order of the page: ours first, the apps' own, production last."""
    found = {path.stem for path in SOURCES.glob("*.py")} - UNDECLARED
    return [*FIRST, *sorted(found - {*FIRST, *LAST}), *LAST]


def _section(name: str, waiting: dict[str, Definition]) -> Iterator[str]:
    source = (SOURCES / f"{name}.py").read_text()
    names = [found for found in DECLARATION.findall(source) if found in waiting]
    if not names:
        return
    docstring = ast.get_docstring(ast.parse(source)) or name
    title = docstring.partition("\n")[0].partition(" (")[0].rstrip(".")
    yield f"\n## {title}\n\n| Name | Kind | Default | Meaning |\n|---|---|---|---|\n"
    yield from (_row(waiting.pop(variable)) for variable in names)


def _row(found: Definition) -> str:
    default = found.default.replace(f"{settings.BASE_DIR}/", "")
    if found.kind == "on or off":
        default = "on" if default == "True" else "off"
    shown = default if "`" in default or not default else f"`{default}`"
    return f"| `{found.name}` | {found.kind} | {shown or 'empty'} | {found.meaning} |\n"


class Command(PageCommand):
    """Prints, writes or checks `docs/settings.md`."""

    help = "Prints the page of settings; --write puts it into docs/, --check fails when stale."
    page = PAGE
    render = staticmethod(render)
