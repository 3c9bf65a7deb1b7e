"""Factories of parts; a row of stock here is a row alone, `make_part` and the services book it."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any, TypeVar

import factory
from django.db.models import JSONField, Model

from parts import models
from parts.selectors.search_text import rank_of
from parts.services import boxes
from parts.services import parts as part_service
from tests.factories.accounts import digest
from tests.factories.base import ValidatedFactory

Row = TypeVar("Row", bound=Model)
FIRST_BOX = 5001
FIRST_ID4 = 26**3 * 5
PIECES = 5


def id4_of(number: int) -> str:
    """Return the four letters of a number, in the order of the alphabet."""
    number += FIRST_ID4
    letters = [ascii_uppercase[number // 26**power % 26] for power in (3, 2, 1, 0)]
    return "".join(letters)


def left_empty(row: Model) -> set[str]:
    """Return the fields whose column may be empty, and is."""
    return {
        field.name
        for field in row._meta.concrete_fields
        if (field.null and getattr(row, field.attname) is None)
        or (isinstance(field, JSONField) and not getattr(row, field.attname))
    }


class ServiceRowFactory(ValidatedFactory[Row]):
    """Validates what is filled in; services write these rows, so no form asks for the rest."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **kwargs: Any) -> Row:
        row = model_class(*args, **kwargs)
        row.full_clean(exclude=left_empty(row))
        row.save()
        return row


class PartTypeFactory(ValidatedFactory[models.PartType]):
    """A type without a designated box."""

    class Meta:
        model = models.PartType

    name = factory.Sequence(lambda number: f"Type {number}")


class ParameterDefinitionFactory(ValidatedFactory[models.ParameterDefinition]):
    """A resistance."""

    class Meta:
        model = models.ParameterDefinition

    type = factory.SubFactory(PartTypeFactory)
    name = factory.Sequence(lambda number: f"Resistance {number}")
    unit = "ohm"


class StockPartFactory(ValidatedFactory[models.StockPart]):
    """A part without stock, unknown to the search."""

    class Meta:
        model = models.StockPart

    id4 = factory.Sequence(id4_of)
    description = "Something small"


class PartParameterFactory(ValidatedFactory[models.PartParameter]):
    """4.7 kΩ."""

    class Meta:
        model = models.PartParameter

    part = factory.SubFactory(StockPartFactory)
    definition = factory.SubFactory(ParameterDefinitionFactory)
    value = "4700"
    text = "4k7"


class RetiredPartIdFactory(ValidatedFactory[models.RetiredPartId]):
    """An id of a part that is gone."""

    class Meta:
        model = models.RetiredPartId

    id4 = factory.Sequence(id4_of)


class PartSearchRowFactory(ValidatedFactory[models.PartSearchRow]):
    """What the search knows of a part without stock."""

    class Meta:
        model = models.PartSearchRow

    part = factory.SubFactory(StockPartFactory)
    id4 = factory.SelfAttribute("part.id4")
    rank = factory.LazyAttribute(lambda row: rank_of(row.id4, in_stock=False))
    code = " omron g5q 1a4 "
    tags = " 5v "
    type = " relay "
    description = " something small "
    manufacturer = " omron "
    sellers = " shop "
    documents = " datasheet "
    haystack = " omron g5q 1a4 \n 5v \n relay \n something small "


class SearchWordFactory(ValidatedFactory[models.SearchWord]):
    """A word that stands in some part."""

    class Meta:
        model = models.SearchWord

    word = factory.Sequence(lambda number: f"word{number:06d}")


class BoxFactory(ValidatedFactory[models.Box]):
    """A box whose places are not made; `make_box` makes them."""

    class Meta:
        model = models.Box

    box_no = factory.Sequence(lambda number: FIRST_BOX + number)
    description = "Test box"
    capacity = 4


class BoxLocationFactory(ValidatedFactory[models.BoxLocation]):
    """The first place of a box."""

    class Meta:
        model = models.BoxLocation

    box = factory.SubFactory(BoxFactory)
    box_no = factory.SelfAttribute("box.box_no")
    loc_no = 1


class CounterFactory(ValidatedFactory[models.Counter]):
    """A counter that nothing draws from."""

    class Meta:
        model = models.Counter

    name = factory.Sequence(lambda number: f"test {number}")


class PartLocationFactory(ValidatedFactory[models.PartLocation]):
    """Five pieces at a place, without a line in the ledger."""

    class Meta:
        model = models.PartLocation

    part = factory.SubFactory(StockPartFactory)
    location = factory.SubFactory(BoxLocationFactory)
    box_no = factory.SelfAttribute("location.box_no")
    loc_no = factory.SelfAttribute("location.loc_no")
    qty = PIECES


class StockMovementFactory(ServiceRowFactory[models.StockMovement]):
    """The first line of a part's ledger: five pieces came."""

    class Meta:
        model = models.StockMovement

    part = factory.SubFactory(StockPartFactory)
    seq = 1
    delta_qty = PIECES
    balance_before = 0
    balance_after = PIECES
    box_no = FIRST_BOX
    loc_no = 1
    reason = "opening"


class StoredBlobFactory(ValidatedFactory[models.StoredBlob]):
    """A row for stored bytes; the bytes are not made."""

    class Meta:
        model = models.StoredBlob

    sha256 = factory.Sequence(digest)
    storage = "docs"
    size = 3
    content_type = "application/pdf"


class SellerFactory(ValidatedFactory[models.Seller]):
    """A shop."""

    class Meta:
        model = models.Seller

    name = factory.Sequence(lambda number: f"Shop {number}")
    website = "https://shop.example.net"


class PartSellerFactory(ValidatedFactory[models.PartSeller]):
    """A part at a shop, not the primary one."""

    class Meta:
        model = models.PartSeller

    part = factory.SubFactory(StockPartFactory)
    seller = factory.SubFactory(SellerFactory)
    link = "https://shop.example.net/part"


class StockDocumentFactory(ServiceRowFactory[models.StockDocument]):
    """A link of a part, not fetched."""

    class Meta:
        model = models.StockDocument

    part = factory.SubFactory(StockPartFactory)
    kind = "link"
    title = "Datasheet"
    url = "https://shop.example.net/datasheet"
    fetch_status = "skipped"


class FetchedPageFactory(ValidatedFactory[models.FetchedPage]):
    """What an address answered a moment ago; the body is not made."""

    class Meta:
        model = models.FetchedPage

    url_sha256 = factory.Sequence(digest)
    verdict = "public"
    url = "https://shop.example.net/datasheet"
    final_url = factory.SelfAttribute("url")
    content_type = "text/html"
    size = 3
    key = factory.LazyAttribute(lambda row: f"fetched/{row.url_sha256}")


class KitFactory(ValidatedFactory[models.Kit]):
    """A kit for one unit, without needs."""

    class Meta:
        model = models.Kit

    name = factory.Sequence(lambda number: f"Kit {number}")


class KitRequirementFactory(ValidatedFactory[models.KitRequirement]):
    """A kit's need of two pieces."""

    class Meta:
        model = models.KitRequirement

    kit = factory.SubFactory(KitFactory)
    part = factory.SubFactory(StockPartFactory)
    required_qty = 2


class ShoppingListFactory(ValidatedFactory[models.ShoppingList]):
    """An empty concept list."""

    class Meta:
        model = models.ShoppingList

    name = factory.Sequence(lambda number: f"List {number}")


class ShoppingItemFactory(ValidatedFactory[models.ShoppingItem]):
    """Three pieces of a part that is not in stock yet."""

    class Meta:
        model = models.ShoppingItem

    list = factory.SubFactory(ShoppingListFactory)
    manufacturer_code = "G5Q-1A4"
    desired_qty = 3


class ShoppingGroupFactory(ValidatedFactory[models.ShoppingGroup]):
    """What a list buys from a shop."""

    class Meta:
        model = models.ShoppingGroup

    list = factory.SubFactory(ShoppingListFactory)
    seller = factory.SubFactory(SellerFactory)


class KitListLinkFactory(ValidatedFactory[models.KitListLink]):
    """One unit of a kit on a list."""

    class Meta:
        model = models.KitListLink

    kit = factory.SubFactory(KitFactory)
    list = factory.SubFactory(ShoppingListFactory)
    requested_units = 1
    snapshot_kit_updated_at = factory.SelfAttribute("kit.updated_at")


class PickListFactory(ValidatedFactory[models.PickList]):
    """An open pick list for one unit, without lines."""

    class Meta:
        model = models.PickList

    kit = factory.SubFactory(KitFactory)
    requested_units = 1


class PickListLineFactory(ServiceRowFactory[models.PickListLine]):
    """Two pieces to take."""

    class Meta:
        model = models.PickListLine

    pick_list = factory.SubFactory(PickListFactory)
    part = factory.SubFactory(StockPartFactory)
    box_no = FIRST_BOX
    loc_no = 1
    quantity_to_pick = 2


class StocktakeFactory(ServiceRowFactory[models.Stocktake]):
    """An open round through one box."""

    class Meta:
        model = models.Stocktake

    box_nos = factory.LazyFunction(lambda: [FIRST_BOX])


class StocktakeLineFactory(ServiceRowFactory[models.StocktakeLine]):
    """Five pieces expected, not counted yet."""

    class Meta:
        model = models.StocktakeLine

    stocktake = factory.SubFactory(StocktakeFactory)
    part = factory.SubFactory(StockPartFactory)
    box_no = FIRST_BOX
    loc_no = 1
    expected = PIECES


def make_box(capacity: int = 5, description: str = "Test box") -> models.Box:
    """Add a box through its service, places included."""
    return boxes.create_box(actor=None, description=description, capacity=capacity)


def make_part(id4: str | None = None, **values: object) -> models.StockPart:
    """Add a part through its service."""
    return part_service.create_part(
        actor=None, id4=id4, values={"description": "Something small", **values}
    )
