"""Shopping lists."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from inventory_site.core.models.base import TimeStamped
from parts.choices.stock import GroupStatus, ItemStatus, ListStatus


class ShoppingList(TimeStamped):
    """What is to be bought; `concept` is being written, `ready` is being bought."""

    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(null=True, blank=True)  # noqa: DJ001  null on the wire
    status = models.CharField(max_length=8, choices=ListStatus, default=ListStatus.CONCEPT)

    class Meta:
        ordering = ["-updated_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class ShoppingItem(TimeStamped):
    """One line of a list: a part, or what is known of a part that is not in stock yet."""

    list = models.ForeignKey(ShoppingList, on_delete=models.CASCADE, related_name="items")
    maybe_part = models.ForeignKey(
        "parts.StockPart",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shopping_items",
    )
    manufacturer_code = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    description = models.TextField(null=True, blank=True)  # noqa: DJ001
    type = models.ForeignKey(
        "parts.PartType", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seller = models.ForeignKey(
        "parts.Seller",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shopping_items",
    )
    seller_link = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001
    desired_qty = models.PositiveIntegerField()
    ordered_qty = models.PositiveIntegerField(default=0)
    received_qty = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=8, choices=ItemStatus, default=ItemStatus.NEW)
    completed_at = models.DateTimeField(null=True, blank=True)
    completion_mismatch = models.BooleanField(default=False)
    completion_note = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "maybe_part"],
                condition=Q(maybe_part__isnull=False),
                name="parts_shoppingitem_part_once",
            ),
            models.CheckConstraint(
                condition=Q(maybe_part__isnull=False)
                | Q(manufacturer_code__isnull=False)
                | Q(description__isnull=False),
                name="parts_shoppingitem_says_what",
            ),
            models.CheckConstraint(
                condition=Q(desired_qty__gte=1), name="parts_shoppingitem_desired"
            ),
        ]

    def __str__(self) -> str:
        return self.manufacturer_code or self.description or f"part {self.maybe_part_id}"


class ShoppingGroup(TimeStamped):
    """What one list buys from one seller, when something is said of it."""

    list = models.ForeignKey(ShoppingList, on_delete=models.CASCADE, related_name="groups")
    seller = models.ForeignKey("parts.Seller", on_delete=models.PROTECT, related_name="groups")
    note = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=GroupStatus, default=GroupStatus.ACTIVE)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["list", "seller"], name="parts_shoppinggroup_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seller_id} on {self.list_id}"
