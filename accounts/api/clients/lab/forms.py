"""Bodies and queries of the lab's account views; what is wrong is a 422 that names the place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.choices import LabRole, LabStatus
from inventory_site.core.whole import whole_number

MISSING_TYPE = "value_error.missing"
SHORTEST = 8
TOO_SHORT = "Password must be at least 8 characters long."
UNEQUAL = "Passwords do not match."


class Unprocessable(Exception):
    """One or more places of the input are wrong; `entries` is the list that is answered."""

    def __init__(
        self, field: str = "", message: str = "", place: str = "body", kind: str = "value_error"
    ) -> None:
        super().__init__(message)
        self.entries: list[dict[str, Any]] = []
        if message:
            self.add(field, message, place, kind)

    def add(self, field: str, message: str, place: str = "body", kind: str = "value_error") -> None:
        """Note another wrong place."""
        loc = [place, *field.split(".")] if field and field != place else [place]
        self.entries.append({"loc": loc, "msg": message, "type": kind})


class Body:
    """Reads fields of a JSON object and gathers what is wrong; `done` raises for all at once."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise Unprocessable("body", "value is not a valid dict", kind="type_error.dict")
        self.data = data
        self.wrong = Unprocessable()

    def text(
        self,
        name: str,
        *,
        longest: int,
        required: bool = True,
        trim: bool = True,
        blank: bool = False,
    ) -> str:
        """Return a text; blank for one that may be absent, or that may be `blank`."""
        value = self.data.get(name)
        if value is None:
            if required:
                self.wrong.add(name, "field required", kind=MISSING_TYPE)
            return ""
        if not isinstance(value, str):
            self.wrong.add(name, "str type expected", kind="type_error.str")
            return ""
        plain = value.strip() if trim else value
        if "\x00" in plain or len(plain) > longest:
            self.wrong.add(name, f"ensure this value has at most {longest} characters")
            return ""
        if required and not plain and not blank:
            self.wrong.add(name, "ensure this value has at least 1 characters")
        return plain

    def email(self, name: str = "email", *, longest: int = 100, required: bool = False) -> str:
        """Return an e-mail address in lower case."""
        plain = self.text(name, longest=longest, required=required)
        if plain:
            try:
                validate_email(plain)
            except ValidationError:
                self.wrong.add(name, "value is not a valid email address", kind="value_error.email")
        return plain.lower()

    def new_password(self) -> str:
        """Return a password that is long enough and was sent twice alike."""
        known = len(self.wrong.entries)
        first = self.text("password", longest=1024, trim=False, blank=True)
        if len(self.wrong.entries) == known and len(first) < SHORTEST:
            self.wrong.add("password", TOO_SHORT)
        second = self.text("password2", longest=1024, trim=False, blank=True)
        if len(self.wrong.entries) == known and first != second:
            self.wrong.add("password2", UNEQUAL)
        return first

    def word(self, name: str, words: type[LabRole] | type[LabStatus]) -> str:
        """Return one of the words of a list, as written there."""
        value = self.text(name, longest=50)
        if value and value not in words.values:
            allowed = ", ".join(words.values)
            self.wrong.add(name, f"value is not one of: {allowed}", kind="type_error.enum")
        return value

    def any_json(self, name: str) -> Any:
        """Return a value of any kind that every database keeps."""
        value = self.data.get(name)
        if "\\u0000" in json.dumps(value):
            self.wrong.add(name, "null characters are not allowed")
        return value

    def done(self) -> None:
        """Raise `Unprocessable` if anything was wrong."""
        if self.wrong.entries:
            raise self.wrong


def page(query: Mapping[str, str], *, default: int, most: int) -> tuple[int, int]:
    """Return (limit, offset) of a list; outside their range they are a 422."""
    wrong = Unprocessable()
    limit = _whole(query.get("limit"), "limit", default, 1, most, wrong)
    offset = _whole(query.get("offset"), "offset", 0, 0, 2_147_483_647, wrong)
    if wrong.entries:
        raise wrong
    return limit, offset


def _whole(
    text: str | None, name: str, default: int, low: int, high: int, wrong: Unprocessable
) -> int:
    if text is None or text == "":
        return default
    number = whole_number(text, signed=True)
    if number is None:
        wrong.add(name, "value is not a valid integer", "query", "type_error.integer")
        return default
    if not low <= number <= high:
        bound = f"greater than or equal to {low}" if number < low else f"at most {high}"
        wrong.add(name, f"ensure this value is {bound}", "query", "value_error.number")
    return number
