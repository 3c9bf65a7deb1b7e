"""Boxes and their numbered places."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from inventory_site.core.models.base import TimeStamped

MAX_CAPACITY = 1000


class Box(TimeStamped):
    """A box with numbered places; the system gives the number and never gives it twice."""

    box_no = models.PositiveIntegerField(unique=True)
    description = models.CharField(max_length=255)
    capacity = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CAPACITY)]
    )

    class Meta:
        ordering = ["box_no"]
        verbose_name_plural = "boxes"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=MAX_CAPACITY),
                name="parts_box_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.box_no} {self.description}"


class BoxLocation(models.Model):
    """One place of a box, written `7-3`; `box_no` repeats the box's own, which never changes."""

    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="locations")
    box_no = models.PositiveIntegerField()
    loc_no = models.PositiveIntegerField()

    class Meta:
        ordering = ["box_no", "loc_no"]
        constraints = [
            models.UniqueConstraint(fields=["box_no", "loc_no"], name="parts_boxlocation_place"),
            models.CheckConstraint(condition=Q(loc_no__gte=1), name="parts_boxlocation_loc_no"),
        ]

    def __str__(self) -> str:
        return f"{self.box_no}-{self.loc_no}"


class Counter(models.Model):
    """A number that only grows; its row is locked to draw the next one."""

    name = models.CharField(max_length=32, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"
