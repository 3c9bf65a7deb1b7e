"""What tests of the register share."""

from __future__ import annotations

from pathlib import Path

import pytest

from networkroutes.services.legacy_import import ImportReport, import_network_inventory
from tests.networkroutes import sample


@pytest.fixture
def sample_database(tmp_path: Path) -> Path:
    """The sample tables as a SQLite file."""
    return sample.write_database(tmp_path / "network_routes.db", sample.tables())


@pytest.fixture
def sample_register(db: None, sample_database: Path) -> ImportReport:
    """The sample register, imported."""
    return import_network_inventory(database=sample_database, folder=None)
