"""Letters of all alphabets in PDFs."""

import io

import pytest
from pypdf import PdfReader
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from inventory_site.core.pdf_text import drawable, font_for, markup

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
    assert font_for("Zürich €", "Helvetica-Bold") == "Helvetica-Bold"
    assert font_for("Łódź", "Helvetica-Bold") == "DejaVuSans-Bold"
    assert font_for("Łódź", "Helvetica") == "DejaVuSans"
    assert b"DejaVu" not in drawn("Zürich & Genève")


def test_a_letter_that_no_font_has_is_replaced():
    assert text_of(drawn("to \U00020bb7 it")).count("to \ufffd it") == 2
    assert font_for("東京", "Helvetica") == "HeiseiKakuGo-W5"
    assert drawable("\U00020bb7Ł", font_for("\U00020bb7Ł", "Helvetica")) == "\ufffdŁ"
