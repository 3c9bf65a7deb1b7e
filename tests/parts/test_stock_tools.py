"""Labels, scanning, bills of materials, stocktakes, import and export, minimum stock."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from parts.models import KitRequirement, StockMovement, StockPart
from parts.services import low_stock, movements
from parts.services.bom import count_references
from parts.services.booking import Amount
from tests.factories.parts import KitFactory, make_box, make_part

pytestmark = pytest.mark.django_db
API = "/api/stock"


def test_labels_come_as_pdf_pages_of_the_size_asked_for(stock: Any) -> None:
    make_box(3)
    make_part("ABCD")
    query = "parts=abcd&boxes=1&locations=1-2&size=62x29&copies=2"

    pdf = stock.get(f"{API}/labels?{query}")

    pages = PdfReader(io.BytesIO(pdf.content)).pages
    assert len(pages) == 6
    assert round(float(pages[0].mediabox.width) / 72 * 25.4) == 62
    assert "ABCD" in pages[0].extract_text()
    svg = stock.get(f"{API}/labels?parts=ABCD&format=svg&code=code128")
    assert svg["Content-Type"] == "image/svg+xml"
    gone = stock.get(f"{API}/labels?parts=ZZZZ")
    assert gone.json()["error"]["message"] == "Part ZZZZ was not found"
    assert stock.get(f"{API}/labels?parts=ABCD&copies=301").status_code == 400
    assert stock.get(f"{API}/labels?parts=ABCD&size=5x5").status_code == 400


@pytest.mark.parametrize(
    ("size", "title_mm", "says_more"), [("62x29", 9.88, True), ("12x12", 3.42, False)]
)
def test_the_id_of_a_small_label_is_still_large(
    stock: Any, size: str, title_mm: float, says_more: bool
) -> None:
    make_part("ABCD", description="Relay")

    svg = stock.get(f"{API}/labels?parts=ABCD&format=svg&size={size}").content.decode()
    pdf = stock.get(f"{API}/labels?parts=ABCD&size={size}")

    (found,) = re.findall(r'font-size="([\d.]+)"[^>]*>ABCD<', svg)
    assert float(found) == pytest.approx(title_mm, abs=0.01)
    assert ("Relay" in svg) is says_more
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert ("ABCD" in text, "Relay" in text) == (True, says_more)


def test_a_scan_says_what_it_is(stock: Any) -> None:
    make_box(3)
    make_part("ABCD", manufacturer_code="ST-1-102")

    def scan(code: str) -> Any:
        return stock.post(f"{API}/scan", {"code": code}).json().get("data")

    assert scan("abcd")["part"]["id4"] == "ABCD"
    assert scan("STK:B:1")["kind"] == "box"
    assert (scan("1-2")["kind"], scan("STK:L:1-2")["loc_no"]) == ("location", 2)
    bag = scan("{pc:C312270,pm:st-1-102,qty:2}")
    assert (bag["kind"], bag["supplier_code"], bag["qty"]) == ("supplier", "C312270", 2)
    assert [row["id4"] for row in bag["matches"]] == ["ABCD"]
    iso = scan(
        "[)>\x1e06\x1dP497-1\x1d1PST-1-102\x1dQ25\x1d10D2301\x1d9D2302\x1d1TLOT7\x1dQ99\x1e\x04"
    )
    assert (iso["manufacturer_code"], iso["supplier_code"]) == ("ST-1-102", "497-1")
    assert (iso["qty"], iso["date_code"], iso["lot"]) == (25, "2301", "LOT7")
    assert stock.post(f"{API}/scan", {"code": "what"}).status_code == 404
    assert stock.post(f"{API}/scan", {"code": "???"}).status_code == 404


def test_references_are_counted_with_their_ranges() -> None:
    assert count_references("R1, R3-R5") == 4
    assert count_references("C1;C2 C3") == 3
    assert count_references(f"R1-R{'9' * 5000}") == 1


def test_a_row_of_a_bill_that_names_nothing_is_refused_by_its_number(stock: Any) -> None:
    kit = KitFactory()

    def send(text: bytes) -> Any:
        body = {"file": SimpleUploadedFile("bom.csv", text), "dry_run": "false"}
        return stock.post(f"{API}/projects/{kit.pk}/bom-import", body, format="multipart")

    refused = send(b"MPN,id4,Qty\nLM358,,1\n,,5\n")
    assert refused.status_code == 400
    assert refused.json()["error"]["details"]["fields"] == {"file": ["Row 3 names no part."]}
    assert KitRequirement.objects.count() == 0
    assert send(b"MPN,id4,Qty\n,ZZZZ,5\n").status_code == 200
    assert KitRequirement.objects.get().placeholder == "ZZZZ"


@pytest.mark.parametrize("name", ["qty", "Quantity", "count"])
def test_a_mapping_names_a_field_by_any_of_its_words(stock: Any, name: str) -> None:
    kit, text = KitFactory(), b"what,how many\nLM358,7\n"

    def send(mapping: dict[str, str]) -> Any:
        body = {"file": SimpleUploadedFile("bom.csv", text), "mapping": json.dumps(mapping)}
        return stock.post(f"{API}/projects/{kit.pk}/bom-import", body, format="multipart")

    done = send({name: "how many", "mpn": "What"})
    assert done.json()["data"]["lines"][0]["quantity"] == 7
    refused = send({"amount": "how many", "mpn": "what"})
    assert refused.status_code == 400
    assert "mapping may name qty, references" in refused.content.decode()


def test_a_bill_of_materials_is_matched_then_written_on_demand(stock: Any) -> None:
    make_part("ABCD", manufacturer_code="LM358N")
    make_part("TWOA", manufacturer_code="SAME")
    make_part("TWOB", manufacturer_code="same")
    make_part("RESI", description="10k resistor", package="0805")
    kit = KitFactory()
    text = (
        b"Reference;MPN;Value;Footprint;DNP\n"
        b"U1, U2;lm358n;;;\nU9;LM358N;;;\nQ1;same;;;\n"
        b"R1-R3;;10k;Resistor_SMD:R_0805_2012Metric;\nJ1;;Header;;\nR9;;1k;;x\n"
    )
    path = f"{API}/projects/{kit.pk}/bom-import"

    def send(**more: Any) -> Any:
        body = {"file": SimpleUploadedFile("bom.csv", text), **more}
        return stock.post(path, body, format="multipart").json()["data"]

    dry = send()
    counts = [dry[key] for key in ("rows", "matched", "ambiguous", "placeholders", "skipped")]
    assert counts == [6, 3, 1, 1, 1]
    assert KitRequirement.objects.count() == 0
    send(dry_run="false")
    rows = KitRequirement.objects.order_by("part__id4")
    by_part = {row.part.id4 if row.part else row.placeholder: row.required_qty for row in rows}
    assert by_part == {"ABCD": 3, "RESI": 3, "same": 1, "Header": 1}
    send(dry_run="false", mode="replace")
    assert KitRequirement.objects.get(part__id4="ABCD").required_qty == 3


def test_a_round_of_counting_books_differences_and_names_what_changed(stock: Any) -> None:
    make_box(3)
    for id4 in ("AAAA", "BBBB"):
        make_part(id4)
        movements.add_stock(actor=None, id4=id4, additions=[Amount(1, 1, 10)])
    pk = stock.post(f"{API}/stocktakes", {"box_nos": [1]}).json()["data"]["id"]
    counts = [
        {"id4": "AAAA", "box_no": 1, "loc_no": 1, "counted": 8},
        {"id4": "BBBB", "box_no": 1, "loc_no": 1, "counted": 9},
    ]
    stock.put(f"{API}/stocktakes/{pk}/counts", {"counts": counts})
    movements.use_stock(actor=None, id4="BBBB", deductions=[Amount(1, 1, 1)])

    refused = stock.post(f"{API}/stocktakes/{pk}/close", {})
    closed = stock.post(f"{API}/stocktakes/{pk}/close", {"skip_changed": True}).json()["data"]

    assert refused.status_code == 409
    assert refused.json()["error"]["details"]["changed"] == [
        {"id4": "BBBB", "box_no": 1, "loc_no": 1}
    ]
    shown = [(r["id4"], r["difference"], r["booked"], r["changed"]) for r in closed["lines"]]
    assert shown == [("AAAA", -2, True, False), ("BBBB", -1, False, True)]
    assert StockMovement.objects.filter(reason="count").count() == 1


def test_an_import_with_one_bad_row_writes_nothing_unless_partial(stock: Any) -> None:
    make_part("ABCD")
    rows = [
        {"id4": "ABCD", "description": "Changed"},
        {"description": "New", "tags": ["a"]},
        {"id4": "bad", "description": "x"},
    ]

    def send(**more: Any) -> Any:
        file = SimpleUploadedFile("parts.json", json.dumps(rows).encode())
        body = {"file": file, "dry_run": "false", **more}
        return stock.post(f"{API}/import/parts", body, format="multipart").json()["data"]

    refused = send()
    assert [row["action"] for row in refused["rows"]] == ["update", "create", "error"]
    assert (refused["written"], StockPart.objects.count()) == (False, 1)
    assert send(partial="true")["written"] is True
    assert StockPart.objects.get(id4="ABCD").description == "Changed"
    assert StockPart.objects.count() == 2


def test_exports_stream_and_defuse_formulas(stock: Any) -> None:
    make_part("ABCD", description="=1+1")

    csv = stock.get(f"{API}/export?kind=parts&format=csv")
    found = stock.get(f"{API}/export?kind=parts&format=json")

    assert "'=1+1" in b"".join(csv.streaming_content).decode()
    assert json.loads(b"".join(found.streaming_content))[0]["description"] == "=1+1"
    assert stock.get(f"{API}/export?kind=nothing").status_code == 400


def sent_file(stock: Any, content: bytes, path: str = "import/parts", **more: Any) -> Any:
    body = {"file": SimpleUploadedFile("parts.csv", content), **more}
    return stock.post(f"{API}/{path}", body, format="multipart")


@pytest.mark.parametrize("tags", [["a", "+x"], ["1,5 mm", "b;c", "@d"], ["[x]"]])
def test_what_was_exported_is_read_back_as_it_was(stock: Any, tags: list[str]) -> None:
    make_part("ABCD", description="-12V supply", tags=tags, manufacturer_code="=R1")

    table = b"".join(stock.get(f"{API}/export?kind=parts&format=csv").streaming_content)
    found = b"".join(stock.get(f"{API}/export?kind=parts&format=json").streaming_content)

    assert json.loads(found)[0]["tags"] == tags
    for content in (table, found):
        rows = sent_file(stock, content).json()["data"]["rows"]
        assert rows == [{"row": 1, "action": "skip", "id4": "ABCD", "errors": []}]


def test_a_dry_import_names_no_id_that_nobody_gets(stock: Any) -> None:
    content = b"id4,description\n,New\nWXYZ,Given\n"

    dry = sent_file(stock, content).json()["data"]["rows"]
    done = sent_file(stock, content, dry_run="false").json()["data"]["rows"]

    assert [row["id4"] for row in dry] == [None, "WXYZ"]
    assert {row["id4"] for row in done} == set(StockPart.objects.values_list("id4", flat=True))


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b"description\n" + b"x" * 200_000, b"description\na\x00b\n", b"[]", b"{}"],
    ids=["deep", "long", "nul", "empty", "object"],
)
def test_a_file_that_cannot_be_read_is_refused(stock: Any, content: bytes) -> None:
    refused = [sent_file(stock, content), *_bom_refusals(stock, content)]

    assert {answer.status_code for answer in refused} == {400}
    assert StockPart.objects.count() == 0


def _bom_refusals(stock: Any, content: bytes) -> list[Any]:
    kit = KitFactory()
    return [sent_file(stock, content, f"projects/{kit.pk}/bom-import")]


@pytest.mark.parametrize("digits", ["9" * 4400, "0" * 12 + "9" * 4400, "1_0"])
def test_a_number_without_end_names_nothing(stock: Any, digits: str) -> None:
    answers = [
        stock.get(f"{API}/boxes/{digits}"),
        stock.get(f"{API}/labels", {"locations": f"{digits}-1"}),
        stock.get(f"{API}/labels", {"boxes": digits}),
        stock.get(f"{API}/parts", {"limit": digits}),
        stock.post(f"{API}/alerts/low-stock/to-shopping-list", {"shopping_list_id": digits}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 400, 400]


@pytest.mark.parametrize(
    "question", ["parts?tag=%00", "projects?q=a%00b", "types?q=%00", "parts?param.a%00b=1"]
)
def test_a_null_character_in_a_question_is_refused(stock: Any, question: str) -> None:
    refused = stock.get(f"{API}/{question}")

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ('3.5" jack', '3.5" JACK'),
        ("back\\slash", "Back\\Slash"),
        ("1/4 W 5% a_b", "1/4 w 5% A_B"),
        ("Caf\u00e9 \u03a9", "caf\u00c9 \u03c9"),
        ("a\tb", "A\tB"),
        ("a\x7fb", "A\x7fb"),
    ],
)
def test_a_part_is_found_by_its_very_tag(stock: Any, tag: str, asked: str) -> None:
    make_part("AAAA", tags=["other", tag])
    make_part("BBBB", tags=[f"{tag} and more"])

    found = stock.get(f"{API}/parts", {"tag": asked}).json()["data"]

    assert [part["id4"] for part in found] == ["AAAA"]


def test_parts_below_their_minimum_are_noticed_once_and_ordered(stock: Any) -> None:
    make_box(1)
    make_part("ABCD", min_qty=5)

    short = stock.get(f"{API}/alerts/low-stock").json()["data"]
    assert [(row["part_id4"], row["short"]) for row in short] == [("ABCD", 5)]
    assert (low_stock.send_notices(), low_stock.send_notices()) == (1, 0)
    pushed = stock.post(f"{API}/alerts/low-stock/to-shopping-list", {}).json()["data"]
    assert pushed["shopping_list"]["items"][0]["desired_qty"] == 5
    movements.add_stock(actor=None, id4="ABCD", additions=[Amount(1, 1, 5)])
    assert low_stock.send_notices() == 0
    movements.use_stock(actor=None, id4="ABCD", deductions=[Amount(1, 1, 1)])
    assert low_stock.send_notices() == 1


def test_many_parts_are_edited_at_once(stock: Any) -> None:
    for id4 in ("AAAA", "BBBB"):
        make_part(id4, tags=["old", "kept"])
    body = {
        "id4s": ["aaaa", "BBBB"],
        "set": {"manufacturer": "ACME"},
        "add_tags": ["new"],
        "remove_tags": ["OLD"],
    }

    assert stock.post(f"{API}/parts/bulk-edit", body).status_code == 200

    part = stock.get(f"{API}/parts/BBBB").json()["data"]
    assert (part["manufacturer"], part["tags"]) == ("ACME", ["kept", "new"])
