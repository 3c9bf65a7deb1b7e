"""Taking over the replaced parts inventory; running it again adds only what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory_site.core.whole import whole_number
from parts.choices.stock import (
    ItemStatus,
    KitStatus,
    ListStatus,
    MovementReason,
    PickStatus,
)
from parts.importers.electronics import LegacyStock, read_folder, read_time
from parts.models import (
    Box,
    BoxLocation,
    Kit,
    KitListLink,
    KitRequirement,
    PartLocation,
    PickList,
    PickListLine,
    Seller,
    ShoppingGroup,
    ShoppingItem,
    ShoppingList,
    StockMovement,
    StockPart,
)
from parts.services import boxes, parts, search, sellers, types

Row = Mapping[str, Any]
PART_FIELDS = ("description", *(name for name in parts.WRITABLE if name != "description"))


class Import:
    """One run; counts what it added by table."""

    def __init__(self, stock: LegacyStock) -> None:
        self._stock = stock
        self.added: dict[str, int] = defaultdict(int)
        self.skipped: list[str] = []
        self._sellers: dict[int, Seller] = {}

    def run(self) -> None:
        """Add what is missing, in the order of what needs what."""
        self.added["types"] += types.load_type_names(self._stock.types)
        self._read_sellers()
        self._read_boxes()
        new = self._read_parts()
        self._read_stock(new)
        self._read_lists()
        self._read_kits()
        search.refresh(StockPart.objects.filter(id4__in=new).values_list("pk", flat=True))

    def _rows(self, name: str) -> list[dict[str, Any]]:
        return self._stock.tables[name]

    def _read_sellers(self) -> None:
        for row in self._rows("sellers"):
            known = Seller.objects.filter(name__iexact=row["name"]).first()
            if known is None:
                values = {"name": row["name"], "website": row.get("website") or ""}
                known = sellers.create_seller(actor=None, values=values)
                self.added["sellers"] += 1
            self._sellers[row["id"]] = known

    def _read_boxes(self) -> None:
        for row in self._rows("boxes"):
            if Box.objects.filter(box_no=row["box_no"]).exists():
                continue
            boxes.create_box(
                actor=None,
                description=row["description"],
                capacity=row["capacity"],
                box_no=row["box_no"],
            )
            self.added["boxes"] += 1

    def _read_parts(self) -> set[str]:
        new = set()
        for row in self._rows("parts"):
            if StockPart.objects.filter(id4=row["key"]).exists():
                continue
            values = {name: row[name] for name in PART_FIELDS if row.get(name) is not None}
            parts.create_part(
                actor=None, id4=row["key"], values=values | {"type_id": self._type(row)}
            )
            new.add(row["key"])
            for link in row.get("seller_links") or []:
                sellers.create_link(
                    actor=None,
                    id4=row["key"],
                    seller_id=self._sellers[link["seller_id"]].pk,
                    link=link["link"],
                )
            self.added["parts"] += 1
        return new

    def _type(self, row: Row) -> int | None:
        name = row.get("type")
        if not name:
            return None
        kind = types.type_named(name)
        if kind is None:
            kind = types.create_type(actor=None, values={"name": name})
            self.added["types"] += 1
        return kind.pk

    def _read_stock(self, new: set[str]) -> None:
        """Write places and ledger of the new parts; an `opening` line makes both agree."""
        held: dict[str, list[Row]] = defaultdict(list)
        history: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows("part_locations"):
            held[row["part_key"]].append(row)
        for row in self._rows("quantity_history"):
            history[row["part_key"]].append(row)
        for part in StockPart.objects.filter(id4__in=new).order_by("id4"):
            self._write_stock(part, held[part.id4], history[part.id4])

    def _write_stock(self, part: StockPart, held: list[Row], history: list[Row]) -> None:
        for row in held:
            location = BoxLocation.objects.get(box_no=row["box_no"], loc_no=row["loc_no"])
            PartLocation.objects.create(
                part=part,
                location=location,
                box_no=row["box_no"],
                loc_no=row["loc_no"],
                qty=row["qty"],
            )
        total = sum(row["qty"] for row in held)
        lines = _ledger(part, held, history, total, self._began())
        StockMovement.objects.bulk_create(lines)
        StockPart.objects.filter(pk=part.pk).update(total_quantity=total, movement_seq=len(lines))
        self.added["part_locations"] += len(held)
        self.added["history"] += len(lines)

    def _began(self) -> datetime:
        times = [read_time(row["timestamp"]) for row in self._rows("quantity_history")]
        return min((time for time in times if time), default=timezone.now())

    def _read_lists(self) -> None:
        items: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows("shopping_list_lines"):
            items[row["shopping_list_name"]].append(row)
        for row in self._rows("shopping_lists"):
            if ShoppingList.objects.filter(name=row["name"]).exists():
                continue
            made = ShoppingList.objects.create(
                name=row["name"],
                description=row.get("description"),
                status=_list_status(row["status"], items[row["name"]]),
            )
            self.added["shopping_lists"] += 1
            for item in items[row["name"]]:
                self._add_item(made, item)
            for group in self._rows("shopping_list_sellers"):
                if group["shopping_list_name"] == made.name:
                    self._add_group(made, group)

    def _add_item(self, made: ShoppingList, row: Row) -> None:
        seller = self._sellers.get(row.get("seller_id") or 0)
        is_done = row["status"] == ItemStatus.DONE
        ordered, received = row.get("ordered") or 0, row.get("received") or 0
        ShoppingItem.objects.create(
            list=made,
            maybe_part=StockPart.objects.get(id4=row["part_key"]),
            desired_qty=row["needed"],
            ordered_qty=ordered,
            received_qty=received,
            seller=seller,
            notes=row.get("note"),
            status=row["status"],
            completed_at=timezone.now() if is_done else None,
            completion_mismatch=is_done and ordered != received,
        )
        self.added["shopping_items"] += 1

    def _add_group(self, made: ShoppingList, row: Row) -> None:
        ShoppingGroup.objects.create(
            list=made,
            seller=self._sellers[row["seller_id"]],
            note=row.get("note") or "",
            status=row["status"],
        )
        self.added["shopping_groups"] += 1

    def _read_kits(self) -> None:
        for row in self._rows("kits"):
            if Kit.objects.filter(name=row["name"]).exists():
                continue
            archived = row["status"] == KitStatus.ARCHIVED
            kit = Kit.objects.create(
                name=row["name"],
                notes=row.get("description"),
                build_target=row["build_target"],
                status=row["status"],
                archived_at=read_time(row.get("archived_at")) or timezone.now()
                if archived
                else None,
            )
            self.added["projects"] += 1
            self._add_requirements(kit)
            self._add_pick_lists(kit)
            self._add_links(kit)

    def _add_requirements(self, kit: Kit) -> None:
        for row in self._rows("kit_contents"):
            if row["kit"] == kit.name:
                KitRequirement.objects.create(
                    kit=kit,
                    part=StockPart.objects.get(id4=row["part"]),
                    required_qty=row["required_per_unit"],
                    notes=row.get("note"),
                )
                self.added["requirements"] += 1

    def _add_pick_lists(self, kit: Kit) -> None:
        for row in self._rows("kit_pick_lists"):
            if row["kit_name"] != kit.name:
                continue
            made = PickList.objects.create(
                kit=kit,
                requested_units=row["requested_units"],
                status=row["status"],
                completed_at=read_time(row.get("completed_at")),
            )
            self.added["pick_lists"] += 1
            for line in self._rows("kit_pick_list_lines"):
                if line["pick_list_key"] == row["key"]:
                    self._add_pick_line(made, line)

    def _add_pick_line(self, made: PickList, row: Row) -> None:
        part = StockPart.objects.get(id4=row["kit_content_part_key"])
        PickListLine.objects.create(
            pick_list=made,
            requirement=made.kit.requirements.filter(part=part).first(),
            part=part,
            box_no=row["location"]["box_no"],
            loc_no=row["location"]["loc_no"],
            quantity_to_pick=row["quantity_to_pick"],
            status=row.get("status") or PickStatus.OPEN,
            picked_at=read_time(row.get("picked_at")),
        )
        self.added["pick_list_lines"] += 1

    def _add_links(self, kit: Kit) -> None:
        for row in self._rows("kit_shopping_list_links"):
            target = ShoppingList.objects.filter(name=row["shopping_list_name"]).first()
            if row["kit_name"] != kit.name or target is None:
                continue
            KitListLink.objects.create(
                kit=kit,
                list=target,
                requested_units=row["requested_units"],
                honor_reserved=row.get("honor_reserved", False),
                snapshot_kit_updated_at=read_time(row["snapshot_kit_updated_at"]) or timezone.now(),
            )
            self.added["project_list_links"] += 1


def import_electronics(*, folder: Path, dry_run: bool = False) -> Import:
    """Import a folder in one transaction; raises `NotALegacyFolder`."""
    run = Import(read_folder(folder))
    with transaction.atomic():
        run.run()
        if dry_run:
            transaction.set_rollback(True)
    return run


def _list_status(status: str, items: list[Row]) -> str:
    """An active list is ready once something of it was ordered."""
    if status == ListStatus.DONE:
        return ListStatus.DONE
    begun = any(row["status"] in {ItemStatus.ORDERED, ItemStatus.DONE} for row in items)
    return ListStatus.READY if begun else ListStatus.CONCEPT


def _ledger(
    part: StockPart, held: list[Row], history: list[Row], total: int, began: datetime
) -> list[StockMovement]:
    """Return the ledger in time; the opening line is dated a minute before the part's first.

    Without any, a minute before `began`, the first line of all parts.
    """
    rows = sorted(history, key=lambda row: row["timestamp"])
    opening = total - sum(row["delta_qty"] for row in rows)
    balance, lines = 0, []
    if opening:
        first = read_time(rows[0]["timestamp"]) if rows else None
        place = (held[0]["box_no"], held[0]["loc_no"]) if held else None
        at = (first or began) - timedelta(minutes=1)
        lines.append(_line(part, 1, 0, opening, at, place, MovementReason.OPENING))
        balance = opening
    for row in rows:
        at = read_time(row["timestamp"]) or timezone.now()
        place = _place(row.get("location_reference"))
        reason = MovementReason.ADD if row["delta_qty"] > 0 else MovementReason.USE
        lines.append(_line(part, len(lines) + 1, balance, row["delta_qty"], at, place, reason))
        balance += row["delta_qty"]
    return lines


def _line(
    part: StockPart,
    seq: int,
    before: int,
    delta: int,
    at: datetime,
    place: tuple[int, int] | None,
    reason: str,
) -> StockMovement:
    return StockMovement(
        part=part,
        seq=seq,
        delta_qty=delta,
        balance_before=before,
        balance_after=before + delta,
        at=at,
        box_no=place[0] if place else None,
        loc_no=place[1] if place else None,
        reason=reason,
    )


def _place(reference: str | None) -> tuple[int, int] | None:
    box, _, loc = (reference or "").partition("-")
    box_no, loc_no = whole_number(box), whole_number(loc)
    return None if box_no is None or loc_no is None else (box_no, loc_no)
