"""Electronics parts."""

from __future__ import annotations

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from inventory_site.core.models.base import TimeStamped

ID4_PATTERN = r"^[A-Z]{4}\Z"


class StockPartQuerySet(models.QuerySet["StockPart"]):
    """Questions about parts."""

    def live(self) -> StockPartQuerySet:
        """Parts that are not archived."""
        return self.filter(archived_at__isnull=True)

    def below_minimum(self) -> StockPartQuerySet:
        """Live parts with less stock than their own minimum."""
        return self.live().filter(min_qty__isnull=False, total_quantity__lt=models.F("min_qty"))


class StockPart(TimeStamped):
    """An electronics part; `id4` stands on its label and is never given twice.

    `total_quantity` and `movement_seq` follow the ledger: only `services.movements` changes them.
    """

    id4 = models.CharField(
        max_length=4,
        unique=True,
        validators=[RegexValidator(ID4_PATTERN, "Four letters from A to Z.")],
    )
    description = models.TextField()
    manufacturer_code = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank are one on the wire: null
    manufacturer = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    type = models.ForeignKey(
        "parts.PartType", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    tags = models.JSONField(default=list, blank=True)
    product_page = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001
    package = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    pin_count = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    pin_pitch = models.CharField(max_length=50, null=True, blank=True)  # noqa: DJ001
    voltage_rating = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    input_voltage = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    output_voltage = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    mounting_type = models.CharField(max_length=50, null=True, blank=True)  # noqa: DJ001
    series = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    dimensions = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    cover_document = models.ForeignKey(
        "parts.StockDocument",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="covered_parts",
    )
    min_qty = models.PositiveIntegerField(null=True, blank=True)
    low_notice_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_counted_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, db_index=True)
    kicad_symbol = models.CharField(max_length=255, blank=True)
    kicad_footprint = models.CharField(max_length=255, blank=True)
    kicad_reference = models.CharField(max_length=20, blank=True)
    total_quantity = models.BigIntegerField(default=0, editable=False)
    movement_seq = models.PositiveIntegerField(default=0, editable=False)

    objects = StockPartQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "part"
        permissions = [("administer_stock", "Can administer stock")]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_quantity__gte=0), name="parts_stockpart_total_not_negative"
            ),
            models.CheckConstraint(condition=~Q(description=""), name="parts_stockpart_described"),
            models.CheckConstraint(
                condition=Q(pin_count__isnull=True) | Q(pin_count__gte=1),
                name="parts_stockpart_pin_count",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="parts_stockpart_newest"),
            models.Index(fields=["total_quantity", "id4"], name="parts_stockpart_total"),
        ]

    def __str__(self) -> str:
        return self.id4


class RetiredPartId(models.Model):
    """An id that was printed once and is never given again."""

    id4 = models.CharField(max_length=4, unique=True)
    retired_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.id4


class PartSearchRow(models.Model):
    """What the search knows of a live part; kept by `services.search`.

    `rank` orders finds of one kind: parts with stock first, then by id. Each text is normalised,
    its words between single blanks, with a blank at both ends; `haystack` joins them by line feeds.
    """

    rank = models.IntegerField(primary_key=True)
    part = models.OneToOneField(StockPart, on_delete=models.CASCADE, related_name="search_row")
    id4 = models.CharField(max_length=4, db_index=True)
    code = models.TextField()
    tags = models.TextField()
    type = models.TextField()
    description = models.TextField()
    manufacturer = models.TextField()
    sellers = models.TextField()
    documents = models.TextField()
    haystack = models.TextField()

    def __str__(self) -> str:
        return self.id4


class SearchWord(models.Model):
    """A word that stands, or once stood, in some part; where misspelt words are looked up."""

    word = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.word
