"""Factories of the kit's technical tables."""

from __future__ import annotations

import factory

from inventory_site.core import models
from tests.factories.base import ValidatedFactory


class QueuedTaskFactory(ValidatedFactory[models.QueuedTask]):
    """Work that is ready; nobody was told of it."""

    class Meta:
        model = models.QueuedTask

    task = factory.Sequence(lambda number: f"tests.work_{number}")
    args = factory.Sequence(lambda number: [number + 1])
    kwargs = factory.LazyFunction(lambda: {"reason": "a test"})


class IdempotencyKeyFactory(ValidatedFactory[models.IdempotencyKey]):
    """An answer that was given to somebody."""

    class Meta:
        model = models.IdempotencyKey

    caller = "anonymous"
    key = factory.Sequence(lambda number: f"key-{number}")
    fingerprint = factory.Sequence(lambda number: f"{number:064x}")
    status = 201
    body = factory.LazyFunction(lambda: {"success": True})
