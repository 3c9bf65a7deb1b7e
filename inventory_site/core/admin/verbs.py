"""Verbs: one declaration gives a button on the object, an action on the list and their dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from inventory_site.core.admin.refusals import sentence
from inventory_site.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one target; a refused one keeps its sentence."""

    label: str
    is_done: bool
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb says when it is through: a sentence, a link, and how to take it back.

    `url` is where the person can see the result; with `goes` they are taken there at once, as to
    the progress of long work. `undo_url` is a verb's address that undoes it. With refused `rows`
    the dialog shows all rows instead of a toast.
    """

    text: str
    url: str = ""
    link: str = "Show"
    goes: bool = False
    undo_url: str = ""
    rows: tuple[RowResult, ...] = ()

    @property
    def refused(self) -> list[RowResult]:
        """The rows that were refused."""
        return [row for row in self.rows if not row.is_done]


Run = Callable[[HttpRequest, list[Any], dict[str, Any]], Answer]
FormOf = type[forms.Form] | Callable[[HttpRequest, list[Any]], type[forms.Form]]


def _nothing(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    return Answer("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something people do to objects of one list; `run(request, objects, data)` calls one service.

    `permission` is a Django permission. `form` (a class, or a function of request and objects that
    returns one) asks for what `run` needs as `data`, beginning with `initial(request, objects)`.
    `follows` says in the dialog what comes of it. `typed_name` asks to type the object's name, or
    the number of objects. `page(obj)` is the address of a verb that has a page of its own: its
    button leads there and no dialog is shown. `undo` is the slug of the verb that takes it back.
    `fits(obj)` hides the button where the verb has no sense; the service still decides.
    `ends_on_list` is for verbs after which the object is gone. A `DomainError` out of `run` is
    shown in the dialog with the typing kept; to go on with the other rows use `each`.
    """

    slug: str
    label: str
    permission: str
    run: Run = _nothing
    page: Callable[[Any], str] | None = None
    form: FormOf | None = None
    initial: Callable[[HttpRequest, list[Any]], dict[str, Any]] | None = None
    follows: str | Callable[[list[Any]], str] = ""
    danger: bool = False
    typed_name: bool = False
    undo: str = ""
    fits: Callable[[Any], bool] | None = None
    icon: str = ""
    on_object: bool = True
    on_list: bool = True
    ends_on_list: bool = False

    def form_class(self, request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
        """Return the dialog's form; an empty one when the verb asks nothing."""
        if self.form is None:
            return forms.Form
        return self.form if isinstance(self.form, type) else self.form(request, objects)

    def consequence(self, objects: list[Any]) -> str:
        """Say what follows for these objects."""
        return self.follows(objects) if callable(self.follows) else self.follows

    def may(self, request: HttpRequest) -> bool:
        """Whether the person holds the verb's permission."""
        return bool(request.user.has_perm(self.permission))


def each(call: Callable[[HttpRequest, Any, dict[str, Any]], str], done: str) -> Run:
    """Make a `run` that does one object after the other and keeps each refusal's sentence.

    `call(request, obj, data)` returns the sentence of that object; `done` is the verb's past form
    for the count, e.g. `released`. A single refused object raises, so that the dialog shows it at
    the field.
    """

    def run(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
        if len(objects) == 1:
            return Answer(call(request, objects[0], data))
        rows = tuple(_row(call, request, obj, data) for obj in objects)
        count = sum(row.is_done for row in rows)
        refused = f", {len(rows) - count} refused" if count < len(rows) else ""
        return Answer(f"{count} {done}{refused}", rows=rows)

    return run


def _row(
    call: Callable[[HttpRequest, Any, dict[str, Any]], str],
    request: HttpRequest,
    obj: Any,
    data: dict[str, Any],
) -> RowResult:
    label = str(obj)
    try:
        return RowResult(label, True, call(request, obj, data))
    except (DomainError, ValidationError) as refusal:
        return RowResult(label, False, sentence(refusal))


def named(names: Sequence[str], limit: int = 10) -> tuple[list[str], int]:
    """Return the names of the first targets and how many more there are."""
    return list(names[:limit]), max(0, len(names) - limit)
