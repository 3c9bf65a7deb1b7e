"""Text in PDFs: the reader's own fonts as far as they go, DejaVu Sans for other alphabets.

The fonts that every reader brings know the letters of Windows-1252 only. DejaVu Sans comes with us
and has Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian letters. Chinese, Japanese and
Korean name a font of the reader's system. A letter that no font has is drawn as its replacement.
"""

from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).with_name("fonts")
WIDE = {False: "DejaVuSans", True: "DejaVuSans-Bold"}
EASTERN = {
    "HeiseiKakuGo-W5": "shift_jis",
    "STSong-Light": "gbk",
    "MSung-Light": "big5",
    "HYGothic-Medium": "euc_kr",
}
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def font_for(text: str, font: str) -> str:
    """Return the font if it has all letters of the text, otherwise the first one that has them.

    DejaVu Sans of the same weight where none has; see `drawable`.
    """
    if _holds(text, "cp1252"):
        return font
    fonts = {_font_of(letter, is_bold=font.endswith("-Bold")) for letter in text if letter != " "}
    return fonts.pop() if len(fonts) == 1 else _wide(font.endswith("-Bold"))


def markup(text: str, *, bold: bool = False) -> str:
    """Return a text for a Paragraph, escaped, each run of it in a font that has its letters."""
    if _holds(text, "cp1252"):
        return escape(text)
    runs = groupby(text, lambda letter: _font_of(letter, is_bold=bold))
    return "".join(
        f'<font name="{font}">{escape(drawable("".join(letters), font))}</font>'
        for font, letters in runs
    )


def drawable(text: str, font: str) -> str:
    """Return the text with what DejaVu Sans lacks replaced, if that is the font."""
    if font not in WIDE.values():
        return text
    return "".join(letter if _is_in_wide(letter) else REPLACEMENT for letter in text)


def _font_of(letter: str, *, is_bold: bool) -> str:
    if not _is_in_wide(letter):
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
def _eastern(name: str) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name
