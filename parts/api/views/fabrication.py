"""Parts to make and machines for scripts (contract 10), in the envelope."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.idempotency import idempotent
from inventory_site.core.api.pagination import LimitOffset, Unpaged
from inventory_site.core.api.views import ServiceViewSet, expected_version
from inventory_site.core.files.serve import file_response
from parts import policy
from parts.api.clients.fabrication import wire
from parts.api.clients.fabrication.views import files as client_files
from parts.api.clients.fabrication.views import more as client_more
from parts.api.fabrication_export import COLUMNS
from parts.api.serializers import fabrication as shapes
from parts.errors.fabrication import NobodyNamed, NotThere
from parts.filtersets import FabricationPartFilterSet, MachineFilterSet
from parts.models import FabricationPart, Machine
from parts.selectors import fabrication_board as board
from parts.selectors import fabrication_stats as stats
from parts.selectors.fabrication_lists import part_of
from parts.services import fabrication_files as files
from parts.services import fabrication_flow as flow
from parts.services import fabrication_models as models
from parts.services import fabrication_parts as parts
from parts.services import fabrication_queues as queues
from parts.services import fabrication_travellers as travellers

READ = dict.fromkeys(
    (
        *("list", "retrieve", "history", "revisions", "revision_file", "download", "model"),
        *("picture", "traveller", "travellers", "statistics", "leaderboard", "capacity", "queue"),
    ),
    policy.VIEW_FABRICATION,
)
ANSWER = {200: OpenApiTypes.OBJECT}


class FabricationPartView(ServiceViewSet):
    """Parts to make."""

    queryset = FabricationPart.objects.select_related("submitted_by")
    serializer_class = shapes.FabricationPartSerializer
    filterset_class = FabricationPartFilterSet
    resource = "Part"
    permissions = {**READ, "convert": policy.ADMIN_FABRICATION, "*": policy.VIEW_FABRICATION}
    ordering_fields = (
        *("id", "name", "created_at", "updated_at", "due_date", "priority", "amount", "status"),
        *("category", "assigned", "queue_position"),
    )
    ordering = ("-created_at", "-pk")
    export_name = "parts"
    export_columns = COLUMNS

    def search_rows(self, rows: Any, text: str) -> QuerySet[FabricationPart]:
        """Find as the front ends do."""
        return rows.matching(text)

    @extend_schema(
        request=shapes.FabricationPartInput, responses={201: shapes.FabricationPartSerializer}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Submit a part."""
        part = parts.create_part(actor=request.user, body=_body(request))
        return Response(self._shown(part), status=201)

    @extend_schema(responses=ANSWER)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a part with what is known of its model."""
        part = self.get_object()
        found = board.models_of([part]).get(part.pk)
        model = shapes.ConvertedModelSerializer(found).data if found else None
        shown = {**self.get_serializer(part).data, "model": model}
        return Response(shown, headers={"ETag": f'"{part.version}"'})

    @extend_schema(request=shapes.FabricationPartInput, responses=shapes.FabricationPartSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent; `If-Match` guards against lost changes."""
        return self._done(parts.update_part, request, body=_body(request))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a part with its files."""
        parts.delete_part(
            actor=request.user,
            part_id=self.get_object().pk,
            expected_version=expected_version(request),
        )
        return Response(status=204)

    @extend_schema(request=shapes.ApproveInput, responses=shapes.FabricationPartSerializer)
    def approve(self, request: Request, pk: str) -> Response:
        """Release to production."""
        body = _body(request)
        return self._done(flow.approve, request, reviewer=body.get("reviewer"), info=_info(body))

    @extend_schema(request=shapes.ClaimInput, responses=shapes.FabricationPartSerializer)
    def claim(self, request: Request, pk: str) -> Response:
        """Claim for somebody, for oneself when nobody is named."""
        body = _body(request)
        free = body.get("ifUnassigned", body.get("if_unassigned", True))
        name = body.get("assigned", None if self.action == "assign" else request.user.username)
        if name is None:
            raise NobodyNamed
        return self._done(flow.assign, request, name=name, if_unassigned=free is not False)

    @extend_schema(request=shapes.ClaimInput, responses=shapes.FabricationPartSerializer)
    def assign(self, request: Request, pk: str) -> Response:
        """Claim for somebody by name."""
        return self.claim(request, pk)

    @extend_schema(request=None, responses=shapes.FabricationPartSerializer)
    def unclaim(self, request: Request, pk: str) -> Response:
        """Put back."""
        return self._done(flow.unclaim, request)

    @extend_schema(request=shapes.MadeInput, responses=shapes.FabricationPartSerializer)
    def complete(self, request: Request, pk: str) -> Response:
        """Mark as made."""
        return self._done(flow.complete, request, info=_info(_body(request)))

    @extend_schema(request=None, responses=shapes.FabricationPartSerializer)
    def revert(self, request: Request, pk: str) -> Response:
        """Take back what was completed by mistake."""
        return self._done(flow.revert, request)

    @extend_schema(request=shapes.ProgressInput, responses=shapes.FabricationPartSerializer)
    @idempotent
    def progress(self, request: Request, pk: str) -> Response:
        """Note good pieces and scrap."""
        body = _body(request)
        sent = {name: body[name] for name in ("good", "scrap", "reason") if name in body}
        return self._done(flow.report_progress, request, **sent)

    @extend_schema(request=shapes.BulkInput, responses=ANSWER)
    @idempotent
    def bulk(self, request: Request) -> Response:
        """Do one verb on many parts, all or nothing unless `atomic` is false."""
        return Response({"results": client_more.bulk_results(request.user, _body(request))})

    @extend_schema(responses=ANSWER)
    def history(self, request: Request, pk: str) -> Response:
        """List a part's events, newest first."""
        pager = LimitOffset()
        rows = pager.paginate_queryset(board.events_of(self.get_object()), request)
        return pager.get_paginated_response([wire.event_json(event) for event in rows])

    @extend_schema(responses=ANSWER)
    def revisions(self, request: Request, pk: str) -> Response:
        """List the revisions, newest first."""
        part = self.get_object()
        return Response([wire.revision_json(r, part.revision) for r in files.revisions_of(part)])

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def revision_file(self, request: Request, pk: str, revision: str) -> HttpResponseBase:
        """Download the file of a revision."""
        return client_files.delivered(request, files.revision_file(self.get_object(), revision))

    @extend_schema(request={"multipart/form-data": {"type": "object"}}, responses=ANSWER)
    def upload(self, request: Request, pk: str) -> Response:
        """Keep a file, and ask for its model; does not wait for it."""
        part = self.get_object()
        row = files.upload_file(
            actor=request.user,
            part_id=part.pk,
            upload=client_files.uploaded(request),
            reason=str(request.data.get("reason", "")),
            expected_version=expected_version(request),
        )
        is_step = client_files.filenames.is_step(row.stored_name)
        model = models.request_model(row.blob) if is_step else None
        part.refresh_from_db()
        shown = shapes.ConvertedModelSerializer(model).data if model else None
        return Response(
            {"file": row.stored_name, "revision": row.revision, "model": shown}, status=201
        )

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """Download the current file."""
        return client_files.delivered(request, files.current_file(self.get_object()))

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def model(self, request: Request, pk: str) -> HttpResponseBase:
        """Download the GLB of the current file."""
        return client_files.model_of_part(request, self.get_object().pk)

    @extend_schema(request=None, responses=shapes.ConvertedModelSerializer)
    def convert(self, request: Request, pk: str) -> Response:
        """Convert the current file again, after a failure or for a finer mesh."""
        found = board.models_of([self.get_object()])
        model = next(iter(found.values()), None)
        if model is None:
            raise NotThere("There is no model of this part")
        again = models.retry_model(actor=request.user, model_id=model.pk)
        return Response(shapes.ConvertedModelSerializer(again).data)

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def picture(self, request: Request, pk: str) -> HttpResponseBase:
        """Show the rendered picture of the current file."""
        found = board.models_of([self.get_object()])
        model = next(iter(found.values()), None)
        if model is None or not model.has_picture:
            raise NotThere("There is no picture of this part")
        return file_response(
            request._request,
            storage="images",
            key=model.picture_key,
            name="part.png",
            content_type="image/png",
            inline=True,
        )

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def traveller(self, request: Request, pk: str) -> HttpResponse:
        """Print one part."""
        part = self.get_object()
        return client_more.pdf(request, [part], f"traveller-{part.pk}.pdf")

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def travellers(self, request: Request) -> HttpResponse:
        """Print up to a hundred parts, `ids` by comma."""
        ids = client_more.ids_of(request.query_params.get("ids", ""))
        return client_more.pdf(request, travellers.parts_of(ids), "travellers.pdf")

    @extend_schema(responses=ANSWER)
    def statistics(self, request: Request) -> Response:
        """Count parts, sum amounts and times, and tell the yield."""
        return Response({**stats.counts(), "detailed": stats.detailed(), **stats.yields()})

    @extend_schema(responses=ANSWER)
    def leaderboard(self, request: Request) -> Response:
        """Rank people."""
        return Response(stats.leaderboard())

    @extend_schema(responses=ANSWER)
    def capacity(self, request: Request) -> Response:
        """Sum what is open by machine, type and subsystem."""
        return Response(board.capacity())

    def _done(self, service: Any, request: Request, **given: Any) -> Response:
        part_id = self.get_object().pk
        part = service(
            actor=request.user,
            part_id=part_id,
            expected_version=expected_version(request),
            **given,
        )
        return Response(self._shown(part), headers={"ETag": f'"{part.version}"'})

    def _shown(self, part: FabricationPart) -> Any:
        return shapes.FabricationPartSerializer(part_of(part.pk)).data


class MachineView(ServiceViewSet):
    """Machines and their queues."""

    queryset = Machine.objects.all()
    serializer_class = shapes.MachineSerializer
    filterset_class = MachineFilterSet
    resource = "Machine"
    permissions = {**READ, "*": policy.VIEW_FABRICATION}
    pagination_class = Unpaged
    search_fields = ("name",)
    ordering_fields = ("id", "name", "type", "created_at")
    ordering = ("name", "pk")

    @extend_schema(request=shapes.MachineInput, responses={201: shapes.MachineSerializer})
    def create(self, request: Request) -> Response:
        """Add a machine."""
        sent = shapes.MachineInput(data=request.data)
        sent.is_valid(raise_exception=True)
        row = queues.create_machine(actor=request.user, values=sent.values())
        return Response(shapes.MachineSerializer(row).data, status=201)

    @extend_schema(request=shapes.MachineInput, responses=shapes.MachineSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a machine, or take it out of use."""
        sent = shapes.MachineInput(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        row = queues.update_machine(
            actor=request.user, machine_id=self.get_object().pk, values=sent.values()
        )
        return Response(shapes.MachineSerializer(row).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a machine."""
        queues.delete_machine(actor=request.user, machine_id=self.get_object().pk)
        return Response(status=204)

    @extend_schema(responses=ANSWER)
    def queue(self, request: Request, pk: str) -> Response:
        """List a machine's parts in their order."""
        rows = queues.queue_of(self.get_object())
        return Response(shapes.FabricationPartSerializer(rows, many=True).data)

    @extend_schema(request=shapes.QueueInput, responses=ANSWER)
    def order(self, request: Request, pk: str) -> Response:
        """Put a machine's parts into an order; 409 when the queue was changed."""
        sent = shapes.QueueInput(data=request.data)
        sent.is_valid(raise_exception=True)
        rows = queues.order_queue(
            actor=request.user, machine_id=self.get_object().pk, ids=sent.validated_data["ids"]
        )
        return Response(shapes.FabricationPartSerializer(rows, many=True).data)


def _body(request: Request) -> dict[str, Any]:
    return dict(request.data) if isinstance(request.data, dict) else {}


def _info(body: dict[str, Any]) -> Any:
    return body["miscInfo"] if "miscInfo" in body else body.get("misc_info")
