"""The long proof of the vault's keys: 10,000 credentials, killed halfway."""

from __future__ import annotations

import pytest

from tests.live.test_devices_kills import rotate_killed, site
from tests.peers.site import Home

__all__ = ["site"]

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("devices-kills")]


def test_10000_credentials_rotate_through_a_kill(site: Home) -> None:
    rotate_killed(site, 10_000)
