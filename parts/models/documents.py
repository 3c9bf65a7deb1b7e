"""Documents of parts and kits, and what was fetched for links."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.models.base import TimeStamped
from parts.choices.stock import DocumentKind, FetchStatus


class StockDocument(TimeStamped):
    """A PDF, a picture or a link that belongs to one part or one kit.

    The bytes are the blob's. `preview` holds the picture of a linked page, when it had one.
    """

    part = models.ForeignKey(
        "parts.StockPart", on_delete=models.CASCADE, null=True, related_name="documents"
    )
    kit = models.ForeignKey(
        "parts.Kit", on_delete=models.CASCADE, null=True, related_name="documents"
    )
    kind = models.CharField(max_length=8, choices=DocumentKind)
    title = models.CharField(max_length=255)
    original_filename = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null on the wire
    content_type = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    file_size = models.PositiveBigIntegerField(null=True)
    blob = models.ForeignKey(
        "parts.StoredBlob", on_delete=models.PROTECT, null=True, related_name="stock_documents"
    )
    preview = models.ForeignKey(
        "parts.StoredBlob", on_delete=models.PROTECT, null=True, related_name="stock_previews"
    )
    url = models.CharField(max_length=2000, null=True, blank=True)  # noqa: DJ001
    fetch_status = models.CharField(max_length=8, choices=FetchStatus, null=True, blank=True)  # noqa: DJ001

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = "document"
        constraints = [
            models.CheckConstraint(
                condition=Q(part__isnull=False, kit__isnull=True)
                | Q(part__isnull=True, kit__isnull=False),
                name="parts_stockdocument_one_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FetchedPage(models.Model):
    """What an address answered, kept a day; `verdict` is the guard's set-up it was fetched under.

    `body` names a blob in the `docs` store below `fetched/`.
    """

    url_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=64)
    url = models.TextField()
    final_url = models.TextField()
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    key = models.CharField(max_length=128)
    fetched_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["url_sha256", "verdict"], name="parts_fetchedpage_once"
            ),
        ]

    def __str__(self) -> str:
        return self.url
