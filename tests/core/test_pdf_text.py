"""Letters of all alphabets in PDFs."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from inventory_site.core import pdf_text
from inventory_site.core.pdf_text import draw, markup, runs_of, width_of

pytestmark = pytest.mark.once


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def drawn(*texts: str) -> bytes:
    out, styles = io.BytesIO(), getSampleStyleSheet()
    SimpleDocTemplate(out).build(
        [Paragraph(markup(text, bold=True), styles["Title"]) for text in texts]
        + [Paragraph(markup(text), styles["Normal"]) for text in texts]
    )
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    ["Łódź, Zürich", "Αθήνα & Πάτρα", "Київ <Львів>", "東京 (Łódź)", "서울", "≤ 5"],
)
def test_every_letter_comes_back(text: str):
    assert text_of(drawn(text)).count(text) == 2


def test_texts_of_western_letters_keep_the_readers_own_font():
    assert runs_of("Zürich €", "Helvetica-Bold") == [("Helvetica-Bold", "Zürich €")]
    assert runs_of("Łódź", "Helvetica-Bold") == [("DejaVuSans-Bold", "Łódź")]
    assert runs_of("Łódź", "Helvetica") == [("DejaVuSans", "Łódź")]
    assert b"DejaVu" not in drawn("Zürich & Genève")


def test_a_letter_that_no_font_has_is_replaced():
    assert text_of(drawn("to \U00020bb7 it")).count("to \ufffd it") == 2
    assert runs_of("\U00020bb7Ł", "Helvetica") == [("DejaVuSans", "\ufffdŁ")]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without fonts of its own."""
    monkeypatch.setattr(pdf_text, "_installed", lambda: "")


def test_a_line_of_several_alphabets_is_drawn_run_by_run(bare: None):
    text = "10k 電阻 서울 Ł"
    runs = runs_of(text, "Helvetica")

    assert runs == [
        ("DejaVuSans", "10k "),
        ("HeiseiKakuGo-W5", "電阻"),
        ("DejaVuSans", " "),
        ("HYGothic-Medium", "서울"),
        ("DejaVuSans", " Ł"),
    ]
    out = io.BytesIO()
    canvas = Canvas(out)
    draw(canvas, 10, 10, text, "Helvetica", 8)
    canvas.save()
    assert text_of(out.getvalue()).replace("\n", "") == text
    assert width_of(text, "Helvetica", 8) == pytest.approx(
        sum(stringWidth(letters, font, 8) for font, letters in runs)
    )


def test_a_font_of_this_machine_is_embedded_for_letters_of_the_east(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """DejaVu Sans plays it here, for a letter that the usual font is said to lack."""
    font = tmp_path / "Eastern.ttf"
    font.write_bytes((pdf_text.FOLDER / "DejaVuSans.ttf").read_bytes())
    monkeypatch.setattr(pdf_text, "INSTALLED", (tmp_path / "none.ttf", font))
    monkeypatch.setattr(pdf_text, "_installed", pdf_text._installed.__wrapped__)
    monkeypatch.setattr(pdf_text, "_is_in_wide", lambda letter: letter != "Ω")

    assert runs_of("ŁΩŁ", "Helvetica") == [
        ("DejaVuSans", "Ł"),
        ("Eastern", "Ω"),
        ("DejaVuSans", "Ł"),
    ]
