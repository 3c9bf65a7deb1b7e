"""Native bulk uploads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory_site.core.api.exports import Column
from inventory_site.core.api.parsers import MultiPartParser
from inventory_site.core.api.views import GuardedMixin, ServiceViewSet
from networkroutes.api.serializers.bulk import (
    BulkAnswerSerializer,
    BulkFileSerializer,
    BulkUploadSerializer,
)
from networkroutes.bulk_files import database_csv, limit_of, template_csv
from networkroutes.errors import FileTooLarge
from networkroutes.models import BulkUpload
from networkroutes.services import bulk, bulk_jobs

CSV_FILE = {(200, "text/csv"): OpenApiTypes.BINARY}


class BulkUploadViewSet(ServiceViewSet):
    """Uploads, newest first; POST checks a CSV and imports all of it or nothing."""

    queryset = BulkUpload.objects.all()
    serializer_class = BulkUploadSerializer
    resource = "Bulk upload"
    ordering_fields = ("uploaded_at",)
    ordering = ("-uploaded_at", "-pk")
    parser_classes = (MultiPartParser,)
    permissions = {
        "list": "networkroutes.view_bulkupload",
        "retrieve": "networkroutes.view_bulkupload",
        "create": "networkroutes.add_bulkupload",
    }
    export_name = "bulk-uploads"
    export_columns = tuple(
        Column(name, name)
        for name in (
            "module",
            "filename",
            "uploaded_at",
            "user_name",
            "outcome",
            "total_rows",
            "rows_imported",
            "rows_updated",
            "invalid_rows",
            "errors",
            "ended_at",
        )
    )

    @extend_schema(
        request=BulkFileSerializer,
        responses={201: BulkAnswerSerializer, 202: BulkUploadSerializer},
    )
    def create(self, request: Request) -> Response:
        """Check every line, then import all or none; a dry run only tells.

        In the background the answer is 202 with the upload, whose own path tells how far it is.
        """
        sent = BulkFileSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        limit = settings.NETWORKROUTES_BULK_MAX_BYTES
        if data["file"].size > limit:
            raise FileTooLarge("File too large", limit=limit)
        asked: dict[str, Any] = {
            "actor": request.user,
            "slug": data["module"],
            "filename": data["file"].name or "",
            "source": data["file"].file,
            "upsert": data["upsert"],
            "dry_run": data["dry_run"],
        }
        if data["background"]:
            return Response(self.get_serializer(bulk_jobs.start(**asked)).data, status=202)
        outcome = bulk.upload(**asked)
        return Response(
            {
                "module": outcome.module,
                "dry_run": data["dry_run"],
                "total_rows": outcome.total,
                "inserted": outcome.inserted,
                "updated": outcome.updated,
                "ignored_columns": outcome.ignored_columns,
                "rows": outcome.rows,
            },
            status=200 if data["dry_run"] else 201,
        )


class BulkTemplateView(GuardedMixin, APIView):
    """The columns of a module."""

    permissions = {"get": "networkroutes.view_bulkupload"}

    @extend_schema(responses=CSV_FILE)
    def get(self, request: Request, module: str) -> object:
        """A CSV with one sample line."""
        return template_csv(bulk.module_of(request.user, module))


class BulkDatabaseView(GuardedMixin, APIView):
    """The present rows of a module."""

    permissions = {"get": "networkroutes.view_bulkupload"}

    @extend_schema(responses=CSV_FILE)
    def get(self, request: Request, module: str) -> object:
        """A CSV that can be uploaded again."""
        limit = limit_of(request.query_params.get("limit", "").strip())
        return database_csv(bulk.module_of(request.user, module), limit)
