"""Files of a circuit: its map, and test results."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from networkroutes.models.routes import NetworkRoute


class StoredRouteFile(models.Model):
    """A stored file: `filename` is the opaque stored name, `original_name` what the user called
    it."""

    filename = models.CharField(max_length=255, unique=True)
    original_name = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField("size, bytes", default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.original_name


class TestResultsFile(StoredRouteFile):
    """One test-result file of a circuit; never served inline."""

    __test__ = False

    route = models.ForeignKey(NetworkRoute, on_delete=models.CASCADE, related_name="test_results")

    class Meta(StoredRouteFile.Meta):
        verbose_name = "test-results file"


class KmzFile(StoredRouteFile):
    """One KMZ that the system stored: a circuit's map, or (no circuit) a generated path.

    Several circuits may name one file in `kmz_file_path`; `route` is the one it was uploaded for.
    """

    route = models.ForeignKey(
        NetworkRoute, on_delete=models.SET_NULL, null=True, blank=True, related_name="kmz_files"
    )
    is_generated = models.BooleanField(default=False)
    line_km = models.FloatField(
        "length of the line, km", null=True, blank=True, help_text="Along the longest line."
    )
    is_measured = models.BooleanField(default=False, editable=False)

    class Meta(StoredRouteFile.Meta):
        verbose_name = "KMZ file"
