"""Rules of the house that a look at the files can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.house import PACKAGES, ROOT, sources

LONGEST_MODULE = 400
SMALLEST_TEXT_PX = 14
PX_PER_REM = 16

OUTSIDE = re.compile(
    r"""(?:src|href|action|url|import|from|fetch)\s*[=(]?\s*["'(]\s*(?:https?:)?//"""
)
FONT_SIZE = re.compile(r"font(?:-size)?\s*:[^;}]*?(\d*\.?\d+)(px|rem|em|pt)\b")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|farm|root|home/\w+|tmp/(?:work|ref|brief|proof))/")
INDEX_HOST = re.compile(r"--(?:extra-)?index-url|^registry=|files\.pythonhosted|pypi\.org", re.M)
LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
BANNER = re.compile(r"^\s*#\s*[-=*#]{5,}", re.M)
SWITCHED_OFF = re.compile(r"# (noqa: [A-Z0-9]+(?:, ?[A-Z0-9]+)*|type: ignore\[[\w, -]+\])(.*)$")
NAMES_OF_RULES = {Path("tests/architecture/test_sources.py")}


def found(pattern: re.Pattern[str], *suffixes: str, under: tuple[str, ...] = ()) -> list[str]:
    """`path:line: text` of every match outside vendored files and this one."""
    hits = []
    for path, text in sources(*suffixes, under=under):
        if path in NAMES_OF_RULES:
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            hits.append(f"{path}:{line}: {match.group(0).strip()}")
    return hits


def is_generated(path: Path) -> bool:
    return "migrations" in path.parts


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(path): lines
        for path, text in sources(".py", ".js", ".css", ".html")
        if (lines := text.count("\n")) > LONGEST_MODULE and not is_generated(path)
    }

    assert long == {}


def test_no_page_script_or_style_refers_to_another_host() -> None:
    assert found(OUTSIDE, ".html", ".js", ".css") == []


def test_no_text_of_ours_is_below_14_px() -> None:
    small = []
    for path, text in sources(".css", ".html", ".svg", under=("static", "templates")):
        for match in FONT_SIZE.finditer(text):
            size, unit = float(match.group(1)), match.group(2)
            pixels = {"px": size, "pt": size * 4 / 3}.get(unit, size * PX_PER_REM)
            if pixels < SMALLEST_TEXT_PX:
                small.append(f"{path}: {match.group(0)}")

    assert small == []


def test_markup_is_built_by_format_html_alone() -> None:
    python = found(re.compile(r"\bmark_safe\b|\bSafe(?:String|Text)\("), ".py", under=PACKAGES)
    templates = found(re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"), ".html", ".txt")

    assert python + templates == []


def test_the_environment_is_read_in_settings_only() -> None:
    readers = [
        f"{path}:{node.lineno}"
        for path, text in sources(".py", under=PACKAGES)
        if path.parts[:2] != ("inventory_site", "settings")
        for node in ast.walk(ast.parse(text))
        if _reads_environment(node)
    ]

    assert readers == []


def _reads_environment(node: ast.AST) -> bool:
    """Whether one variable is asked for; handing all of them to a child is not reading."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name in {"os.getenv", "os.environ.get", "environ.get", "getenv"}
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return ast.unparse(node.value) in {"os.environ", "environ"}
    return False


def test_services_and_plain_rooms_know_no_request() -> None:
    knowing = [
        f"{path}: {ast.unparse(node)}"
        for path, text in sources(".py", under=PACKAGES)
        if "services" in path.parts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.http", "django.contrib.admin"))
    ]

    assert knowing == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    kinds = (".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".html", ".js", ".css", ".sh", ".json")
    hits = found(MACHINE_PATH, *kinds) + found(INDEX_HOST, *kinds)
    for name in ("Makefile", "Dockerfile", ".ci/run", ".importlinter"):
        text = (ROOT / name).read_text()
        for pattern in (MACHINE_PATH, INDEX_HOST):
            hits += [f"{name}: {match.group(0)}" for match in pattern.finditer(text)]

    assert hits == []


def test_nothing_is_left_for_later_and_no_comment_is_a_banner() -> None:
    kinds = (".py", ".js", ".css", ".html")

    assert found(LEFT_OVER, *kinds) + found(BANNER, ".py") == []


def test_every_switched_off_rule_says_why() -> None:
    """A reason stands behind it, or behind the same one above it in the file.

    `# noqa: S603  the reason` or `# type: ignore[misc]  # the reason`.
    """
    silent = []
    for path, text in sources(".py"):
        explained = set()
        for number, line in enumerate(text.splitlines(), start=1):
            if path in NAMES_OF_RULES or not (match := SWITCHED_OFF.search(line)):
                continue
            rules, reason = match.group(1), match.group(2).strip(" #")
            if reason:
                explained.add(rules)
            elif rules not in explained:
                silent.append(f"{path}:{number}: {match.group(0)}")

    assert silent == []
