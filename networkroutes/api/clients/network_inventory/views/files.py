"""Maps and test results of circuits (contract 4.4, 7)."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpResponse, HttpResponseBase
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.fast import json_array
from networkroutes.api.clients.network_inventory import wire
from networkroutes.api.clients.network_inventory.base import ClientView, json_response, whole_id
from networkroutes.api.uploads import archive_of, as_upload, kmz_download
from networkroutes.errors import FileTooLarge, UploadRefused
from networkroutes.models import KmzFile, TestResultsFile
from networkroutes.services import files


class UploadKmzView(ClientView):
    """POST one file in `kmz_file`."""

    writes = {"POST": "change_networkroute"}

    def post(self, request: Request, circuit_id: str) -> Response:
        """Store the circuit's map."""
        uploads = uploads_of(request, "kmz_file")
        if len(uploads) > 1:
            raise UploadRefused("Too many files (maximum 1)")
        made = files.upload_kmz(
            actor=request.user, circuit_id=circuit_id, upload=uploads[0] if uploads else None
        )
        return Response({"message": "KMZ file uploaded", "kmz_file_path": made.filename})


class UploadTestResultsView(ClientView):
    """POST 1 to 10 files in `test_results_files`."""

    writes = {"POST": "change_networkroute"}

    def post(self, request: Request, circuit_id: str) -> Response:
        """Store test results."""
        made = files.upload_test_results(
            actor=request.user,
            circuit_id=circuit_id,
            uploads=uploads_of(request, "test_results_files"),
        )
        rows = [
            {"id": row.pk, "filename": row.filename, "original_name": row.original_name}
            for row in made
        ]
        return Response({"message": "Test Results files uploaded", "files": rows})


class DeleteKmzView(ClientView):
    """DELETE the map of a circuit."""

    writes = {"DELETE": "change_networkroute"}

    def delete(self, request: Request, circuit_id: str) -> Response:
        """Take it off the circuit; the file goes unless another circuit uses it."""
        files.delete_kmz(actor=request.user, circuit_id=circuit_id)
        return Response({"message": "KMZ file deleted successfully"})


class TestResultsListView(ClientView):
    """GET the test-result files of a circuit, newest upload first."""

    __test__ = False
    reads = "view_testresultsfile"

    def get(self, request: Request, circuit_id: str) -> HttpResponse:
        """Answer the bare array, empty for an unknown circuit."""
        rows = TestResultsFile.objects.filter(route__circuit_id=circuit_id)
        return json_response(json_array(rows.order_by("-uploaded_at", "-pk"), wire.TEST_RESULTS))


class TestResultsZipView(ClientView):
    """GET all test results of a circuit as one ZIP."""

    __test__ = False
    reads = "view_testresultsfile"

    def get(self, request: Request, circuit_id: str) -> HttpResponseBase:
        """Stream the ZIP; files that are missing in the store are left out."""
        return archive_of(circuit_id, deflate=True)


class TestResultsFileView(ClientView):
    """One test-result file."""

    __test__ = False
    writes = {"DELETE": "delete_testresultsfile"}

    def delete(self, request: Request, file_id: str) -> Response:
        """Remove the file."""
        files.delete_test_results(actor=request.user, file_id=whole_id(file_id))
        return Response({"message": "File deleted"})


class DownloadKmzView(ClientView):
    """GET a map by its stored name; only names that the system itself stored."""

    reads = "view_kmzfile"

    def get(self, request: Request, filename: str) -> HttpResponseBase:
        """Stream the file."""
        row = KmzFile.objects.filter(filename=filename).first()
        return kmz_download(request, row)


def uploads_of(request: Request, field: str) -> list[files.Upload]:
    """Return the files of a multipart field; other fields and bodies count as none."""
    try:
        sent = request.FILES.getlist(field)
    except TooManyFilesSent as err:
        raise UploadRefused(f"Too many files (maximum {files.MAX_FILES})") from err
    except RequestDataTooBig as err:
        raise FileTooLarge("File too large", limit=settings.NETWORKROUTES_MAX_FILE_BYTES) from err
    except ParseError:
        return []
    return [as_upload(item) for item in sent]
