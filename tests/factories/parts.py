"""Factories of parts."""

from __future__ import annotations

import factory

from parts import models
from parts.services import boxes
from parts.services import parts as part_service
from tests.factories.base import ValidatedFactory


class PartTypeFactory(ValidatedFactory[models.PartType]):
    """A type without a designated box."""

    class Meta:
        model = models.PartType

    name = factory.Sequence(lambda number: f"Type {number}")


class SellerFactory(ValidatedFactory[models.Seller]):
    """A shop."""

    class Meta:
        model = models.Seller

    name = factory.Sequence(lambda number: f"Shop {number}")
    website = "https://shop.example.net"


class KitFactory(ValidatedFactory[models.Kit]):
    """A kit for one unit, without needs."""

    class Meta:
        model = models.Kit

    name = factory.Sequence(lambda number: f"Kit {number}")


class ShoppingListFactory(ValidatedFactory[models.ShoppingList]):
    """An empty concept list."""

    class Meta:
        model = models.ShoppingList

    name = factory.Sequence(lambda number: f"List {number}")


def make_box(capacity: int = 5, description: str = "Test box") -> models.Box:
    """Add a box through its service, places included."""
    return boxes.create_box(actor=None, description=description, capacity=capacity)


def make_part(id4: str | None = None, **values: object) -> models.StockPart:
    """Add a part through its service."""
    return part_service.create_part(
        actor=None, id4=id4, values={"description": "Something small", **values}
    )
