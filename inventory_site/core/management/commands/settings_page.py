"""Write the page of settings from their declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.conf import settings

from inventory_site.core.management.pages import PageCommand
from inventory_site.settings import env

PAGE = Path("docs") / "settings.md"
MODULES = ("base", "identity", "api", "files", "queue", "apps", "prod")
DECLARATION = re.compile(r"\benv\.[a-z_]+\(\s*\"([A-Z][A-Z0-9_]*)\"")

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
    return HEAD + "".join(part for module in MODULES for part in _section(module))


def _section(name: str) -> Iterator[str]:
    module = import_module(f"inventory_site.settings.{name}")
    names = DECLARATION.findall(Path(str(module.__file__)).read_text())
    if not names:
        return
    title = (module.__doc__ or name).partition("\n")[0].partition(" (")[0].rstrip(".")
    yield f"\n## {title}\n\n| Name | Kind | Default | Meaning |\n|---|---|---|---|\n"
    yield from (_row(env.DEFINITIONS[variable]) for variable in names)


def _row(found: env.Definition) -> str:
    default = found.default.replace(f"{settings.PATCHBAY_VAR}", "var")
    default = default.replace(f"{settings.BASE_DIR}/", "")
    if found.kind == "on or off":
        default = "on" if default == "True" else "off"
    shown = default if "`" in default or not default else f"`{default}`"
    return f"| `{found.name}` | {found.kind} | {shown or 'empty'} | {found.meaning} |\n"


class Command(PageCommand):
    """Prints, writes or checks `docs/settings.md`."""

    help = (
        "Prints the page of settings; --write puts it into docs/, --check fails when it is stale."
    )
    page = PAGE
    render = staticmethod(render)
