"""Parts that the workshop makes, and the machines that make them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from inventory_site.core.models.base import Versioned
from parts.choices.fabrication import PRODUCTION, MachineKind, PartKind, PartStatus, Stage


class Machine(models.Model):
    """A machine or bench with a queue of its own; an inactive one takes no new parts."""

    name = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=8, choices=MachineKind)
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class FabricationPartQuerySet(models.QuerySet["FabricationPart"]):
    """Questions about parts."""

    def in_production(self) -> FabricationPartQuerySet:
        """Released and not completed."""
        return self.filter(category__in=sorted(PRODUCTION))

    def unfinished(self) -> FabricationPartQuerySet:
        """Not completed."""
        return self.exclude(category=Stage.COMPLETED)

    def matching(self, text: str) -> FabricationPartQuerySet:
        """Parts that hold a text; ids that the system drew match by a prefix of four or more."""
        needle = folded(text)
        if not needle:
            return self
        found = Q(search_text__contains=needle)
        if len(needle) >= 4:
            found |= Q(is_own_part_id=False, part_id__startswith=needle)
        return self.filter(found)

    def queued(self) -> FabricationPartQuerySet:
        """In the order in which they are to be made."""
        return self.order_by("priority", F("due_date").asc(nulls_last=True), "created_at", "pk")


class FabricationPart(Versioned):
    """Something to be made: submitted, reviewed, made by machine or by hand, put away.

    `is_own_part_id` tells a part id that a person set from the one that was drawn; `search_text` is
    what the search looks in; `file` is a label that may name a file not stored.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    part_id = models.CharField("part ID", max_length=100, null=True, blank=True)  # noqa: DJ001  null on the wire
    is_own_part_id = models.BooleanField(default=False, editable=False)
    type = models.CharField(max_length=50, null=True, blank=True, choices=PartKind)  # noqa: DJ001  as above
    name = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    material = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    material_thickness = models.CharField("thickness", max_length=50, null=True, blank=True)  # noqa: DJ001
    subsystem = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    assigned = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    status = models.CharField(max_length=50, choices=PartStatus, default=PartStatus.PENDING)
    misc_info = models.JSONField("notes of the workshop", null=True, blank=True)
    notes = models.TextField(max_length=20_000, null=True, blank=True)  # noqa: DJ001
    file = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    onshape_url = models.CharField("CAD link", max_length=500, null=True, blank=True)  # noqa: DJ001
    claimed_date = models.DateTimeField("claimed", null=True, blank=True)
    created_at = models.DateTimeField("submitted", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("changed", default=timezone.now, editable=False)
    category = models.CharField("stage", max_length=20, choices=Stage, default=Stage.REVIEW)
    amount = models.PositiveIntegerField(default=1)

    revision = models.CharField(max_length=8, default="A", editable=False)
    due_date = models.DateField("due", null=True, blank=True)
    priority = models.PositiveSmallIntegerField(default=3)
    machine = models.ForeignKey(
        Machine, on_delete=models.SET_NULL, null=True, blank=True, related_name="parts"
    )
    queue_position = models.PositiveIntegerField(null=True, blank=True, editable=False)
    good = models.PositiveIntegerField(default=0, editable=False)
    scrap = models.PositiveIntegerField(default=0, editable=False)
    rework = models.PositiveIntegerField(default=0, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="fabrication_parts",
    )
    views_updated_at = models.DateTimeField(null=True, editable=False)
    search_text = models.TextField(default="", blank=True, editable=False)

    objects = FabricationPartQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "part to make"
        verbose_name_plural = "parts to make"
        permissions = [
            ("work_fabricationpart", "Can claim, start and complete parts to make"),
            ("review_fabricationpart", "Can approve, edit and take back parts to make"),
            ("administer_fabrication", "Can delete and wipe parts to make"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="parts_fabricationpart_amount"),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=5), name="parts_fabricationpart_priority"
            ),
            models.CheckConstraint(
                condition=Q(category__in=Stage.values), name="parts_fabricationpart_stage"
            ),
        ]
        indexes = [
            models.Index(fields=["category", "-created_at"], name="parts_fab_stage_idx"),
            models.Index(fields=["machine", "queue_position"], name="parts_fab_queue_idx"),
            models.Index(fields=["status"], name="parts_fab_status_idx"),
        ]

    def __str__(self) -> str:
        return self.name or f"Part {self.part_id or self.pk}"

    def write_search_text(self) -> None:
        """Set what the search looks in, from the fields as they are now."""
        texts = [self.name, self.notes, self.subsystem, self.assigned, self.material]
        if self.is_own_part_id:
            texts.append(self.part_id)
        self.search_text = "\x1f".join(folded(text) for text in texts if text)

    @property
    def is_completed(self) -> bool:
        """Whether it was made."""
        return self.category == Stage.COMPLETED

    @property
    def in_production(self) -> bool:
        """Whether it was released and is not completed."""
        return self.category in PRODUCTION


def folded(text: Any) -> str:
    """Return a text as the search compares it: trimmed, without regard to case."""
    return str(text or "").replace("\x00", "").replace("\x1f", " ").strip().casefold()
