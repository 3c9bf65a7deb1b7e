"""Fixtures of the client surfaces."""

from tests.networkroutes.conftest import sample_database, sample_register

__all__ = ["sample_database", "sample_register"]
