"""Keeping samples that were sent: each once, and also in hours that were summed up before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from devices.services import plain_rows, retention


def keep(samples: Sequence[models.Model]) -> int:
    """Insert samples, all of one kind; return how many were not known yet."""
    if not samples:
        return 0
    model = type(samples[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    rows = [{str(one.column): getattr(row, one.attname) for one in fields} for row in samples]
    with transaction.atomic():
        done = plain_rows.insert(model, rows)
        _in_hours(model, rows)
    return done


def keep_one(sample: models.Model) -> None:
    """Insert a sample; raises `IntegrityError` when it is known."""
    with transaction.atomic():
        sample.save()
        _in_hours(type(sample), [sample.__dict__])


def _in_hours(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    retention.sum_up_late(model, [(row["device_ip"], row["recorded_at"]) for row in rows])
