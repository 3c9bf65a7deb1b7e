"""What the route register gives to the whole."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from inventory_site.core import registry
from inventory_site.core.registry import (
    DashboardCard,
    DemoLoader,
    FileOwner,
    LegacyImporter,
    Schedule,
    SearchHit,
    SearchProvider,
)
from networkroutes import navigation

VIEW_ROUTE = "networkroutes.view_networkroute"
VIEW_RESERVATION = "networkroutes.view_reservation"


def register() -> None:
    """Called once, when the app is ready."""
    _cards()
    navigation.register()
    _searches()
    _background()


def _cards() -> None:
    from networkroutes.selectors import dashboard

    for card in (
        DashboardCard(
            "routes.expiring",
            "Your reservations that end soon",
            "needs_you",
            VIEW_RESERVATION,
            dashboard.expiring_mine,
        ),
        DashboardCard(
            "routes.rates",
            "Exchange rates to renew",
            "needs_you",
            "networkroutes.change_exchangerate",
            dashboard.due_rates,
            order=60,
        ),
        DashboardCard("routes.outages", "Core outages", "broken", VIEW_ROUTE, dashboard.outages),
        DashboardCard(
            "routes.next",
            "Reservations that end next",
            "next",
            VIEW_RESERVATION,
            dashboard.next_ends,
        ),
        DashboardCard(
            "routes.imports",
            "Imports",
            "running",
            "networkroutes.add_bulkupload",
            dashboard.imports,
        ),
        DashboardCard(
            "routes.map", "Network map", "figures", VIEW_ROUTE, dashboard.network, order=10
        ),
        DashboardCard(
            "routes.channels",
            "Wavelengths by state",
            "figures",
            "networkroutes.view_darkfibrechannel",
            dashboard.channels_by_state,
        ),
    ):
        registry.cards.register(card)


def _searches() -> None:
    registry.searches.register(
        SearchProvider("routes", "Circuits", VIEW_ROUTE, _find_routes, order=10)
    )
    registry.searches.register(
        SearchProvider(
            "channels",
            "Wavelengths",
            "networkroutes.view_darkfibrechannel",
            _find_channels,
            order=20,
        )
    )
    registry.searches.register(
        SearchProvider(
            "locations", "Locations", "networkroutes.view_location", _find_locations, order=30
        )
    )


def _background() -> None:
    from networkroutes import legacy_command
    from networkroutes.services import bulk_uploads, files

    registry.schedules.register(
        Schedule(
            slug="networkroutes.expire_reservations",
            task="networkroutes.expire_reservations",
            every_s=3600,
            tick="reservations",
            help="Expires reservations and reminds holders 7 days before.",
        )
    )
    for name, every_s, tick, text in (
        (
            "probe_latency",
            settings.NETWORKROUTES_PROBE_SECONDS,
            "polling",
            "Measures the circuits that have a probe.",
        ),
        ("end_given_up_imports", 60, "scheduler", "Ends imports whose task was given up."),
        ("remove_old_latency", 86_400, "retention", "Removes old samples and ended outages."),
        ("remove_old_maps", 86_400, "files", "Removes old generated maps."),
    ):
        slug = f"networkroutes.{name}"
        registry.schedules.register(Schedule(slug, slug, every_s, tick=tick, help=text))
    registry.schedules.register(
        Schedule(
            slug="networkroutes.note_due_rates",
            task="networkroutes.note_due_rates",
            every_s=86_400,
            help="Notes exchange rates that are due within 5 days.",
        )
    )
    registry.file_owners.register(
        FileOwner("routes.kmz", files.STORAGE, files.KMZ_PREFIX, files.known_kmz)
    )
    registry.file_owners.register(
        FileOwner("routes.test_results", files.STORAGE, files.TEST_PREFIX, files.known_test_results)
    )
    registry.file_owners.register(
        FileOwner("routes.bulk", bulk_uploads.STORAGE, bulk_uploads.PREFIX, bulk_uploads.known)
    )
    registry.importers.register(
        LegacyImporter(
            "network-inventory",
            "The network inventory's SQLite file and its file folders.",
            legacy_command.add_arguments,
            legacy_command.run,
        )
    )
    registry.demos.register(DemoLoader("networkroutes", _load_demo, order=20))


def _load_demo() -> str:
    from networkroutes.demo import load

    return load()


def _find_routes(user: Any, text: str, limit: int) -> list[SearchHit]:
    from networkroutes.selectors import finds

    return finds.routes(text, limit)


def _find_channels(user: Any, text: str, limit: int) -> list[SearchHit]:
    from networkroutes.selectors import finds

    return finds.channels(text, limit)


def _find_locations(user: Any, text: str, limit: int) -> list[SearchHit]:
    from networkroutes.selectors import finds

    return finds.locations(text, limit)
