"""Fixtures of the client surfaces."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients.fabrication import KEY, Shop
from tests.networkroutes.conftest import sample_database, sample_register

__all__ = ["sample_database", "sample_register"]


@pytest.fixture
def open_front_end(sample_register: Any, settings: Any) -> APIClient:
    """The front end with the surface switched open, over the sample register."""
    settings.NETWORKROUTES_OPEN_ACCESS = "full"
    return APIClient()


@pytest.fixture
def shop(db: None, settings: Any) -> Shop:
    """A front end of the workshop with the shared key."""
    settings.FABRICATION_API_KEY = KEY
    return Shop()
