"""Admin pages of parts, one topic per file."""

from parts.admin import (
    fabrication_parts,
    stock_boxes,
    stock_kits,
    stock_parts,
    stock_plans,
    stock_shopping,
)

__all__ = [
    "fabrication_parts",
    "stock_boxes",
    "stock_kits",
    "stock_parts",
    "stock_plans",
    "stock_shopping",
]
