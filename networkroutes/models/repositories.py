"""Kinds of inventory besides circuits: their typed fields, and the records that have them."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models

from inventory_site.core.models.base import TimeStamped, Versioned
from networkroutes.choices import FieldKind
from networkroutes.importers.typed import FieldRule
from networkroutes.models.routes import RepositoryType

SLUG = r"\A[a-z][a-z0-9_]{0,39}\Z"


class RepositoryField(models.Model):
    """One typed field of a kind of inventory; records keep its value under `slug`.

    A new field needs no migration: values live in the records as JSON.
    """

    repository_type = models.ForeignKey(
        RepositoryType, on_delete=models.CASCADE, related_name="typed_fields"
    )
    slug = models.CharField(
        "name in exports",
        max_length=40,
        validators=[RegexValidator(SLUG, "Small letters, digits and underscores.")],
    )
    label = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=FieldKind, default=FieldKind.TEXT)
    unit = models.CharField(max_length=20, blank=True)
    choices = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField("required", default=False)
    position = models.PositiveSmallIntegerField(default=0)
    help_text = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["repository_type", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository_type", "slug"], name="networkroutes_repositoryfield_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def header(self) -> str:
        """The label with its unit, as a column shows it."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    @property
    def rule(self) -> FieldRule:
        """What its values must be."""
        return FieldRule(self.slug, self.kind, self.is_required, tuple(self.choices))


class InventoryRecord(TimeStamped, Versioned):
    """One thing of a kind of inventory that is no circuit; its name is unique within its kind."""

    repository_type = models.ForeignKey(
        RepositoryType, on_delete=models.PROTECT, related_name="records"
    )
    name = models.CharField(max_length=200)
    values = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["repository_type", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository_type", "name"], name="networkroutes_inventoryrecord_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def value(self, slug: str) -> Any:
        """Return a value; None where the record has none."""
        return self.values.get(slug) if isinstance(self.values, dict) else None
