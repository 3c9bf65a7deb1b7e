"""Kinds of parts, and what can be measured of them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from inventory_site.core.models.base import TimeStamped
from parts.choices.stock import Unit


class PartType(TimeStamped):
    """A kind of part, e.g. Relay; the KiCad fields are defaults for its parts."""

    name = models.CharField(max_length=100)
    designated_box = models.ForeignKey(
        "parts.Box",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="designated_types",
    )
    kicad_symbol = models.CharField(max_length=255, blank=True)
    kicad_footprint = models.CharField(max_length=255, blank=True)
    kicad_reference = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="parts_parttype_name",
                violation_error_message="A type of that name already exists.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ParameterDefinition(TimeStamped):
    """Something measured of every part of a type, in one base unit or none."""

    type = models.ForeignKey(PartType, on_delete=models.CASCADE, related_name="parameters")
    name = models.CharField(max_length=50)
    unit = models.CharField(max_length=8, choices=Unit, blank=True)

    class Meta:
        ordering = ["type", "name"]
        constraints = [
            models.UniqueConstraint(
                "type", Lower("name"), name="parts_parameterdefinition_type_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_unit_display()}" if self.unit else self.name


class PartParameter(TimeStamped):
    """A value of a part: exact in base units, and the text that was typed."""

    part = models.ForeignKey("parts.StockPart", on_delete=models.CASCADE, related_name="parameters")
    definition = models.ForeignKey(
        ParameterDefinition, on_delete=models.CASCADE, related_name="values"
    )
    value = models.DecimalField(max_digits=40, decimal_places=18, null=True, blank=True)
    text = models.CharField(max_length=100)

    class Meta:
        ordering = ["definition__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "definition"], name="parts_partparameter_part_definition"
            ),
        ]
        indexes = [models.Index(fields=["definition", "value"], name="parts_partparameter_value")]

    def __str__(self) -> str:
        return self.text
