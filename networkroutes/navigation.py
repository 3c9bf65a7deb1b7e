"""The register's entries in the admin's sidebar and its verbs in the palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inventory_site.core import registry
from inventory_site.core.registry import PaletteVerb, SidebarEntry

SECTION = "Routes"
MODULES = {
    "design": "network_design",
    "pricing": "network_design",
    "promotions": "network_design",
    "locations": "locations",
    "carriers": "carriers",
    "contacts": "carriers",
    "rates": "exchange_rates",
}
Count = Callable[[Any], int] | None


def register() -> None:
    """Called once, when the app is ready."""
    from networkroutes.selectors import dashboard

    for slug, title, icon, permission, order in (
        ("map", "Network map", "map", "view_networkroute", 5),
        ("design", "Design tool", "waypoints", "view_designlog", 8),
        ("import", "Import", "upload", "add_bulkupload", 95),
    ):
        _enter(slug, title, icon, f"networkroutes-{slug}", permission, order)
    models: tuple[tuple[str, str, str, str, int, Count], ...] = (
        ("routes", "Circuits", "cable", "networkroute", 10, dashboard.count_outages),
        ("channels", "Wavelengths", "graphic_eq", "darkfibrechannel", 20, None),
        (
            "reservations",
            "Reservations",
            "bookmark",
            "reservation",
            30,
            dashboard.count_expiring_mine,
        ),
        ("locations", "Locations", "location_on", "location", 40, None),
        ("carriers", "Carriers", "building-2", "carrier", 44, None),
        (
            "contacts",
            "Carrier contacts",
            "users",
            "carriercontact",
            46,
            dashboard.count_overdue_contacts,
        ),
        ("rates", "Exchange rates", "currency_exchange", "exchangerate", 50, None),
        ("pricing", "Pricing rules", "percent", "pricingconfig", 54, None),
        ("promotions", "Promotions", "tag", "promorule", 56, None),
        ("outages", "Outages", "triangle-alert", "outage", 58, None),
        ("reservation_log", "Reservation log", "receipt_long", "reservationlog", 60, None),
        ("records", "Other inventory", "boxes", "inventoryrecord", 64, None),
        ("repository_types", "Repository types", "category", "repositorytype", 70, None),
    )
    for slug, title, icon, model, order, count in models:
        url = f"admin:networkroutes_{model}_changelist"
        _enter(slug, title, icon, url, f"view_{model}", order, count)
    _verbs()


def _enter(
    slug: str,
    title: str,
    icon: str,
    url_name: str,
    permission: str,
    order: int,
    count: Count = None,
) -> None:
    registry.sidebar.register(
        SidebarEntry(
            slug=f"routes.{slug}",
            title=title,
            section=SECTION,
            icon=icon,
            url_name=url_name,
            permission=f"networkroutes.{permission}",
            order=order,
            count=count,
            module=MODULES.get(slug, "network_routes"),
        )
    )


def _verbs() -> None:
    for slug, title, url_name, permission in (
        ("add", "Add a circuit", "admin:networkroutes_networkroute_add", "add_networkroute"),
        (
            "reserve",
            "Reserve a wavelength",
            "admin:networkroutes_darkfibrechannel_changelist",
            "add_reservation",
        ),
        ("find_path", "Find a path", "networkroutes-design", "view_designlog"),
        ("import", "Import a table of circuits", "networkroutes-import", "add_bulkupload"),
    ):
        registry.verbs.register(
            PaletteVerb(f"routes.{slug}", title, url_name, f"networkroutes.{permission}")
        )
