"""Rounds of counting."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from inventory_site.core.models.base import TimeStamped
from parts.choices.stock import StocktakeStatus


class Stocktake(TimeStamped):
    """A round through some boxes; its expected rows are frozen when it begins."""

    box_nos = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=StocktakeStatus, default=StocktakeStatus.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="stocktakes"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Stocktake {self.pk}"


class StocktakeLine(models.Model):
    """A part at a place: expected when the round began, counted when somebody looked.

    `stock_when_counted` is the stock at the moment of counting; a later change voids the count.
    """

    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="lines")
    part = models.ForeignKey("parts.StockPart", on_delete=models.PROTECT, related_name="+")
    box_no = models.PositiveIntegerField()
    loc_no = models.PositiveIntegerField()
    expected = models.PositiveIntegerField()
    counted = models.PositiveIntegerField(null=True)
    stock_when_counted = models.PositiveIntegerField(null=True)
    seq_when_counted = models.PositiveIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    is_booked = models.BooleanField(default=False)
    is_changed = models.BooleanField(default=False)

    class Meta:
        ordering = ["box_no", "loc_no", "part__id4"]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "part", "box_no", "loc_no"], name="parts_stocktakeline_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} at {self.box_no}-{self.loc_no}"
