"""Kits (projects on the wire), what they need, and picking for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from inventory_site.core.models.base import TimeStamped, Versioned
from parts.choices.stock import KitStatus, PickStatus


class Kit(TimeStamped):
    """Something that is built of parts, `build_target` times."""

    name = models.CharField(max_length=255, unique=True)
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001  null on the wire
    build_target = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=8, choices=KitStatus, default=KitStatus.ACTIVE)
    archived_at = models.DateTimeField(null=True, blank=True)
    cover_document = models.ForeignKey(
        "parts.StockDocument",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="covered_kits",
    )

    class Meta:
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=KitStatus.ARCHIVED, archived_at__isnull=False)
                | Q(status=KitStatus.ACTIVE, archived_at__isnull=True),
                name="parts_kit_archived",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KitRequirement(Versioned, TimeStamped):
    """How many of a part, or of something without a part yet, one unit of a kit needs."""

    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="requirements")
    part = models.ForeignKey(
        "parts.StockPart",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="kit_requirements",
    )
    placeholder = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    required_qty = models.PositiveIntegerField()
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001
    designators = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["kit", "part"], name="parts_kitrequirement_once"),
            models.CheckConstraint(
                condition=Q(part__isnull=False, placeholder__isnull=True)
                | Q(part__isnull=True, placeholder__isnull=False),
                name="parts_kitrequirement_part_or_text",
            ),
            models.CheckConstraint(
                condition=Q(required_qty__gte=1), name="parts_kitrequirement_required"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.required_qty} of {self.placeholder or self.part_id}"


class KitListLink(TimeStamped):
    """A kit's needs were put on a shopping list; the snapshot tells whether the kit changed."""

    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="list_links")
    list = models.ForeignKey(
        "parts.ShoppingList", on_delete=models.CASCADE, related_name="kit_links"
    )
    requested_units = models.PositiveIntegerField()
    honor_reserved = models.BooleanField(default=False)
    snapshot_kit_updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kit", "list"], name="parts_kitlistlink_once"),
            models.CheckConstraint(
                condition=Q(requested_units__gte=1), name="parts_kitlistlink_units"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kit_id} on {self.list_id}"


class PickList(TimeStamped):
    """What to take from which place for some units of a kit."""

    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="pick_lists")
    requested_units = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PickStatus, default=PickStatus.OPEN)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(requested_units__gte=1), name="parts_picklist_units"
            ),
        ]

    def __str__(self) -> str:
        return f"Pick list {self.pk}"


class PickListLine(TimeStamped):
    """One amount from one place; the place is copied, so that boxes may go later."""

    pick_list = models.ForeignKey(PickList, on_delete=models.CASCADE, related_name="lines")
    requirement = models.ForeignKey(
        KitRequirement, on_delete=models.SET_NULL, null=True, related_name="pick_lines"
    )
    part = models.ForeignKey("parts.StockPart", on_delete=models.PROTECT, related_name="pick_lines")
    box_no = models.PositiveIntegerField()
    loc_no = models.PositiveIntegerField()
    quantity_to_pick = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PickStatus, default=PickStatus.OPEN)
    picked_at = models.DateTimeField(null=True, blank=True)
    history = models.ForeignKey(
        "parts.StockMovement", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["part__id4", "box_no", "loc_no", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pick_list", "part", "box_no", "loc_no"], name="parts_picklistline_once"
            ),
        ]
        indexes = [models.Index(fields=["part", "status"], name="parts_picklistline_part")]

    def __str__(self) -> str:
        return f"{self.quantity_to_pick} of {self.part_id} from {self.box_no}-{self.loc_no}"
