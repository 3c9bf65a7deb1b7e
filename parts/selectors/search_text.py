"""How text is spelt for the search, and how finds of one kind are ordered (contract 5.9)."""

import unicodedata

FIELDS = ("code", "tags", "type", "description", "manufacturer", "sellers", "documents")
# micro sign, Greek mu, ohm sign, Greek omega
SIGNS = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u2126": "ohm", "\u03a9": "ohm"})
OUT_OF_STOCK = 500_000
ID4_LENGTH = 4


def normalised(text: str) -> str:
    """Return the text as it is searched: lower case, no accents, micro `u`, ohm sign `ohm`."""
    if text.isascii():
        return text.lower()
    spelt = unicodedata.normalize("NFKD", text.translate(SIGNS))
    return "".join(char for char in spelt if not unicodedata.combining(char)).lower()


def rank_of(id4: str, *, in_stock: bool) -> int:
    """Return the order of a part among finds of one kind: stock first, then the id."""
    number = 0
    for letter in id4:
        number = number * 26 + ord(letter) - ord("A")
    return number if in_stock else number + OUT_OF_STOCK


def ranks_of_prefix(prefix: str) -> list[tuple[int, int]]:
    """Return the ranges of ranks whose ids begin with `prefix` (capital letters)."""
    room = ID4_LENGTH - len(prefix)
    first, last = prefix + "A" * room, prefix + "Z" * room
    return [
        (rank_of(first, in_stock=is_there), rank_of(last, in_stock=is_there))
        for is_there in (True, False)
    ]
