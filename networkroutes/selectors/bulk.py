"""What bulk uploads have done."""

from __future__ import annotations

from django.db.models import QuerySet

from networkroutes.models import BulkUpload


def history() -> QuerySet[BulkUpload]:
    """Return uploads, newest first."""
    return BulkUpload.objects.order_by("-uploaded_at", "-pk")
