"""Stock: what lies where, and the ledger of how it came to that."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from inventory_site.core.models.base import TimeStamped
from parts.choices.stock import MovementReason


class LedgerIsAppendOnly(Exception):
    """Somebody tried to change or delete what may only be added to."""


class PartLocation(TimeStamped):
    """How many of a part lie at a place; a row with none does not exist."""

    part = models.ForeignKey("parts.StockPart", on_delete=models.CASCADE, related_name="places")
    location = models.ForeignKey(
        "parts.BoxLocation", on_delete=models.PROTECT, related_name="contents"
    )
    box_no = models.PositiveIntegerField()
    loc_no = models.PositiveIntegerField()
    qty = models.PositiveIntegerField()
    last_counted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["box_no", "loc_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "box_no", "loc_no"], name="parts_partlocation_once"
            ),
            models.CheckConstraint(condition=Q(qty__gt=0), name="parts_partlocation_qty"),
        ]
        indexes = [models.Index(fields=["box_no", "loc_no"], name="parts_partlocation_place")]

    def __str__(self) -> str:
        return f"{self.box_no}-{self.loc_no}: {self.qty}"


class StockMovementQuerySet(models.QuerySet["StockMovement"]):
    """Reads only; `services.movements` adds."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly("stock movements are never changed")

    def delete(self) -> NoReturn:
        raise LedgerIsAppendOnly("stock movements are never removed")


class StockMovement(models.Model):
    """One line of a part's ledger; `seq` counts them without a gap, the balance is never below 0.

    `move_id` joins the two lines of a move. `ref` names the cause, e.g. `shopping_item:12`.
    """

    part = models.ForeignKey("parts.StockPart", on_delete=models.PROTECT, related_name="movements")
    seq = models.PositiveIntegerField()
    delta_qty = models.IntegerField()
    balance_before = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    box_no = models.PositiveIntegerField(null=True)
    loc_no = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=16, choices=MovementReason)
    ref = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    move_id = models.UUIDField(null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="stock_movements",
    )

    objects = StockMovementQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["part", "seq"], name="parts_stockmovement_seq"),
            models.CheckConstraint(condition=~Q(delta_qty=0), name="parts_stockmovement_delta"),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0, balance_before__gte=0),
                name="parts_stockmovement_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(balance_after=F("balance_before") + F("delta_qty")),
                name="parts_stockmovement_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["part", "-at", "-id"], name="parts_stockmovement_part_at"),
            models.Index(fields=["-at", "-id"], name="parts_stockmovement_at"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.delta_qty:+d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the line; a second save is refused."""
        if self.pk is not None:
            raise LedgerIsAppendOnly("stock movements are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly("stock movements are never removed")

    @property
    def location_reference(self) -> str | None:
        """The place as people write it."""
        return f"{self.box_no}-{self.loc_no}" if self.box_no is not None else None
