"""Text in PDFs: the reader's own fonts as far as they go, DejaVu Sans for other alphabets.

The fonts that every reader brings know the letters of Windows-1252 only. DejaVu Sans comes with us
and has Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian letters. Chinese, Japanese and
Korean are drawn with Droid Sans Fallback where this machine has it (Debian's package
`fonts-droid-fallback`); without it the PDF names a font that the reader's system must bring, and is
blank there on a system that has none. A letter that no font has is drawn as its replacement.
"""

from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FOLDER = Path(__file__).with_name("fonts")
WIDE = {False: "DejaVuSans", True: "DejaVuSans-Bold"}
DROID = Path("/usr/share/fonts/truetype/droid")
INSTALLED = (DROID / "DroidSansFallbackFull.ttf", DROID / "DroidSansFallback.ttf")
EASTERN = {
    "HeiseiKakuGo-W5": "shift_jis",
    "STSong-Light": "gbk",
    "MSung-Light": "big5",
    "HYGothic-Medium": "euc_kr",
}
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def runs_of(text: str, font: str) -> list[tuple[str, str]]:
    """Cut a text into runs with the font that has their letters: `font` itself if it has all.

    A letter that no font has is its replacement already.
    """
    if _holds(text, "cp1252"):
        return [(font, text)]
    is_bold = font.endswith("-Bold")
    found = groupby(text, lambda letter: _font_of(letter, is_bold=is_bold))
    return [(name, _drawable("".join(letters), name)) for name, letters in found]


def width_of(text: str, font: str, size: float) -> float:
    """Return how wide `draw` writes a text."""
    return sum(stringWidth(letters, name, size) for name, letters in runs_of(text, font))


def draw(canvas: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """Write a text on one line, each run of it in a font that has its letters."""
    for name, letters in runs_of(text, font):
        canvas.setFont(name, size)
        canvas.drawString(x, y, letters)
        x += stringWidth(letters, name, size)


def markup(text: str, *, bold: bool = False) -> str:
    """Return a text for a Paragraph, escaped, each run of it in a font that has its letters."""
    if _holds(text, "cp1252"):
        return escape(text)
    runs = runs_of(text, WIDE[bold])
    return "".join(f'<font name="{font}">{escape(letters)}</font>' for font, letters in runs)


def _drawable(text: str, font: str) -> str:
    """Return the text with what DejaVu Sans lacks replaced, if that is the font."""
    if font not in WIDE.values():
        return text
    return "".join(letter if _is_in_wide(letter) else REPLACEMENT for letter in text)


def _font_of(letter: str, *, is_bold: bool) -> str:
    if not _is_in_wide(letter):
        installed = _installed()
        if installed and ord(letter) in pdfmetrics.getFont(installed).face.charToGlyph:
            return installed
        for font, codec in EASTERN.items():
            if _holds(letter, codec):
                return _eastern(font)
    return _wide(is_bold)


def _is_in_wide(letter: str) -> bool:
    face = pdfmetrics.getFont(_wide(False)).face
    return letter.isspace() or ord(letter) in face.charToGlyph


def _holds(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _wide(is_bold: bool) -> str:
    name = WIDE[is_bold]
    pdfmetrics.registerFont(TTFont(name, FOLDER / f"{name}.ttf"))
    return name


@cache
def _installed() -> str:
    """The name of a font of this machine with Chinese, Japanese and Korean letters, or blank."""
    for path in INSTALLED:
        if path.is_file():
            pdfmetrics.registerFont(TTFont(path.stem, path))
            return path.stem
    return ""


@cache
def _eastern(name: str) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name
