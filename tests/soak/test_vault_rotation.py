"""The long proof of the vault's keys on both databases: 10,000 credentials, killed halfway."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.test_devices_kills import KEYS, rotate_killed
from tests.peers.site import Home, home

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("devices-kills")]


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest) -> Iterator[Home]:
    """A site of its own on either database, with the old key."""
    env = {"VAULT_KEYS": f"old:{KEYS['old']}"}
    if request.param == "postgresql":
        env["DATABASE_URL"] = request.getfixturevalue("postgres").create_database("rotation")
    with home(env) as place:
        yield place


def test_10000_credentials_rotate_through_a_kill(site: Home) -> None:
    rotate_killed(site, 10_000)
