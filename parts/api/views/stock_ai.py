"""AI helpers (contract 4.12)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.parsers import MultiPartParser, StrictJSONParser
from parts.api.serializers.stock_more import (
    AboutPart,
    AcceptInput,
    AiPartInput,
    AnalyzeInput,
    DatasheetsInput,
    OnePartInput,
    QueryInput,
)
from parts.api.stock_base import StockView, id4_in_path, listed, number_in_path, page, says, sent
from parts.api.views.stock_documents import upload_of
from parts.api.wire import parts as wire
from parts.choices.stock import JobKind
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import AiRun
from parts.services import ai, ai_works

NOTHING_SENT = "At least one of text or image input must be provided"


def run_json(run: AiRun) -> dict[str, Any]:
    """Return a run."""
    return {
        "id": run.pk,
        "kind": run.kind,
        "part_id4": run.part.id4 if run.part else None,
        "task_id": str(run.job_id) if run.job_id else None,
        "source": run.source,
        "model": run.model or None,
        "instruction_version": run.instruction_version,
        "input_sha256": run.input_sha256,
        "proposal": run.proposal,
        "response": run.response,
        "tokens": {
            "input": run.input_tokens,
            "cached": run.cached_tokens,
            "output": run.output_tokens,
            "reasoning": run.reasoning_tokens,
        },
        "cost_usd": float(run.cost_usd),
        "duration_ms": run.duration_ms,
        "status": run.status,
        "error": run.error or None,
        "user": run.user.username if run.user else None,
        "accepted_fields": run.accepted_fields,
        "accepted_at": run.accepted_at,
        "created_at": run.created_at,
    }


class AiView(StockView):
    """Helpers that propose."""

    parser_classes = (StrictJSONParser, MultiPartParser)

    @says(AboutPart, 202)
    def suggest_tags(self, request: Request) -> Response:
        """Propose tags."""
        return _started(request, JobKind.TAGS, sent(AboutPart, request))

    @says(AboutPart, 202)
    def suggest_category(self, request: Request) -> Response:
        """Propose a type."""
        return _started(request, JobKind.CATEGORY, sent(AboutPart, request))

    @says(AnalyzeInput, 202)
    def analyze(self, request: Request) -> Response:
        """Read a text or photo."""
        values = sent(AnalyzeInput, request)
        if not values.get("text") and not values.get("image"):
            refusal = StockInvalid(text=NOTHING_SENT)
            refusal.details["message"] = NOTHING_SENT
            raise refusal
        ai.require_enabled()
        params: dict[str, Any] = {"text": values.get("text")}
        if values.get("image"):
            key, kind = ai_works.keep_photo(upload_of(values["image"]))
            params |= {"image_key": key, "image_type": kind}
        return _started(request, JobKind.ANALYZE, params)

    @says(DatasheetsInput, 202)
    def datasheets(self, request: Request) -> Response:
        """Find datasheets."""
        return _started(request, JobKind.DATASHEETS, sent(DatasheetsInput, request))

    @says(OnePartInput, 202)
    def cleanup(self, request: Request) -> Response:
        """Tidy up a part."""
        return _started(request, JobKind.CLEANUP, sent(OnePartInput, request))

    @says(QueryInput, 202)
    def duplicates(self, request: Request) -> Response:
        """Find parts that are the same."""
        return _started(request, JobKind.DUPLICATES, sent(QueryInput, request))

    @says(AiPartInput, 201)
    def create_part(self, request: Request) -> Response:
        """Make an accepted part with its documents."""
        ai.require_key()
        values = sent(AiPartInput, request)
        proposed = values.pop("documents", [])
        part, results = ai_works.create_part(actor=request.user, values=values, proposed=proposed)
        return Response({**wire.full_part(part.id4), "document_results": results}, status=201)


class AiRunView(StockView):
    """What helpers were asked."""

    @says()
    def list(self, request: Request) -> Response:
        """List runs, newest first."""
        rows = AiRun.objects.select_related("part", "user").order_by("-created_at", "-pk")
        if id4 := request.query_params.get("part_id4"):
            rows = rows.filter(part__id4=id4_in_path(id4))
        if kind := request.query_params.get("kind"):
            if kind not in JobKind.values:
                raise StockInvalid(kind=f"kind must be one of {', '.join(JobKind.values)}.")
            rows = rows.filter(kind=kind)
        found, meta = page(request, rows)
        return listed([run_json(run) for run in found], meta)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a run."""
        number = number_in_path(pk, "AI run")
        run = AiRun.objects.select_related("part", "user").filter(pk=number).first()
        if run is None:
            raise RecordNotFound("AI run", pk)
        return Response(run_json(run))

    @says(AcceptInput)
    def accept(self, request: Request, pk: str) -> Response:
        """Take fields of a proposal."""
        number, fields = number_in_path(pk, "AI run"), sent(AcceptInput, request)["fields"]
        part = ai.accept_run(actor=request.user, run_id=number, fields=fields)
        return Response(wire.full_part(part.id4))


def _started(request: Request, kind: str, params: dict[str, Any]) -> Response:
    job = ai_works.start(actor=request.user, kind=kind, params=params)
    return Response({"task_id": str(job.pk), "status": "pending"}, status=202)
