"""Migrations go forward on a new site, back, and forward again."""

from __future__ import annotations

import pytest

from tests.peers.site import home

APPS = ("parts", "devices", "networkroutes")
TABLES = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"


@pytest.mark.soak
@pytest.mark.live
def test_apps_can_be_undone_and_come_back_the_same() -> None:
    with home() as place:
        before = place.rows(TABLES)
        for app in APPS:
            place.manage("migrate", app, "zero", "--verbosity", "0")
        left = [name for name, _ in place.rows(TABLES) if name.startswith(APPS)]
        place.manage("migrate", "--verbosity", "0")

        assert left == []
        assert place.rows(TABLES) == before
