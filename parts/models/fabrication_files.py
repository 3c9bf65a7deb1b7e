"""What a part brings along: its files, the model made of a STEP file, pictures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from parts.choices.fabrication import FileKind, ModelQuality, ModelState
from parts.models.blobs import StoredBlob
from parts.models.fabrication import FabricationPart

MODELS_PREFIX = "models/"
PICTURES_PREFIX = "model-pictures/"
VIEWS = 8


class FabricationFile(models.Model):
    """One upload to a part; older revisions keep theirs."""

    part = models.ForeignKey(FabricationPart, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=FileKind, default=FileKind.SOURCE)
    stored_name = models.CharField(max_length=200)
    original_name = models.CharField(max_length=255)
    blob = models.ForeignKey(StoredBlob, on_delete=models.PROTECT, related_name="fabrication_files")
    content_type = models.CharField(max_length=100)
    revision = models.CharField(max_length=8, default="A")
    reason = models.CharField(max_length=500, blank=True)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.stored_name


class ConvertedModel(models.Model):
    """The GLB of one STEP content, made once whoever uploads it; lengths in millimetres.

    `bounds` are the least and the greatest x, y, z; `error` is what people read of a failure.
    """

    blob = models.OneToOneField(
        StoredBlob, on_delete=models.CASCADE, related_name="converted_model"
    )
    state = models.CharField(max_length=8, choices=ModelState, default=ModelState.PENDING)
    step = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=300, blank=True)
    quality = models.CharField(max_length=8, choices=ModelQuality, default=ModelQuality.STANDARD)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    triangles = models.PositiveIntegerField(null=True, blank=True)
    bounds = models.JSONField(null=True, blank=True)
    volume_mm3 = models.FloatField(null=True, blank=True)
    area_mm2 = models.FloatField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    has_picture = models.BooleanField(default=False)
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "converted model"

    def __str__(self) -> str:
        return f"Model of {self.blob}"

    @property
    def key(self) -> str:
        """Name of the GLB in the `docs` store."""
        return f"{MODELS_PREFIX}{self.blob.sha256}-glb"

    @property
    def picture_key(self) -> str:
        """Name of the rendered picture in the `images` store."""
        return f"{PICTURES_PREFIX}{self.blob.sha256}-png"


class PartView(models.Model):
    """One of eight pictures that a front end rendered of a part and sent back."""

    part = models.ForeignKey(FabricationPart, on_delete=models.CASCADE, related_name="views")
    index = models.PositiveSmallIntegerField()
    blob = models.ForeignKey(StoredBlob, on_delete=models.PROTECT, related_name="part_views")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["part", "index"]
        constraints = [
            models.UniqueConstraint(fields=["part", "index"], name="parts_partview_once"),
            models.CheckConstraint(condition=Q(index__lt=VIEWS), name="parts_partview_index"),
        ]

    def __str__(self) -> str:
        return f"view_{self.index}.png"
