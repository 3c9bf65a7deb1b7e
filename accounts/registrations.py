"""What identity gives to the whole."""

from inventory_site.core.registry import SidebarEntry, sidebar


def register() -> None:
    """Called once, when the app is ready."""
    sidebar.register(
        SidebarEntry(
            slug="audit",
            title="Audit",
            section="Settings",
            icon="history",
            url_name="admin:accounts_auditentry_changelist",
            permission="accounts.view_auditentry",
            order=90,
        )
    )
