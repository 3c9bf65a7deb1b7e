"""What stock prints: pick lists over several pages, labels that a scanner reads."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from parts.models import Box
from parts.services import kits, movements, picking
from parts.services.booking import Amount
from tests.factories.parts import KitFactory, PickListFactory, make_box, make_part

pytestmark = pytest.mark.django_db
API = "/api/stock"
WORDS = "Thin film resistor of 10 kOhm, 1 %, in a case 0805 for the board"


def pages_of(response: Any) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages]


def test_each_page_of_a_pick_list_says_its_box_columns_and_number(stock: Any) -> None:
    make_box(60)
    Box.objects.update(description="Passive <parts> & more")
    kit = KitFactory(name="Synth", build_target=1)
    for number in range(60):
        id4 = f"AA{chr(65 + number // 26)}{chr(65 + number % 26)}"
        make_part(id4, description=f"{number:02} {WORDS}")
        movements.add_stock(actor=None, id4=id4, additions=[Amount(1, number + 1, 5)])
        values = {"part_id4": id4, "required_qty": 3}
        kits.add_requirement(actor=None, kit_id=kit.pk, values=values)
    made = picking.create_pick_list(actor=None, kit_id=kit.pk, units=1)

    pages = pages_of(stock.get(f"{API}/pick-lists/{made.pk}/pdf"))

    assert len(pages) == 2
    for number, text in enumerate(pages, start=1):
        assert "#1 - Passive <parts> & more" in text
        assert re.search(r"Location\s+Part ID\s+Description\s+Expected\s+Actual\s+Used", text)
        assert f"Pick list {made.pk}" in text
        assert f"Page {number} of 2" in text
    assert "Pick List for Synth" in pages[0]
    assert f"Pick list {made.pk} · {made.created_at:%Y-%m-%d} · open · 1 units" in pages[0]
    places = re.findall(r"1-(\d+)\s+AA[A-Z]{2}\s", "\n".join(pages))
    assert list(map(int, places)) == list(range(1, 61))
    assert "00 Thin film resistor of 10 kOhm, 1 %, in a case 0..." in pages[0]


def test_a_pick_list_without_lines_is_one_page(stock: Any) -> None:
    empty = PickListFactory(kit=KitFactory(name="Bare"), requested_units=2)

    (text,) = pages_of(stock.get(f"{API}/pick-lists/{empty.pk}/pdf"))

    assert "No lines to pick" in text
    assert "Page 1 of 1" in text


@pytest.mark.parametrize("size", ["62x29", "12x12", "30x100"])
def test_a_qr_code_has_four_white_modules_on_each_side(stock: Any, size: str) -> None:
    make_part("ABCD", description="Relay with a long description for the label")
    width, height = map(float, size.split("x"))

    svg = stock.get(f"{API}/labels?parts=ABCD&format=svg&size={size}").content.decode()

    squares = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v", svg)
    step = float(squares[0][2])
    across = sorted({float(x) for x, _, _ in squares})
    down = sorted({float(y) for _, y, _ in squares})
    assert round((across[-1] - across[0]) / step) == 20  # 21 modules
    quiet = 4 * step - 0.01
    assert across[0] >= quiet
    assert width - across[-1] - step >= quiet
    assert down[0] >= quiet
    assert height - down[-1] - step >= quiet
    texts = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', svg)
    for x, y in texts:
        assert float(x) >= across[-1] + step + quiet or float(y) <= down[0] - quiet
    assert '<rect width="100%" height="100%" fill="#fff"/>' in svg


@pytest.mark.parametrize("size", ["62x29", "30x15"])
def test_bars_have_ten_white_modules_on_both_sides(stock: Any, size: str) -> None:
    make_part("ABCD")
    width = float(size.partition("x")[0])

    svg = stock.get(f"{API}/labels?parts=ABCD&format=svg&code=code128&size={size}").content.decode()

    bars = [(float(x), float(w)) for x, w in re.findall(r"M([\d.]+) [\d.]+h([\d.]+)v", svg)]
    step = bars[0][1]
    assert step == pytest.approx(width / (79 + 20), abs=0.001)
    assert bars[0][0] == pytest.approx(10 * step, abs=0.01)
    assert width - bars[-1][0] - step == pytest.approx(10 * step, abs=0.1)


@pytest.mark.parametrize(
    "text", ["\u96fb\u963b\u5668" * 12 + "\u0416", "Wide " * 40, "\u0416" * 80]
)
def test_what_a_label_says_stays_on_it(
    stock: Any, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    make_part("ABCD", description=text)
    ends = []

    def drawn(canvas: Canvas, x: float, y: float, line: str) -> None:
        ends.append(x + stringWidth(line, canvas._fontname, canvas._fontsize))

    monkeypatch.setattr(Canvas, "drawString", drawn)

    assert stock.get(f"{API}/labels?parts=ABCD&code=code128&size=62x29").status_code == 200
    assert len(ends) >= 2
    assert max(ends) <= 61 * mm
