"""Add, use, move, count: the quick verbs of a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest

from inventory_site.core.admin import Answer, Verb, each
from parts import policy
from parts.admin.stock_forms import PlaceField, quantity_field
from parts.admin.stock_pages import from_address, verb_address
from parts.errors.stock import RecordNotFound
from parts.models import StockPart
from parts.selectors import boxes
from parts.services import movements, parts
from parts.services.booking import Amount


class PlaceForm(forms.Form):
    """So many at a place."""

    place = PlaceField(label="Place", help_text="Box and place, e.g. 7-3.")
    quantity = quantity_field()


class MoveForm(forms.Form):
    """From one place to one or two others."""

    source = PlaceField(label="From")
    place = PlaceField(label="To", help_text="Box and place, e.g. 7-3.")
    quantity = quantity_field()
    second_place = PlaceField(label="And to", required=False)
    second_quantity = forms.IntegerField(label="Quantity there", min_value=1, required=False)


class CountForm(forms.Form):
    """What somebody counted."""

    place = PlaceField(label="Place")
    quantity = forms.IntegerField(label="Counted", min_value=0)
    note = forms.CharField(label="Note", required=False, max_length=1000)


def _first_place(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    """Begin where the address says, else where the part lies, else at the next free place."""
    said = from_address(request, ("place", "quantity"))
    if "place" in said:
        return said
    return {**_usual_place(objects), **said}


def _usual_place(objects: list[Any]) -> dict[str, Any]:
    row = objects[0].places.order_by("-qty", "box_no", "loc_no").first() if objects else None
    if row is not None:
        return {"place": _spelt((row.box_no, row.loc_no))}
    try:
        free = boxes.suggestions(objects[0].type if objects else None, 1)[0].place
    except RecordNotFound:
        return {}
    return {"place": _spelt(free)}


def _source(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    said = from_address(request, ("source", "place", "quantity"))
    return {"source": _usual_place(objects).get("place", ""), **said}


def _amount(data: dict[str, Any], which: str = "") -> Amount:
    """Return the amount of a place and a quantity of the form."""
    box_no, loc_no = data[f"{which}place"]
    return Amount(box_no, loc_no, data[f"{which}quantity"])


def _undoable(
    run: Callable[[HttpRequest, list[Any], dict[str, Any]], Answer],
    back: Callable[[dict[str, Any]], tuple[str, dict[str, Any]] | None],
) -> Callable[[HttpRequest, list[Any], dict[str, Any]], Answer]:
    """Offer, after a verb on one part, the verb that takes it back; `back` says which and how."""

    def done(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
        answer, way = run(request, objects, data), back(data)
        if len(objects) != 1 or answer.refused or way is None:
            return answer
        slug, values = way
        return replace(answer, undo_url=verb_address("stockpart", slug, objects[0].pk, **values))

    return done


def _back_of_add(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "use-stock", {"place": _spelt(data["place"]), "quantity": data["quantity"]}


def _back_of_use(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "add-stock", {"place": _spelt(data["place"]), "quantity": data["quantity"]}


def _back_of_move(data: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """A move to two places is not taken back at once."""
    if data.get("second_place") and data.get("second_quantity"):
        return None
    places = {"source": _spelt(data["place"]), "place": _spelt(data["source"])}
    return "move-stock", {**places, "quantity": data["quantity"]}


def _spelt(place: tuple[int, int]) -> str:
    return f"{place[0]}-{place[1]}"


def _add(request: HttpRequest, part: StockPart, data: dict[str, Any]) -> str:
    amount = _amount(data)
    movements.add_stock(actor=request.user, id4=part.id4, additions=[amount])
    return f"{data['quantity']} added to {part.id4}."


def _use(request: HttpRequest, part: StockPart, data: dict[str, Any]) -> str:
    amount = _amount(data)
    movements.use_stock(actor=request.user, id4=part.id4, deductions=[amount])
    return f"{data['quantity']} of {part.id4} used."


def _move(request: HttpRequest, part: StockPart, data: dict[str, Any]) -> str:
    targets = [_amount(data)]
    if data.get("second_place") and data.get("second_quantity"):
        targets.append(_amount(data, "second_"))
    movements.move_stock(
        actor=request.user, id4=part.id4, source=data["source"], destinations=targets
    )
    return f"{sum(target.qty for target in targets)} of {part.id4} moved."


def _count(request: HttpRequest, part: StockPart, data: dict[str, Any]) -> str:
    counted = _amount(data)
    movements.count_stock(
        actor=request.user, id4=part.id4, counted=counted, note=data.get("note") or ""
    )
    return f"{part.id4} counted."


def _archive(request: HttpRequest, part: StockPart, data: dict[str, Any]) -> str:
    parts.archive_part(actor=request.user, id4=part.id4)
    return f"{part.id4} is in the archive."


def _restore(request: HttpRequest, part: StockPart, data: dict[str, Any]) -> str:
    parts.restore_part(actor=request.user, id4=part.id4)
    return f"{part.id4} is back."


def _parameter_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    """One field per parameter of the part's type."""
    known = {row.definition_id: row.text for row in objects[0].parameters.all()}
    rows = objects[0].type.parameters.all() if objects[0].type else []
    fields = {
        f"p{row.pk}": forms.CharField(
            label=str(row), required=False, max_length=100, initial=known.get(row.pk, "")
        )
        for row in rows
    }
    return type("ParameterForm", (forms.Form,), fields)


def _set_parameters(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    part = objects[0]
    names = {f"p{row.pk}": row.name for row in part.type.parameters.all()}
    texts = {names[key]: text.strip() or None for key, text in data.items() if key in names}
    parts.update_part(actor=request.user, id4=part.id4, values={"parameters": texts})
    return Answer(f"The parameters of {part.id4} are set.")


PARAMETERS = Verb(
    slug="set-parameters",
    label="Set parameters",
    permission=policy.CHANGE_STOCK,
    run=_set_parameters,
    form=_parameter_form,
    on_list=False,
    fits=lambda part: part.type_id is not None and part.type.parameters.exists(),
)
ADD = Verb(
    slug="add-stock",
    label="Add",
    permission=policy.CHANGE_STOCK,
    run=_undoable(each(_add, "added"), _back_of_add),
    form=PlaceForm,
    initial=_first_place,
    fits=lambda part: part.archived_at is None,
    icon="plus",
)
USE = Verb(
    slug="use-stock",
    label="Use",
    permission=policy.CHANGE_STOCK,
    run=_undoable(each(_use, "used"), _back_of_use),
    form=PlaceForm,
    initial=_first_place,
    fits=lambda part: part.total_quantity > 0,
)
MOVE = Verb(
    slug="move-stock",
    label="Move",
    permission=policy.CHANGE_STOCK,
    run=_undoable(each(_move, "moved"), _back_of_move),
    form=MoveForm,
    initial=_source,
    fits=lambda part: part.total_quantity > 0,
)
COUNT = Verb(
    slug="count-stock",
    label="Count",
    permission=policy.CHANGE_STOCK,
    run=each(_count, "counted"),
    form=CountForm,
    initial=_first_place,
)
ARCHIVE = Verb(
    slug="archive",
    label="Archive",
    permission=policy.CHANGE_STOCK,
    run=each(_archive, "archived"),
    follows="It is hidden from lists and search; documents and history stay.",
    danger=True,
    undo="restore",
    fits=lambda part: part.archived_at is None,
)
RESTORE = Verb(
    slug="restore",
    label="Restore",
    permission=policy.CHANGE_STOCK,
    run=each(_restore, "restored"),
    fits=lambda part: part.archived_at is not None,
)
