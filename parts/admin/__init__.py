"""Admin pages of parts, one topic per file."""

from parts.admin import (
    fabrication_parts,
    stock_boxes,
    stock_items,
    stock_kits,
    stock_parts,
    stock_picks,
    stock_plans,
    stock_requirements,
    stock_rounds,
    stock_shopping,
    stock_types,
)

__all__ = [
    "fabrication_parts",
    "stock_boxes",
    "stock_items",
    "stock_kits",
    "stock_parts",
    "stock_picks",
    "stock_plans",
    "stock_requirements",
    "stock_rounds",
    "stock_shopping",
    "stock_types",
]
