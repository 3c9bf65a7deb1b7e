"""Letters beyond ASCII in their small form, for texts that have too many to name each in SQL."""

FOLD = "PATCHBAY_FOLD"


class _SmallForms(dict[int, str | int]):
    """Maps each letter to its small form when it is first asked for; ASCII stays as it is."""

    def __missing__(self, code: int) -> str | int:
        letter = chr(code)
        small = letter.casefold()
        is_folded = not letter.isascii() and letter.isalpha() and len(small) == 1
        self[code] = small if is_folded else code
        return self[code]


SMALL_FORMS = _SmallForms()


def folded(text: object) -> str | None:
    """Return a text with its letters beyond ASCII in small form; a function of SQLite too."""
    return None if text is None else str(text).translate(SMALL_FORMS)
