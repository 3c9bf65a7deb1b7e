"""Where parts are bought."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from inventory_site.core.models.base import TimeStamped


class Seller(TimeStamped):
    """A shop where parts are bought; its name is unique in any letter case."""

    name = models.CharField(max_length=255)
    website = models.CharField(max_length=500, blank=True)
    logo = models.ForeignKey(
        "parts.StoredBlob", on_delete=models.PROTECT, null=True, blank=True, related_name="sellers"
    )

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [models.UniqueConstraint(Lower("name"), name="parts_seller_name")]

    def __str__(self) -> str:
        return self.name


class PartSeller(TimeStamped):
    """Where one part is found at one seller; a part has at most one primary link."""

    part = models.ForeignKey(
        "parts.StockPart", on_delete=models.CASCADE, related_name="seller_links"
    )
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="part_links")
    link = models.CharField(max_length=500, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["part", "seller"], name="parts_partseller_once"),
            models.UniqueConstraint(
                fields=["part"], condition=Q(is_primary=True), name="parts_partseller_one_primary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} at {self.seller_id}"
