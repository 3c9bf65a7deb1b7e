"""What devices give to the whole."""

from __future__ import annotations

from typing import Any

from inventory_site.core import registry
from inventory_site.core.registry import (
    CardContent,
    CardLine,
    DashboardCard,
    DemoLoader,
    Figures,
    FileOwner,
    LegacyImporter,
    PaletteVerb,
    Schedule,
    SearchHit,
    SearchProvider,
    SidebarEntry,
)


def register() -> None:
    """Called once, when the app is ready."""
    from devices.services import attachments, legacy_vault

    _use_directories()
    registry.file_owners.register(
        FileOwner("devices.attachments", attachments.STORAGE, attachments.PREFIX, attachments.known)
    )
    for slug, every_s, tick, text in (
        ("check_credentials", 86_400, "credentials", "Marks expired credentials, warns owners."),
        ("run_due_polls", 30, "polling", "Queues the polls that are due."),
        ("calculate_health", 300, "health", "Scores devices of the last hour."),
        ("remove_old", 3600, "retention", "Rolls samples up and removes old ones."),
        ("sync_netbox", 900, "health", "Refreshes what is known of NetBox, if one is set."),
    ):
        registry.schedules.register(
            Schedule(
                slug=f"devices.{slug}",
                task=f"devices.{slug}",
                every_s=every_s,
                tick=tick,
                help=text,
            )
        )
    _sidebar()
    registry.searches.register(
        SearchProvider("devices", "Devices", "devices.view_device", _find_devices, order=15)
    )
    registry.cards.register(
        DashboardCard(
            "devices.silent", "Silent devices", "broken", "devices.view_device", _silent_devices
        )
    )
    registry.figures.register(Figures("devices", _figures))
    registry.demos.register(DemoLoader("devices", _load_demo, order=40))
    registry.importers.register(
        LegacyImporter(
            "vault",
            "The replaced credential vault: exports of its tables; key in CREDENTIAL_MASTER_KEY.",
            legacy_vault.add_arguments,
            legacy_vault.run,
        )
    )


def _load_demo() -> str:
    from devices.demo.load import load

    return load()


def _sidebar() -> None:
    entries = (
        ("devices", "Devices", "server", "device"),
        ("groups", "Groups", "boxes", "devicegroup"),
        ("scans", "Discovery", "radar", "scan"),
        ("runs", "Commands", "terminal", "executorrun"),
        ("polls", "Polling", "activity", "pollconfig"),
        ("poll-runs", "Poll runs", "history", "pollexecution"),
        ("spans", "Spans", "cable", "spanbaseline"),
        ("prtg", "PRTG alerts", "activity", "prtgalert"),
        ("mibs", "MIB profiles", "tag", "mibprofile"),
        ("types", "Device types", "tag", "devicetype"),
        ("manufacturers", "Manufacturers", "factory", "manufacturer"),
        ("sites", "Sites", "map-pin", "site"),
        ("racks", "Racks", "server", "rack"),
        ("tags", "Tags", "tags", "devicetag"),
        ("files", "Files", "file", "deviceattachment"),
    )
    secrets = (
        ("vault", "Credentials", "key-round", "credential"),
        ("credential-groups", "Groups", "boxes", "credentialgroup"),
        ("requests", "Access requests", "key-round", "credentialaccessrequest"),
        ("servers", "Authentication servers", "server", "enterpriseauthconfig"),
        ("accounts", "Service accounts", "user", "enterpriseauthuser"),
        ("host-keys", "SSH host keys", "key", "sshhostkey"),
    )
    rows = [
        (order * 10, section, slug, title, icon, f"{model}_changelist", model)
        for section, listed in (("Devices", entries), ("Vault", secrets))
        for order, (slug, title, icon, model) in enumerate(listed, 1)
    ]
    rows += [
        (15, "Devices", "topology", "Topology", "radar", "device_topology", "device"),
        (
            35,
            "Devices",
            "autodiscovery",
            "Autodiscovery",
            "radar",
            "device_autodiscovery",
            "device",
        ),
        (75, "Devices", "netbox", "NetBox", "boxes", "device_netbox", "device"),
        (76, "Devices", "prtg-settings", "PRTG", "activity", "device_prtg", "device"),
        (77, "Devices", "mcp", "MCP", "boxes", "device_mcp", "device"),
    ]
    for order, section, slug, title, icon, page, model in rows:
        registry.sidebar.register(
            SidebarEntry(
                slug=f"devices.{slug}",
                title=title,
                section=section,
                icon=icon,
                url_name=f"admin:devices_{page}",
                permission=f"devices.view_{model}",
                order=order,
            )
        )
    registry.verbs.register(
        PaletteVerb(
            "devices.discover", "Discover devices", "admin:devices_scan_add", "devices.view_scan"
        )
    )


def _figures() -> dict[str, int]:
    from devices.selectors import devices

    return devices.figures()


def _find_devices(user: Any, text: str, limit: int) -> list[SearchHit]:
    from devices.selectors import finds

    return finds.devices(text, limit)


def _silent_devices(user: Any) -> CardContent:
    from devices.selectors import finds

    lines, total, url = finds.silent()
    return CardContent(
        [CardLine(text, link, note, "bad") for text, link, note in lines],
        total,
        url,
        "Every device answers.",
    )


def _use_directories() -> None:
    from accounts.directory import sources
    from devices.services import directories

    sources.use(sources.Source(directories.listed, directories.opened))
