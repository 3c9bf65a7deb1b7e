"""How text is spelt for the search (contract 5.9)."""

import unicodedata

FIELDS = ("code", "tags", "type", "description", "manufacturer", "sellers", "documents")
# micro sign, Greek mu, ohm sign, Greek omega
SIGNS = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u2126": "ohm", "\u03a9": "ohm"})


def normalised(text: str) -> str:
    """Return the text as it is searched: lower case, no accents, micro `u`, ohm sign `ohm`."""
    spelt = unicodedata.normalize("NFKD", text.translate(SIGNS))
    return "".join(char for char in spelt if not unicodedata.combining(char)).lower()
