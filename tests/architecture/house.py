"""What the house is made of, for the tests that walk through it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model

import tests.factories
from tests.factories.base import ValidatedFactory

ROOT = Path(__file__).resolve().parents[2]
OUR_APPS = ("core", "accounts", "networkroutes", "parts", "devices", "workflows")
PACKAGES = ("inventory_site", "accounts", "networkroutes", "parts", "devices", "workflows")


def our_models() -> list[type[Model]]:
    """Every concrete model of our own apps."""
    return [model for label in OUR_APPS for model in apps.get_app_config(label).get_models()]


@cache
def factories() -> dict[type[Model], type[ValidatedFactory[Any]]]:
    """The factory of each model, from every module of `tests.factories`."""
    found: dict[type[Model], type[ValidatedFactory[Any]]] = {}
    for module_info in pkgutil.iter_modules(tests.factories.__path__):
        module = importlib.import_module(f"tests.factories.{module_info.name}")
        for _, candidate in inspect.getmembers(module, inspect.isclass):
            if issubclass(candidate, ValidatedFactory) and not candidate._meta.abstract:
                found.setdefault(candidate._meta.get_model_class(), candidate)
    return found


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the checkout that git knows or would take, as paths from the top."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = (Path(line) for line in listed.stdout.splitlines())
    return tuple(path for path in paths if (ROOT / path).is_file())


def sources(*suffixes: str, under: tuple[str, ...] = ()) -> Iterator[tuple[Path, str]]:
    """Each text file with one of the endings, vendored ones left out, and what it holds."""
    for path in tracked_files():
        if "vendor" in path.parts or path.suffix not in suffixes:
            continue
        if not under or path.parts[0] in under:
            yield path, (ROOT / path).read_text(encoding="utf-8")
