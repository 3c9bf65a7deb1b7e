"""What the tests of stock stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parts.services.legacy_import import import_electronics

SAMPLE = Path(__file__).parent / "data" / "electronics"


@pytest.fixture
def stock(api: Any) -> Any:
    """A caller who may do everything with the stock."""
    return api("admin")


@pytest.fixture
def sample(db: None) -> Path:
    """The replaced system's sample data, imported."""
    import_electronics(folder=SAMPLE)
    return SAMPLE
