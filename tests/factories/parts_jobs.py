"""Plans, jobs and questions of parts; their random ids are given in order here."""

from __future__ import annotations

import uuid
from datetime import timedelta

import factory
from django.utils import timezone

from parts import models
from tests.factories.accounts import digest
from tests.factories.parts import ServiceRowFactory


class ReorgPlanFactory(ServiceRowFactory[models.ReorgPlan]):
    """A plan that found nothing to do."""

    class Meta:
        model = models.ReorgPlan

    id = factory.Sequence(lambda number: uuid.UUID(int=number + 1))
    status = "ready"
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))


class StockJobFactory(ServiceRowFactory[models.StockJob]):
    """A job that waits."""

    class Meta:
        model = models.StockJob

    id = factory.Sequence(lambda number: uuid.UUID(int=number + 1))
    kind = "tags"


class AiRunFactory(ServiceRowFactory[models.AiRun]):
    """A question that was answered with nothing."""

    class Meta:
        model = models.AiRun

    kind = "tags"
    input_sha256 = factory.Sequence(digest)
    status = "completed"
