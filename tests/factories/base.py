"""The base of all factories."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import factory
from django.db import models

Row = TypeVar("Row", bound=models.Model)


class ValidatedFactory(factory.django.DjangoModelFactory, Generic[Row]):
    """Saves through `full_clean()`, so that no test holds a row which the product would refuse."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **kwargs: Any) -> Row:
        row = model_class(*args, **kwargs)
        row.full_clean()
        row.save()
        return row


class RecordFactory(ValidatedFactory[Row]):
    """Rows that services write and no form offers: a nullable column left unset stays null."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **kwargs: Any) -> Row:
        row = model_class(*args, **kwargs)
        unset = [
            field.name
            for field in row._meta.concrete_fields
            if field.null and getattr(row, field.attname) is None
        ]
        row.full_clean(exclude=unset)
        row.save()
        return row
