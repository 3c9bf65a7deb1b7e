"""What the workshop gives to the whole."""

from __future__ import annotations

from inventory_site.core import registry
from inventory_site.core.registry import FileOwner


def register_fabrication() -> None:
    """Called once, when the app is ready."""
    from parts.models.fabrication_files import MODELS_PREFIX, PICTURES_PREFIX
    from parts.services import blob_store, fabrication_blobs

    blob_store.register_use("fabrication", fabrication_blobs.unused_blobs)
    for slug, storage, prefix in (
        ("parts.models", blob_store.DOCS, MODELS_PREFIX),
        ("parts.model-pictures", blob_store.IMAGES, PICTURES_PREFIX),
    ):
        known = blob_store.known_keys(storage, prefix)
        registry.file_owners.register(FileOwner(slug, storage, prefix, known))
