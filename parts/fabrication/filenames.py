"""Names under which uploads are kept (contract 3.4)."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 200
STEP_ENDINGS = ("step", "stp")
PDF_ENDING = "pdf"
CONTENT_TYPES = {"step": "application/step", "stp": "application/step", "pdf": "application/pdf"}
NOT_KEPT = re.compile(r"[^A-Za-z0-9_.-]")


def ending_of(name: str) -> str:
    """Return the ending of a file name in lower case, without its dot; blank for none."""
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot else ""


def clean_name(name: str) -> str:
    """Return a name made of `A-Z a-z 0-9 _ . -` alone; blank when nothing is left.

    Slashes count as blanks, accents are folded, runs of blanks become one underscore.
    """
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    joined = "_".join(folded.replace("/", " ").split())
    cleaned = NOT_KEPT.sub("", joined).strip("._")
    if len(cleaned) <= LONGEST_NAME:
        return cleaned
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or len(ending) > 10:
        return cleaned[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def stored_name(name: str, part_id: int, allowed: tuple[str, ...]) -> str:
    """Return the name for an upload whose own ending is allowed."""
    cleaned = clean_name(name)
    if ending_of(cleaned) in allowed and cleaned.rpartition(".")[0]:
        return cleaned
    return f"part-{part_id}.{ending_of(name)}"


def content_type_of(name: str) -> str:
    """Return the media type of a stored name."""
    return CONTENT_TYPES.get(ending_of(name), "application/octet-stream")


def is_step(name: str) -> bool:
    """Whether a name is that of a STEP file."""
    return ending_of(name) in STEP_ENDINGS


def stem_of(name: str) -> str:
    """Return a name without its ending."""
    return name.rpartition(".")[0] or name
