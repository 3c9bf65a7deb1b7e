"""Labels, scanning, bills of materials, stocktakes, import and export (contract 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.errors import flat_fields
from inventory_site.core.api.exports import cell, csv_chunks, csv_response
from inventory_site.core.api.idempotency import idempotent
from inventory_site.core.api.parsers import MultiPartParser, StrictJSONParser
from inventory_site.core.api.renderers import dumps
from parts.api.serializers.stock import PartInput
from parts.api.serializers.stock_more import (
    BomUpload,
    CloseInput,
    CountsInput,
    ImportUpload,
    ScanInput,
    StocktakeInput,
)
from parts.api.stock_base import (
    StockView,
    id4_in_path,
    is_number,
    listed,
    number_in_path,
    page,
    says,
    sent,
    whole,
)
from parts.api.views.stock_boxes import box_json
from parts.api.views.stock_kits import require_kit
from parts.api.wire import parts as wire
from parts.api.wire.shopping import items_json, read_items
from parts.choices.stock import ItemStatus, ListStatus
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import BoxLocation, ShoppingItem, StockPart, Stocktake
from parts.selectors import boxes, stock_export
from parts.services import bom, labels, part_import, scan_codes, stocktakes

BYTES = extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})


class LabelView(StockView):
    """Labels."""

    @BYTES
    def list(self, request: Request) -> HttpResponse:
        """Return labels as PDF or SVG."""
        query = request.query_params
        wanted = labels.labels_for(
            parts=[id4_in_path(text) for text in _split(query.get("parts"))],
            boxes=[number_in_path(text, "Box") for text in _split(query.get("boxes"))],
            places=[_place(text) for text in _split(query.get("locations"))],
        )
        copies = whole(request, "copies", 1, 1, labels.MOST_LABELS)
        sheet = labels.sheet_of(
            query.get("size", "62x29"), query.get("code", "qr"), copies, len(wanted)
        )
        kind = query.get("format", "pdf")
        if kind not in {"pdf", "svg"}:
            raise StockInvalid(format="format must be pdf or svg.")
        body = labels.labels_pdf(wanted, sheet) if kind == "pdf" else None
        return HttpResponse(
            body if body is not None else labels.labels_svg(wanted, sheet),
            content_type="application/pdf" if body is not None else "image/svg+xml",
            headers={
                "Content-Disposition": f'inline; filename="labels.{kind}"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            },
        )

    def get_format_suffix(self, **kwargs: Any) -> None:
        """`format` names the file here, not the renderer."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Errors are JSON whatever `format` says."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


class ScanView(StockView):
    """Codes that a scanner read."""

    reading = frozenset({"create"})

    @says(ScanInput)
    def create(self, request: Request) -> Response:
        """Say what a code means."""
        text = sent(ScanInput, request)["code"]
        code = scan_codes.read_code(text)
        if isinstance(code, scan_codes.Part):
            part = StockPart.objects.filter(id4=code.id4).first()
            if part is None:
                raise RecordNotFound("Part", code.id4)
            return Response({"kind": "part", "part": wire.full_part(part.id4), "id4": part.id4})
        if isinstance(code, scan_codes.Box):
            box = boxes.require_box(code.box_no)
            shown = box_json(box, boxes.usages([box])[box.box_no])
            return Response({"kind": "box", "box_no": box.box_no, "box": shown})
        if isinstance(code, scan_codes.Place):
            return Response(_location(code))
        if isinstance(code, scan_codes.Bag):
            return Response(_bag(code))
        raise RecordNotFound("Code", text.strip()[:80])


class BomView(StockView):
    """Bills of materials."""

    parser_classes = (MultiPartParser,)

    @says(BomUpload)
    def create(self, request: Request, pk: str) -> Response:
        """Match a bill of materials with the stock, and put it into a kit unless dry."""
        kit, values = require_kit(pk), sent(BomUpload, request)
        report = bom.import_bom(
            actor=request.user,
            kit_id=kit.pk,
            content=_read(values["file"], bom.MOST_BYTES),
            mapping=_mapping(values.get("mapping")),
            dry_run=values["dry_run"],
            replace_lines=values["mode"] == "replace",
        )
        return Response(
            {
                "rows": len(report.lines),
                "matched": report.count(bom.MATCHED),
                "ambiguous": report.count(bom.AMBIGUOUS),
                "placeholders": report.count(bom.PLACEHOLDER),
                "skipped": report.count(bom.DNP),
                "dry_run": report.is_dry_run,
                "lines": [_bom_line(line) for line in report.lines],
            }
        )


class StocktakeView(StockView):
    """Rounds of counting."""

    @says()
    def list(self, request: Request) -> Response:
        """List the rounds, newest first."""
        found, meta = page(request, Stocktake.objects.select_related("created_by"))
        return listed([_stocktake(row) for row in found], meta)

    @says(StocktakeInput, 201)
    def create(self, request: Request) -> Response:
        """Begin a round."""
        values = sent(StocktakeInput, request)
        row = stocktakes.begin(actor=request.user, box_nos=values["box_nos"])
        return Response(_full_stocktake(row), status=201)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a round with expected, counted and difference."""
        row = stocktakes.require_stocktake(number_in_path(pk, "Stocktake"))
        return Response(_full_stocktake(row))

    @says(CountsInput)
    def counts(self, request: Request, pk: str) -> Response:
        """Write down counts."""
        row = stocktakes.enter(
            actor=request.user,
            stocktake_id=number_in_path(pk, "Stocktake"),
            counts=sent(CountsInput, request)["counts"],
        )
        return Response(_full_stocktake(row))

    @says(CloseInput)
    @idempotent
    def close(self, request: Request, pk: str) -> Response:
        """Book the differences."""
        row = stocktakes.close(
            actor=request.user,
            stocktake_id=number_in_path(pk, "Stocktake"),
            skip_changed=sent(CloseInput, request)["skip_changed"],
        )
        return Response(_full_stocktake(row))


class TransferView(StockView):
    """Import and export."""

    parser_classes = (MultiPartParser, StrictJSONParser)

    @says(ImportUpload)
    def create(self, request: Request) -> Response:
        """Add and change parts from a file; dry unless told otherwise."""
        values = sent(ImportUpload, request)
        report = part_import.import_parts(
            actor=request.user,
            content=_read(values["file"], 20 * 1024 * 1024),
            validate=_part_fields,
            dry_run=values["dry_run"],
            partial=values["partial"],
        )
        return Response(
            {
                "written": report.is_written,
                "rows": [
                    {"row": row.row, "action": row.action, "id4": row.id4, "errors": row.errors}
                    for row in report.rows
                ],
            }
        )

    @BYTES
    def list(self, request: Request) -> HttpResponseBase:
        """Return a kind of rows as CSV or JSON."""
        kind = request.query_params.get("kind", "parts")
        if kind not in stock_export.SOURCES:
            raise StockInvalid(kind=f"kind must be one of {', '.join(stock_export.SOURCES)}.")
        shape = request.query_params.get("format", "csv")
        header, rows = stock_export.header_of(kind), stock_export.rows_of(kind)
        if shape == "csv":
            cells = ([cell(stock_export.csv_cell(value)) for value in row] for row in rows)
            return csv_response(csv_chunks(header, cells), f"stock_{kind}")
        if shape != "json":
            raise StockInvalid(format="format must be csv or json.")
        response = StreamingHttpResponse(_json(header, rows), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="stock_{kind}.json"'
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Errors are JSON whatever `format` says."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


def _json(header: list[str], rows: Any) -> Any:
    before = b"["
    for row in rows:
        yield before + dumps(dict(zip(header, row, strict=True)))
        before = b",\n"
    yield b"]" if before != b"[" else b"[]"


def _split(text: str | None) -> list[str]:
    return [item.strip() for item in (text or "").split(",") if item.strip()]


def _place(text: str) -> tuple[int, int]:
    box_no, _, loc_no = text.partition("-")
    if not (is_number(box_no) and is_number(loc_no)):
        raise RecordNotFound("Location", text)
    return int(box_no), int(loc_no)


def _read(file: Any, limit: int) -> bytes:
    if file.size > limit:
        raise StockInvalid(file=f"The file is larger than {limit // 1048576} MiB.")
    content: bytes = file.read()
    return content


def _mapping(value: Any) -> dict[str, str]:
    if value in (None, ""):
        return {}
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as err:
            raise StockInvalid(mapping="mapping must be a JSON object.") from err
    is_mapping = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    found = {bom.field_of(name): column for name, column in value.items()} if is_mapping else {}
    if not is_mapping or None in found:
        raise StockInvalid(mapping=f"mapping may name {', '.join(bom.COLUMNS)}.")
    return {str(name): column for name, column in found.items()}


def _part_fields(row: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    form = PartInput(data=dict(row), partial=True)
    if form.is_valid():
        return dict(form.validated_data), []
    fields = flat_fields(form.errors)
    return {}, [f"{name}: {texts[0]}" for name, texts in fields.items()]


def _location(code: scan_codes.Place) -> dict[str, Any]:
    place = {"box_no": code.box_no, "loc_no": code.loc_no}
    if not BoxLocation.objects.filter(**place).exists():
        raise RecordNotFound("Location", f"{code.box_no}-{code.loc_no}")
    held = StockPart.objects.filter(places__box_no=code.box_no, places__loc_no=code.loc_no)
    return {
        "kind": "location",
        **place,
        "part_assignments": [
            {"id4": id4, "qty": qty, "description": description}
            for id4, qty, description in held.order_by("id4").values_list(
                "id4", "places__qty", "description"
            )
        ],
    }


def _bag(code: scan_codes.Bag) -> dict[str, Any]:
    matches = StockPart.objects.none()
    items = ShoppingItem.objects.none()
    if code.manufacturer_code:
        matches = StockPart.objects.live().filter(manufacturer_code__iexact=code.manufacturer_code)
        opened = ShoppingItem.objects.exclude(status=ItemStatus.DONE)
        opened = opened.exclude(list__status=ListStatus.DONE)
        items = opened.filter(manufacturer_code__iexact=code.manufacturer_code) | opened.filter(
            maybe_part__manufacturer_code__iexact=code.manufacturer_code
        )
    found = list(wire.read_parts(matches).order_by("id4")[:50])
    return {
        "kind": "supplier",
        "manufacturer_code": code.manufacturer_code,
        "supplier_code": code.supplier_code,
        "qty": code.qty,
        "lot": code.lot,
        "date_code": code.date_code,
        "order": code.order,
        "matches": wire.parts_json(found, ["locations"]),
        "items": items_json(list(read_items(items).order_by("-updated_at", "-pk")[:50])),
    }


def _bom_line(line: bom.BomLine) -> dict[str, Any]:
    return {
        "row": line.row,
        "status": line.status,
        "quantity": line.qty,
        "references": line.references or None,
        "manufacturer_code": line.code or None,
        "value": line.value or None,
        "footprint": line.footprint or None,
        "description": line.description or None,
        "part_id4": line.part_id4,
        "candidates": list(line.candidates),
        "placeholder": None if line.part_id4 or line.status == bom.DNP else line.placeholder,
    }


def _stocktake(row: Stocktake) -> dict[str, Any]:
    return {
        "id": row.pk,
        "box_nos": row.box_nos,
        "status": row.status,
        "created_by": row.created_by.username if row.created_by else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "closed_at": row.closed_at,
    }


def _full_stocktake(row: Stocktake) -> dict[str, Any]:
    lines = row.lines.select_related("part").order_by("box_no", "loc_no", "part__id4")
    return {
        **_stocktake(row),
        "lines": [
            {
                "id4": line.part.id4,
                "box_no": line.box_no,
                "loc_no": line.loc_no,
                "expected": line.expected,
                "counted": line.counted,
                "difference": None if line.counted is None else line.counted - line.expected,
                "note": line.note or None,
                "booked": line.is_booked,
                "changed": line.is_changed,
                "counted_at": line.counted_at,
            }
            for line in lines
        ],
    }
