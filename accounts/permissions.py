"""The one table of permission names.

Contracts speak of permissions by their own names (`jobs.job.run`, `network_routes:create`,
`devices:write`). Each name stands for one or more Django permissions; code checks Django
permissions only.
"""

from collections.abc import Iterable

_VERBS = {"view": "view", "create": "add", "edit": "change", "delete": "delete"}


def _on(app: str, verb: str, *models: str) -> tuple[str, ...]:
    return tuple(f"{app}.{verb}_{model}" for model in models)


def _matrix(module: str, app: str, *models: str) -> dict[str, tuple[str, ...]]:
    """Names of a module of the network-inventory matrix: view, create, edit, delete."""
    return {f"{module}:{word}": _on(app, verb, *models) for word, verb in _VERBS.items()}


_ROUTE_MODELS = (
    "networkroute",
    "darkfibrechannel",
    "reservation",
    "kmzfile",
    "testresultsfile",
    "repositorytype",
)

NETWORK_INVENTORY: dict[str, tuple[str, ...]] = {
    **_matrix("network_routes", "networkroutes", *_ROUTE_MODELS),
    **_matrix("locations", "networkroutes", "location"),
    **_matrix("exchange_rates", "networkroutes", "exchangerate"),
    "change_logs:view": ("networkroutes.view_reservationlog", "accounts.view_auditentry"),
}
NETWORK_INVENTORY["network_routes:view"] += ("networkroutes.view_reservationlog",)

SYSTEM: dict[str, tuple[str, ...]] = {
    "system.settings.view": ("accounts.view_setting", "core.view_queuedtask"),
    "system.settings.edit": ("accounts.change_setting", "core.change_queuedtask"),
    "system.users.view": ("accounts.view_user", "accounts.view_session", "accounts.view_apikey"),
    "system.users.create": ("accounts.add_user", "accounts.add_apikey"),
    "system.users.edit": (
        "accounts.change_user",
        "accounts.change_session",
        "accounts.change_apikey",
    ),
    "system.users.delete": ("accounts.delete_user",),
    "system.roles.manage": ("accounts.view_role", "accounts.add_role", "accounts.change_role"),
    "system.audit.view": ("accounts.view_auditentry", "accounts.view_logentry"),
}

PERMISSION_NAMES: dict[str, tuple[str, ...]] = {**NETWORK_INVENTORY, **SYSTEM}


def django_permissions(names: Iterable[str]) -> frozenset[str]:
    """Return the Django permissions behind the names; `KeyError` names an unknown one."""
    return frozenset(perm for name in names for perm in PERMISSION_NAMES[name])


def unknown_names(names: Iterable[str]) -> list[str]:
    """Return those that are not in the table, in order."""
    return [name for name in names if name not in PERMISSION_NAMES]
