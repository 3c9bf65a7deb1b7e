"""Files of circuits as the admin sends them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from inventory_site.core.files.serve import file_response
from inventory_site.core.files.zipping import zip_response
from networkroutes.models import KmzFile, NetworkRoute, TestResultsFile
from networkroutes.services import files

KMZ_TYPE = "application/vnd.google-earth.kmz"
ANY_TYPE = "application/octet-stream"


def send_map(request: HttpRequest, row: KmzFile) -> HttpResponseBase:
    """Stream a map under the name that its user gave it; `NotFound` when its blob is gone."""
    return file_response(
        request,
        storage=files.STORAGE,
        key=files.KMZ_PREFIX + row.filename,
        name=row.original_name,
        content_type=KMZ_TYPE,
    )


def send_result(request: HttpRequest, row: TestResultsFile) -> HttpResponseBase:
    """Stream one test-results file, never inline; `NotFound` when its blob is gone."""
    return file_response(
        request,
        storage=files.STORAGE,
        key=files.TEST_PREFIX + row.filename,
        name=row.original_name,
        content_type=ANY_TYPE,
    )


def send_results_zip(route: NetworkRoute) -> HttpResponseBase:
    """Stream all test results of a circuit as a ZIP, oldest first; `NotFound` for none."""
    entries = [
        (row.original_name, files.STORAGE, files.TEST_PREFIX + row.filename, row.file_size)
        for row in route.test_results.order_by("pk")
    ]
    return zip_response(entries, f"{route.circuit_id}_test_results.zip")
