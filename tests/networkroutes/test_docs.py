"""The table of resources in the API guide is true."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
ROW = re.compile(r"^\| `(/api/[^`]+)` \| [^|]+ \| ([A-Z, ]+) \| ([^|]+) \| ([^|]*) \|$", re.M)
METHODS = {"GET": "get", "POST": "post", "PATCH": "patch", "DELETE": "delete"}


def rows() -> list[tuple[str, set[str], str]]:
    """Path, methods and codes of each row."""
    found = ROW.findall(GUIDE.read_text())
    return [(path, set(verbs.split(", ")), codes) for path, verbs, _, codes in found]


@pytest.mark.parametrize(("path", "verbs", "codes"), rows())
def test_a_resource_offers_just_the_verbs_of_the_table(path: str, verbs: set[str], codes: str):
    concrete = path.replace("{id}", "1")
    offered = set(resolve(concrete).func.actions)
    if "{id}" not in path and not concrete.endswith(("kmz", "test-results", "archive", "content")):
        with contextlib.suppress(Resolver404):
            offered |= set(resolve(f"{concrete}/1").func.actions)

    assert offered - {"head"} == {METHODS[verb] for verb in verbs}


def test_every_code_of_the_table_exists():
    from networkroutes import errors

    known = {
        item.code for item in vars(errors).values() if isinstance(getattr(item, "code", None), str)
    }
    named = {code for _, _, codes in rows() for code in re.findall(r"`([A-Z_]+)`", codes)}

    assert len(rows()) >= 15
    assert named - known == set()
