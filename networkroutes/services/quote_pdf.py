"""A quote on paper: the question, the ways with their circuits, the price and its arithmetic."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from inventory_site.core.pdf_text import markup
from networkroutes.design.kml import short_number
from networkroutes.design.legs import Way
from networkroutes.design.twins import CABLE, CARRIER, CIRCUIT, NODE
from networkroutes.services.offers import Offer

INK, FAINT, LINE = (
    colors.HexColor("#131c2b"),
    colors.HexColor("#5b6779"),
    colors.HexColor("#dfe4ec"),
)
LEG_HEADER = ("Circuit", "From", "To", "Carrier", "Cable system", "Latency, ms")
LEG_WIDTHS = (31 * mm, 22 * mm, 22 * mm, 38 * mm, 38 * mm, 23 * mm)
FACT_WIDTHS = (46 * mm, 128 * mm)
PRICE_WIDTHS = (58 * mm, 29 * mm, 29 * mm, 29 * mm, 29 * mm)
ASKED = (
    ("avoid_carriers", "Without carriers"),
    ("avoid_cables", "Without cable systems"),
    ("avoid_places", "Without places"),
    ("via", "Through"),
    ("mtu", "MTU at least, bytes"),
)
LEFT_OUT = (("no_ull", "ULL circuits"), ("no_cisco", "Cisco circuits"))
TWINS = {
    CIRCUIT: "no circuit in common",
    NODE: "no place in common",
    CARRIER: "no carrier in common",
    CABLE: "no cable system in common",
}
GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("FONTSIZE", (0, 0), (-1, -1), 9),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)
LEGS = TableStyle([("ALIGN", (-1, 0), (-1, -1), "RIGHT")], parent=GRID)
PRICES = TableStyle([("ALIGN", (1, 0), (-1, -1), "RIGHT")], parent=GRID)
FACTS = TableStyle(
    [
        ("TEXTCOLOR", (0, 0), (0, -1), FAINT),
        ("FONTSIZE", (0, 0), (-1, -1), 9),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


def quote_pdf(offer: Offer, *, made_at: datetime, made_by: str, customer: str = "") -> bytes:
    """Return the quote as a PDF of A4 pages; every text is escaped, times are UTC."""
    styles = getSampleStyleSheet()
    small = ParagraphStyle("small", styles["Normal"], fontSize=9, textColor=FAINT, leading=12)
    question = offer.question
    title = f"Quote: {question.source} to {question.destination}"
    story: list[Flowable] = [
        Paragraph(markup(title, bold=True), styles["Title"]),
        Table(_facts(offer, made_at, made_by, customer), FACT_WIDTHS, style=FACTS, hAlign="LEFT"),
        Spacer(1, 5 * mm),
    ]
    for number, way in enumerate(offer.service):
        story += _way(way, "Path" if not number else "Diverse twin", styles)
    story += [Paragraph("Price", styles["Heading2"]), *_prices(offer, small)]
    out = io.BytesIO()
    sheet = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="Patchbay", leftMargin=18 * mm, rightMargin=18 * mm
    )
    sheet.build(story)
    return out.getvalue()


def _facts(offer: Offer, made_at: datetime, made_by: str, customer: str) -> list[list[Any]]:
    question, terms, asked = offer.question, offer.terms, offer.question.asked
    mbps, limit = question.constraints.bandwidth_mbps, question.max_latency_ms
    premium = ", with the ULL premium" if terms.with_ull else ""
    pairs = [
        ("Customer", customer),
        ("Bandwidth", f"{mbps:,g} Mbps" if mbps else "any"),
        ("Latency up to", f"{short_number(limit)} ms" if limit else "any"),
        *((words, str(asked.get(name, ""))) for name, words in ASKED),
        ("Left out", ", ".join(words for name, words in LEFT_OUT if asked.get(name))),
        ("Only repositories", ", ".join(asked.get("repository", ()))),
        ("Diverse twin", _twin_words(offer)),
        ("Term", f"{terms.months} months, in {terms.currency}{premium}"),
        ("Made", f"{made_at:%Y-%m-%d %H:%M} UTC by {made_by}"),
    ]
    return [[name, _cell(value)] for name, value in pairs if value]


def _twin_words(offer: Offer) -> str:
    if not offer.question.twin:
        return ""
    missing = "" if offer.found.pair else "; none keeps these constraints"
    return f"{TWINS[offer.question.twin]}{missing}"


def _way(way: Way, title: str, styles: Any) -> list[Flowable]:
    circuits = "1 circuit" if way.hops == 1 else f"{way.hops} circuits"
    heading = f"{title}: {short_number(way.latency_ms)} ms, {circuits}"
    rows: list[Sequence[Any]] = [LEG_HEADER]
    for leg in way.legs:
        circuit = leg.circuit
        texts = (circuit.circuit_id, leg.start, leg.end, circuit.carrier, circuit.cable_system)
        rows.append([*(_cell(text) for text in texts), f"{circuit.weight_ms:,.2f}"])
    return [
        Paragraph(markup(heading, bold=True), styles["Heading2"]),
        Table(rows, LEG_WIDTHS, style=LEGS, repeatRows=1, hAlign="LEFT"),
        Spacer(1, 4 * mm),
    ]


def _prices(offer: Offer, small: ParagraphStyle) -> list[Flowable]:
    if offer.refusal:
        return [Paragraph(markup(offer.refusal), small)]
    rows: list[Sequence[Any]] = [("By term", "Monthly", "Set-up", "Contract", "Discount")]
    for number, row in enumerate(offer.by_term):
        price = row["pricing"]
        rows.append(
            (
                "Diverse twin" if number else "Path",
                _amount(price["monthlyCost"]),
                _amount(price["setupCost"]),
                _amount(price["totalContractValue"]),
                f"{price['termDiscount']} %",
            )
        )
    rows.append(("Sum", _amount(offer.monthly), _amount(offer.setup), _amount(offer.total), ""))
    currency = offer.terms.currency
    note = f"Amounts in {currency}. The discount is for the term; set-up is not discounted."
    return [
        Table(rows, PRICE_WIDTHS, style=PRICES, hAlign="LEFT"),
        Spacer(1, 2 * mm),
        Paragraph(markup(note), small),
    ]


def _amount(value: Any) -> str:
    return f"{value:,.2f}" if value is not None else ""


def _cell(text: str | None) -> Paragraph:
    style = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=11, textColor=INK)
    return Paragraph(markup(text or ""), style)
