"""What the workshop gives to the whole."""

from __future__ import annotations

from typing import Any

from inventory_site.core import registry
from inventory_site.core.registry import (
    CardContent,
    CardLine,
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

LIST = "admin:parts_fabricationpart_changelist"


def register_fabrication() -> None:
    """Called once, when the app is ready."""
    from parts import legacy_fabrication

    _files()
    registry.schedules.register(
        Schedule(
            slug="parts.backup_fabrication",
            task="parts.backup_fabrication",
            every_s=86400,
            queue="files",
            tick="retention",
            help="Writes a backup of the parts to make, and removes old ones.",
        )
    )
    registry.importers.register(
        LegacyImporter(
            "fabrication",
            "The database and the uploads folder of the fabrication system.",
            legacy_fabrication.add_arguments,
            legacy_fabrication.run,
        )
    )
    registry.demos.register(DemoLoader("workshop", _load_workshop, order=45))
    registry.searches.register(
        SearchProvider("workshop", "Workshop", policy.VIEW_FABRICATION, _find, order=65)
    )
    _pages()


def _files() -> None:
    from parts.models.fabrication_files import MODELS_PREFIX, PICTURES_PREFIX
    from parts.services import blob_store, fabrication_blobs

    blob_store.register_use("fabrication", fabrication_blobs.unused_blobs)
    for slug, storage, prefix in (
        ("parts.models", blob_store.DOCS, MODELS_PREFIX),
        ("parts.model-pictures", blob_store.IMAGES, PICTURES_PREFIX),
    ):
        known = blob_store.known_keys(storage, prefix)
        registry.file_owners.register(FileOwner(slug, storage, prefix, known))


def _pages() -> None:
    entries = (
        ("board", "Board", "kanban", "fabricationpart_board", "fabricationpart", _count_reviews),
        (
            "queues",
            "Machine queues",
            "list-checks",
            "fabricationpart_queues",
            "fabricationpart",
            None,
        ),
        ("parts", "Parts to make", "hammer", "fabricationpart_changelist", "fabricationpart", None),
        ("figures", "Figures", "chart-column", "fabricationpart_figures", "fabricationpart", None),
        ("machines", "Machines", "factory", "machine_changelist", "machine", None),
    )
    for order, (slug, title, icon, page, model, count) in enumerate(entries, start=1):
        registry.sidebar.register(
            SidebarEntry(
                slug=f"workshop.{slug}",
                title=title,
                section="Workshop",
                icon=icon,
                url_name=f"admin:parts_{page}",
                permission=f"parts.view_{model}",
                order=order * 10,
                count=count,
            )
        )
    registry.cards.register(
        DashboardCard(
            "workshop.open", "Workshop", "figures", policy.VIEW_FABRICATION, _open_parts, order=60
        )
    )


def _load_workshop() -> str:
    from parts.demo import fabrication

    return fabrication.load_workshop()


def _find(user: Any, text: str, limit: int) -> list[SearchHit]:
    from parts.selectors import fabrication_finds

    return fabrication_finds.parts(text, limit)


def _count_reviews(user: Any) -> int:
    """How many parts wait for a review, for those who may give it."""
    from parts.models import FabricationPart

    if not policy.may(user, policy.REVIEW_FABRICATION):
        return 0
    return FabricationPart.objects.filter(category="review").count()


def _open_parts(user: Any) -> CardContent:
    from django.urls import reverse

    from parts.selectors.fabrication_finds import open_by_stage

    url = reverse(LIST)
    rows = open_by_stage()
    lines = [
        CardLine(label, f"{url}?category__exact={stage}", f"{count} parts")
        for stage, label, count in rows
    ]
    return CardContent(lines, sum(row[2] for row in rows), url, "Nothing to make.")
