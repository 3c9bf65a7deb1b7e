"""Fixtures of the kit's own tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.queue_broker import Broker, embedded


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Work goes to an embedded broker, which no worker serves."""
    with embedded(tmp_path / "queue") as it:
        yield it
