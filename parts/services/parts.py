"""Parts: making, changing, archiving (contract 4.3, 5.1, 5.4.6)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded
from parts import policy
from parts.choices.stock import ItemStatus, KitStatus, ListStatus, MovementReason, PickStatus
from parts.errors.stock import InUse, InvalidOperation, InvalidReference
from parts.models import PartType, RetiredPartId, StockPart
from parts.services import parameters, search, sellers
from parts.services.booking import Amount, Booking, locked_parts
from parts.services.movements import require_once

DRAWS = 10
MOST_TAGS = 50
TEXTS = (
    "description",
    "manufacturer_code",
    "manufacturer",
    "product_page",
    "package",
    "pin_pitch",
    "voltage_rating",
    "input_voltage",
    "output_voltage",
    "mounting_type",
    "series",
    "dimensions",
)
WRITABLE = (*TEXTS, "tags", "pin_count", "min_qty")
KICAD = ("kicad_symbol", "kicad_footprint", "kicad_reference")
WORDS = {"description", "manufacturer_code", "manufacturer", "tags", "type_id", "seller"}
RELATED = {"seller", "seller_link", "parameters"}
AUDITED = (*WRITABLE, *KICAD, "type", "archived_at")


def create_part(
    *,
    actor: Any,
    values: Mapping[str, Any],
    stock: Sequence[Amount] = (),
    id4: str | None = None,
    reason: str = MovementReason.ADD,
) -> StockPart:
    """Add a part under a fresh id, with first stock in the same transaction.

    An explicit `id4` is an importer's. Raises `InvalidReference` for an unknown type,
    `InvalidOperation` when no free id was drawn, and what adding stock raises.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    if stock:
        require_once(stock, "stock")
    with guarded():
        part = StockPart()
        _apply(part, values)
        _insert(part, id4)
        _apply_related(actor, part, values)
        search.refresh([part.pk])
        audit.record(actor, "part.created", part, after=_snapshot(part))
        if stock:
            places = [amount.place for amount in stock]
            booking = Booking(actor, id4s=[part.id4], places=places, reason=reason)
            for amount in stock:
                booking.put(part.id4, amount)
            booking.write()
            part.refresh_from_db()
    return part


def update_part(*, actor: Any, id4: str, values: Mapping[str, Any]) -> StockPart:
    """Change what `values` names; raises `RecordNotFound`, `InvalidReference`."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        before, related = _snapshot(part), _related(part, values)
        _apply(part, values)
        _apply_related(actor, part, values)
        after = _snapshot(part)
        if after == before and _related(part, values) == related:
            return part
        part.save()
        if WORDS & values.keys():
            search.refresh([part.pk])
        audit.record(actor, "part.updated", part, before=before, after=after)
    return part


def archive_part(*, actor: Any, id4: str) -> None:
    """Hide a part from lists and search; refused while it has stock or something needs it."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        if part.total_quantity:
            raise InvalidOperation(
                f"delete part {id4}", "it still has parts in inventory that must be removed first"
            )
        _require_unused(part)
        if part.archived_at is None:
            part.archived_at = timezone.now()
            part.save(update_fields=["archived_at", "updated_at"])
            search.refresh([part.pk])
            audit.record(actor, "part.archived", part)


def restore_part(*, actor: Any, id4: str) -> StockPart:
    """Take a part out of the archive; one that is not there stays as it is."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        if part.archived_at is not None:
            part.archived_at = None
            part.save(update_fields=["archived_at", "updated_at"])
            search.refresh([part.pk])
            audit.record(actor, "part.restored", part)
    return part


def purge_part(*, actor: Any, id4: str) -> None:
    """Remove a part without history for good; its id is retired."""
    policy.require(actor, policy.ADMIN_STOCK)
    with guarded():
        part = locked_parts([id4])[id4]
        if part.movements.exists():
            raise InvalidOperation(f"purge part {id4}", "it has a stock history")
        _require_unused(part)
        if _is_mentioned(part):
            raise InUse(f"Cannot purge part {id4} because closed lists still name it")
        audit.record(actor, "part.purged", part, before=_snapshot(part))
        RetiredPartId.objects.get_or_create(id4=id4)
        part.delete()


def bulk_edit(
    *,
    actor: Any,
    id4s: Sequence[str],
    values: Mapping[str, Any],
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
) -> int:
    """Change the same fields and tags of many parts, all or none; returns how many."""
    policy.require(actor, policy.CHANGE_STOCK)
    dropped = {tag.lower() for tag in remove_tags}
    with guarded():
        parts = locked_parts(sorted(id4s))
        befores = {part.id4: _snapshot(part) for part in parts.values()}
        for part in parts.values():
            _apply(part, values)
            kept = [tag for tag in part.tags if tag.lower() not in dropped]
            part.tags = unique_tags([*kept, *add_tags])
            part.save()
            _apply_related(actor, part, values)
        search.refresh(part.pk for part in parts.values())
        facts = [audit.Fact(p, befores[p.id4], _snapshot(p)) for p in parts.values()]
        audit.record_bulk(actor, "part.updated", facts)
    return len(parts)


def unique_tags(tags: Sequence[str]) -> list[str]:
    """Drop later spellings of the same tag; at most 50 are kept."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag.lower(), tag)
    return list(first.values())[:MOST_TAGS]


def drawn_id4() -> str:
    """Draw four letters that cannot be guessed."""
    return "".join(secrets.choice(string.ascii_uppercase) for _ in range(4))


def _insert(part: StockPart, id4: str | None) -> None:
    """Insert under the given or a drawn id; only a taken id is drawn again."""
    for _ in range(DRAWS):
        part.id4 = id4 or drawn_id4()
        if not RetiredPartId.objects.filter(id4=part.id4).exists():
            try:
                with transaction.atomic():
                    part.save(force_insert=True)
            except IntegrityError as err:
                if id4 or "id4" not in str(err):
                    raise
            else:
                return
        if id4:
            raise InvalidOperation(f"create part {id4}", "the id was given before")
    raise InvalidOperation("generate unique part key", f"failed after {DRAWS} attempts")


def _apply(part: StockPart, values: Mapping[str, Any]) -> None:
    for name in WRITABLE:
        if name in values:
            setattr(part, name, values[name])
    for name in KICAD:
        if name in values:
            setattr(part, name, values[name] or "")
    if "tags" in values:
        part.tags = unique_tags(values["tags"] or [])
    if "type_id" in values:
        wanted = values["type_id"]
        part.type = PartType.objects.filter(pk=wanted).first() if wanted is not None else None
        if wanted is not None and part.type is None:
            raise InvalidReference("type_id")


def _apply_related(actor: Any, part: StockPart, values: Mapping[str, Any]) -> None:
    if "seller" in values:
        if values["seller"] is None and values.get("seller_link"):
            raise sellers.lonely_link()
        link = (values["seller_link"] or "") if "seller_link" in values else None
        sellers.set_primary(actor, part, values["seller"], link)
    elif "seller_link" in values:
        sellers.set_primary_link(part, values["seller_link"])
    if "parameters" in values:
        parameters.set_parameters(part, values["parameters"] or {})


def _related(part: StockPart, values: Mapping[str, Any]) -> list[Any]:
    """What stands beside the part and `values` may change: its seller links, its parameters."""
    known: list[Any] = []
    if RELATED & values.keys():
        known += part.seller_links.order_by("pk").values_list("seller_id", "link", "is_primary")
        known += part.parameters.order_by("pk").values_list("definition_id", "text")
    return known


def _require_unused(part: StockPart) -> None:
    """Raise `InUse` naming the active kits, open items and open pick lines that need the part."""
    users: list[str] = [
        f"project {name}"
        for name in part.kit_requirements.filter(kit__status=KitStatus.ACTIVE).values_list(
            "kit__name", flat=True
        )
    ]
    items = part.shopping_items.exclude(status=ItemStatus.DONE)
    lists = items.exclude(list__status=ListStatus.DONE).values_list("list__name", flat=True)
    users += [f"shopping list {name}" for name in lists]
    lines = part.pick_lines.filter(status=PickStatus.OPEN)
    users += sorted({f"pick list {pk}" for pk in lines.values_list("pick_list_id", flat=True)})
    if users:
        cause = f"it is used by {', '.join(users)}"
        raise InUse(f"Cannot delete part {part.id4} because {cause}", why=cause)


def _is_mentioned(part: StockPart) -> bool:
    return (
        part.kit_requirements.exists() or part.shopping_items.exists() or part.pick_lines.exists()
    )


def _snapshot(part: StockPart) -> dict[str, Any]:
    return audit.snapshot(part, AUDITED)
