"""Native maps and test results of circuits."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.parsers import MultiPartParser
from inventory_site.core.api.views import ServiceViewSet
from inventory_site.core.files import blobs
from inventory_site.core.files.serve import file_response
from networkroutes.api.serializers.register import (
    KmzFileSerializer,
    KmzUploadSerializer,
    TestResultsFileSerializer,
    TestResultsUploadSerializer,
)
from networkroutes.api.uploads import archive_of, as_upload, kmz_download
from networkroutes.api.views.routes import RouteKeyMixin
from networkroutes.errors import RouteFileNotFound, UploadRefused
from networkroutes.filtersets import TestResultsFileFilterSet
from networkroutes.models import KmzFile, NetworkRoute, TestResultsFile
from networkroutes.services import files, routes


class RouteKmzViewSet(RouteKeyMixin, ServiceViewSet):
    """The map of a circuit."""

    queryset = NetworkRoute.objects.all()
    serializer_class = KmzFileSerializer
    parser_classes = (MultiPartParser,)
    filter_backends = ()
    permissions = {
        "retrieve": "networkroutes.view_kmzfile",
        "create": "networkroutes.change_networkroute",
        "destroy": "networkroutes.change_networkroute",
    }

    @extend_schema(responses={(200, "application/vnd.google-earth.kmz"): OpenApiTypes.BINARY})
    def retrieve(self, request: Request, pk: str) -> HttpResponseBase:
        """Download the map."""
        route = self.get_object()
        row = KmzFile.objects.filter(filename=route.kmz_file_path or "").first()
        return kmz_download(request, row)

    @extend_schema(request=KmzUploadSerializer, responses={201: KmzFileSerializer})
    def create(self, request: Request, pk: str) -> Response:
        """Store the map; the old one is removed."""
        sent = request.FILES.get("file")
        if sent is None:
            raise UploadRefused("No file uploaded", field="file")
        made = files.upload_kmz(
            actor=request.user, circuit_id=self.get_object().circuit_id, upload=as_upload(sent)
        )
        return Response(KmzFileSerializer(made).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take the map off the circuit."""
        route = self.get_object()
        if not route.kmz_file_path:
            raise RouteFileNotFound("No KMZ file to delete")
        routes.update_route(
            actor=request.user, circuit_id=route.circuit_id, values={"kmz_file_path": None}
        )
        return Response(status=204)


class RouteTestResultsViewSet(RouteKeyMixin, ServiceViewSet):
    """The test results of a circuit: add some, or take all as a ZIP."""

    queryset = NetworkRoute.objects.all()
    serializer_class = TestResultsFileSerializer
    parser_classes = (MultiPartParser,)
    filter_backends = ()
    permissions = {
        "archive": "networkroutes.view_testresultsfile",
        "create": "networkroutes.change_networkroute",
    }

    @extend_schema(
        request=TestResultsUploadSerializer, responses={201: TestResultsFileSerializer(many=True)}
    )
    def create(self, request: Request, pk: str) -> Response:
        """Store 1 to 10 files, all or none."""
        uploads = [as_upload(item) for item in request.FILES.getlist("files")]
        made = files.upload_test_results(
            actor=request.user, circuit_id=self.get_object().circuit_id, uploads=uploads
        )
        return Response(TestResultsFileSerializer(made, many=True).data, status=201)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def archive(self, request: Request, pk: str) -> HttpResponseBase:
        """Download all test results as one ZIP."""
        return archive_of(self.get_object().circuit_id)


class TestResultsFileViewSet(ServiceViewSet):
    """Single test-result files."""

    __test__ = False
    queryset = TestResultsFile.objects.select_related("route")
    serializer_class = TestResultsFileSerializer
    filterset_class = TestResultsFileFilterSet
    resource = "Test results file"
    search_fields = ("original_name", "route__circuit_id")
    ordering_fields = ("uploaded_at", "original_name", "file_size")
    ordering = ("-uploaded_at", "-pk")
    permissions = {
        "list": "networkroutes.view_testresultsfile",
        "retrieve": "networkroutes.view_testresultsfile",
        "destroy": "networkroutes.delete_testresultsfile",
        "content": "networkroutes.view_testresultsfile",
    }
    export_name = "test-results-files"
    export_columns = (
        Column("id", "id"),
        Column("circuit_id", "route__circuit_id"),
        Column("filename", "filename"),
        Column("original_name", "original_name"),
        Column("file_size", "file_size"),
        Column("sha256", "sha256"),
        Column("uploaded_at", "uploaded_at"),
    )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove the file."""
        files.delete_test_results(actor=request.user, file_id=self.get_object().pk)
        return Response(status=204)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """Download the file; never shown inline."""
        row = self.get_object()
        key = files.TEST_PREFIX + row.filename
        if not blobs.exists(files.STORAGE, key):
            raise RouteFileNotFound("The stored file is missing.")
        return file_response(
            request._request,
            storage=files.STORAGE,
            key=key,
            name=row.original_name,
            content_type="application/octet-stream",
        )
