"""What parts give to the whole."""

from __future__ import annotations

from typing import Any

from inventory_site.core import registry
from inventory_site.core.registry import (
    DashboardCard,
    DemoLoader,
    FileOwner,
    LegacyImporter,
    Schedule,
    SearchHit,
    SearchProvider,
    SidebarEntry,
)
from parts import policy


def register_stock() -> None:
    """Called once, when the app is ready."""
    from parts import job_works
    from parts.services import blob_store, documents

    job_works.register_all()
    blob_store.register_use("stock", documents.unused_blobs)
    _stock_files()
    _stock_background()
    _stock_sidebar()
    _stock_cards()
    registry.demos.register(DemoLoader("parts", _load_demo, order=40))
    registry.searches.register(
        SearchProvider("stock", "Parts", policy.VIEW_STOCK, _find_parts, order=60)
    )


def _stock_files() -> None:
    from parts.services import blob_store, fetching, thumbnails

    for storage in (blob_store.DOCS, blob_store.IMAGES):
        known = blob_store.known_keys(storage)
        registry.file_owners.register(
            FileOwner(f"parts.cas.{storage}", storage, blob_store.PREFIX, known)
        )
    registry.file_owners.register(
        FileOwner(
            "parts.thumbnails",
            blob_store.IMAGES,
            thumbnails.PREFIX,
            blob_store.known_keys(blob_store.IMAGES, thumbnails.PREFIX),
        )
    )
    registry.file_owners.register(
        FileOwner("parts.fetched", blob_store.DOCS, fetching.PREFIX, fetching.known_pages)
    )


def _stock_background() -> None:
    from parts import legacy_command

    registry.schedules.register(
        Schedule(
            slug="parts.send_low_stock_notices",
            task="parts.send_low_stock_notices",
            every_s=3600,
            tick="alerts",
            help="Notes parts that fell below their minimum.",
        )
    )
    registry.schedules.register(
        Schedule(
            slug="parts.clean_up_stock",
            task="parts.clean_up_stock",
            every_s=86400,
            queue="files",
            tick="files",
            help="Removes unused content, cached pages, old jobs and plans.",
        )
    )
    registry.importers.register(
        LegacyImporter(
            "electronics",
            "The folder of the parts inventory: JSON files and types.txt.",
            legacy_command.add_arguments,
            legacy_command.run,
        )
    )


def _stock_sidebar() -> None:
    from parts.selectors import stock_cards

    entries = (
        ("parts", "Parts", "cpu", "stockpart", 10),
        ("boxes", "Boxes", "boxes", "box", 20),
        ("kits", "Kits", "hammer", "kit", 30),
        ("picks", "Pick lists", "list-checks", "picklist", 35),
        ("buy", "Lines to buy", "receipt", "shoppingitem", 45),
        ("reorg", "Reorganise", "arrow-left-right", "reorgplan", 50),
        ("counts", "Stocktakes", "clipboard-check", "stocktake", 55),
        ("types", "Types", "tags", "parttype", 60),
        ("sellers", "Sellers", "store", "seller", 70),
        ("history", "Stock history", "history", "stockmovement", 80),
        ("runs", "AI runs", "sparkles", "airun", 90),
    )
    for slug, title, icon, model, order in entries:
        registry.sidebar.register(
            SidebarEntry(
                slug=f"stock.{slug}",
                title=title,
                section="Parts",
                icon=icon,
                url_name=f"admin:parts_{model}_changelist",
                permission=f"parts.view_{model}",
                order=order,
                count=stock_cards.low_count if slug == "parts" else None,
            )
        )
    more = (
        ("shopping", "Shopping", "shopping-cart", "shoppinglist_board", "view_shoppinglist", 40),
        ("intake", "Photo intake", "camera", "stockpart_intake", "change_stockpart", 15),
    )
    for slug, title, icon, view, permission, order in more:
        registry.sidebar.register(
            SidebarEntry(
                slug=f"stock.{slug}",
                title=title,
                section="Parts",
                icon=icon,
                url_name=f"admin:parts_{view}",
                permission=f"parts.{permission}",
                order=order,
            )
        )


def _stock_cards() -> None:
    from parts.selectors import stock_cards

    for card in (
        DashboardCard(
            "stock.low",
            "Parts under their minimum",
            "needs_you",
            policy.VIEW_STOCK,
            stock_cards.low_stock,
            order=40,
        ),
        DashboardCard(
            "stock.running",
            "Helpers of the stock",
            "running",
            policy.CHANGE_STOCK,
            stock_cards.running,
            order=60,
        ),
        DashboardCard(
            "stock.picks",
            "Pick lists",
            "next",
            "parts.view_picklist",
            stock_cards.to_pick,
            order=60,
        ),
        DashboardCard(
            "stock.figures", "Stock", "figures", policy.VIEW_STOCK, stock_cards.figures, order=40
        ),
    ):
        registry.cards.register(card)


def _load_demo() -> str:
    from parts.demo import fabrication, stock

    return f"{stock.load()}; {fabrication.load_samples()}"


def _find_parts(user: Any, text: str, limit: int) -> list[SearchHit]:
    from parts.selectors import stock_finds

    return stock_finds.parts(text, limit)
