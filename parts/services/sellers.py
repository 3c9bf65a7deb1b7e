"""Sellers and where parts are found at them (contract 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.errors.stock import (
    InUse,
    InvalidReference,
    RecordNotFound,
    ResourceConflict,
    StockInvalid,
)
from parts.models import PartSeller, Seller, StockPart
from parts.services import search
from parts.services.addresses import require_linkable
from parts.services.booking import locked_parts
from parts.services.names import used_once

WRITABLE = ("name", "website")


def create_seller(*, actor: Any, values: Mapping[str, Any]) -> Seller:
    """Add a seller; `ResourceConflict` when the name is taken in any letter case."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = Seller()
        _apply(row, values)
        with used_once(_taken(row)):
            row.save(force_insert=True)
        audit.record(actor, "seller.created", row, after=audit.snapshot(row, WRITABLE))
    return row


def update_seller(*, actor: Any, seller_id: int, values: Mapping[str, Any]) -> Seller:
    """Change name or website; a new name reaches the search of its parts."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_seller(seller_id)
        before = audit.snapshot(row, WRITABLE)
        _apply(row, values)
        after = audit.snapshot(row, WRITABLE)
        if after == before:
            return row
        with used_once(_taken(row)):
            row.save()
        audit.record(actor, "seller.updated", row, before=before, after=after)
        if before["name"] != row.name:
            search.refresh(row.part_links.values_list("part_id", flat=True).iterator())
    return row


def delete_seller(*, actor: Any, seller_id: int) -> None:
    """Remove a seller that no link, item or group names."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_seller(seller_id)
        if row.part_links.exists() or row.shopping_items.exists() or row.groups.exists():
            cause = "it has associated parts"
            raise InUse(f"Cannot delete seller because {cause}", why=cause)
        audit.record(actor, "seller.deleted", row, before=audit.snapshot(row, WRITABLE))
        row.delete()


def create_link(
    *, actor: Any, id4: str, seller_id: int, link: str, is_primary: bool | None = None
) -> PartSeller:
    """Say where a part is sold; the first link is primary whatever is asked."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        seller = Seller.objects.filter(pk=seller_id).first()
        if seller is None:
            raise InvalidReference("seller_id")
        if part.seller_links.filter(seller=seller).exists():
            raise ResourceConflict(f"A link to {seller.name} already exists")
        first = not part.seller_links.exists()
        if is_primary and not first:
            part.seller_links.update(is_primary=False)
        row = PartSeller(part=part, seller=seller, link=link, is_primary=first or bool(is_primary))
        row.save(force_insert=True)
        _touched(actor, part)
    return row


def update_link(*, actor: Any, id4: str, link_id: int, values: Mapping[str, Any]) -> PartSeller:
    """Change the address, or make the link the primary one."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        row = _link(part, link_id)
        if all(getattr(row, name) == value for name, value in values.items()):
            return row
        if "link" in values:
            row.link = values["link"]
        if values.get("is_primary"):
            part.seller_links.exclude(pk=row.pk).update(is_primary=False)
            row.is_primary = True
        elif values.get("is_primary") is False and row.is_primary:
            row.is_primary = False
            row.save()
            _promote(part, but=row.pk)
        row.save()
        _touched(actor, part)
    return row


def delete_link(*, actor: Any, id4: str, link_id: int) -> None:
    """Remove a link; the oldest other one becomes primary when the primary went."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        _drop(part, _link(part, link_id))
        _touched(actor, part)


def set_primary(actor: Any, part: StockPart, name: str | None, link: str | None) -> None:
    """Make the named seller the primary one, creating it if needed; None removes the primary.

    Inside the caller's transaction, with the part locked.
    """
    primary = part.seller_links.filter(is_primary=True).first()
    if name is None:
        if primary is not None:
            _drop(part, primary)
        return
    seller = _seller_named(actor, name)
    part.seller_links.update(is_primary=False)
    row = part.seller_links.filter(seller=seller).first()
    if row is None:
        row = PartSeller(part=part, seller=seller, link=link or "")
    elif link is not None:
        row.link = link
    row.is_primary = True
    row.save()


def set_primary_link(part: StockPart, link: str | None) -> None:
    """Change the address of the primary link; an address without one raises `StockInvalid`."""
    primary = part.seller_links.filter(is_primary=True)
    if not primary.update(link=link or "", updated_at=timezone.now()) and link:
        raise lonely_link()


def lonely_link() -> StockInvalid:
    """The refusal of an address that has no seller."""
    return StockInvalid(seller_link="Send seller too: the part has none that the link could be of.")


def locked_seller(seller_id: int) -> Seller:
    """Lock a seller row, or raise `RecordNotFound`."""
    row = lock(Seller.objects.filter(pk=seller_id)).first()
    if row is None:
        raise RecordNotFound("Seller", seller_id)
    return row


def _apply(row: Seller, values: Mapping[str, Any]) -> None:
    require_linkable("website", values.get("website"))
    for name in WRITABLE:
        if name in values:
            setattr(row, name, values[name])
    if Seller.objects.filter(name__iexact=row.name).exclude(pk=row.pk).exists():
        raise _taken(row)


def _taken(row: Seller) -> ResourceConflict:
    return ResourceConflict(f"A seller with {row.name} already exists")


def _seller_named(actor: Any, name: str) -> Seller:
    """Find a seller in any letter case, or make one, unless somebody else just did."""
    named = Seller.objects.filter(name__iexact=name)
    found = named.first()
    if found is not None:
        return found
    try:
        return create_seller(actor=actor, values={"name": name, "website": ""})
    except ResourceConflict:
        return named.get()


def _link(part: StockPart, link_id: int) -> PartSeller:
    row = part.seller_links.filter(pk=link_id).first()
    if row is None:
        raise RecordNotFound("Seller link", link_id)
    return row


def _drop(part: StockPart, row: PartSeller) -> None:
    was_primary = row.is_primary
    row.delete()
    if was_primary:
        _promote(part)


def _promote(part: StockPart, but: int | None = None) -> None:
    """Make the oldest link primary; the one just stepped down only if there is no other."""
    links = part.seller_links.order_by("created_at", "pk")
    heir = links.exclude(pk=but or 0).first() or links.first()
    if heir is not None:
        PartSeller.objects.filter(pk=heir.pk).update(is_primary=True)


def _touched(actor: Any, part: StockPart) -> None:
    search.refresh([part.pk])
    names = part.seller_links.values_list("seller__name", flat=True)
    audit.record(actor, "part.sellers_changed", part, after={"sellers": list(names)})
