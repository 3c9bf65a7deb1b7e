"""The one table of permission names.

Contracts speak of permissions by their own names (`jobs.job.run`, `network_routes:create`,
`devices:write`). Each name stands for one or more Django permissions; code checks Django
permissions only.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

_VERBS = {"view": "view", "create": "add", "edit": "change", "delete": "delete"}


def _on(app: str, verb: str, *models: str) -> tuple[str, ...]:
    return tuple(f"{app}.{verb}_{model}" for model in models)


def _matrix(module: str, app: str, *models: str) -> dict[str, tuple[str, ...]]:
    """Names of a module of the network-inventory matrix: view, create, edit, delete."""
    return {f"{module}:{word}": _on(app, verb, *models) for word, verb in _VERBS.items()}


def _marked(module: str) -> dict[str, tuple[str, ...]]:
    """Names of a module of that matrix which has no table of its own here."""
    return {f"{module}:{word}": (f"accounts.{module}_{word}",) for word in _VERBS}


_ROUTE_MODELS = (
    "networkroute",
    "darkfibrechannel",
    "reservation",
    "kmzfile",
    "testresultsfile",
    "repositorytype",
    "repositoryfield",
    "inventoryrecord",
    "latencyprobe",
)
_ROUTE_HISTORY = _on(
    "networkroutes", "view", "reservationlog", "latencysample", "latencystate", "outage"
)

NETWORK_INVENTORY: dict[str, tuple[str, ...]] = {
    **_matrix("network_routes", "networkroutes", *_ROUTE_MODELS),
    **_matrix("locations", "networkroutes", "location", "locationcapabilities"),
    **_matrix("network_design", "networkroutes", "savedsearch"),
    **_matrix("carriers", "networkroutes", "carrier", "carriercontact"),
    **_matrix("exchange_rates", "networkroutes", "exchangerate"),
    **_marked("cnx_colocation"),
    **_marked("exchange_data"),
    "change_logs:view": (
        "accounts.change_logs_view",
        "networkroutes.view_reservationlog",
        "accounts.view_auditentry",
    ),
}
NETWORK_INVENTORY["network_routes:view"] += _ROUTE_HISTORY
NETWORK_INVENTORY["network_design:view"] += ("networkroutes.view_designlog",)
NETWORK_INVENTORY["network_design:create"] += ("networkroutes.add_designlog",)
NETWORK_INVENTORY |= {
    "network_design:clear_log": ("networkroutes.delete_designlog",),
    "pricing_rules:manage": (
        *_on("networkroutes", "view", "pricingconfig", "promorule"),
        *_on("networkroutes", "add", "pricingconfig", "promorule"),
        *_on("networkroutes", "change", "pricingconfig", "promorule"),
        "networkroutes.delete_promorule",
    ),
    "bulk_upload:run": _on("networkroutes", "add", "bulkupload")
    + _on("networkroutes", "view", "bulkupload"),
    "live_latency:ingest": _on("networkroutes", "add", "latencysample"),
}

NETWORK_PEOPLE: dict[str, tuple[str, ...]] = {
    f"user_management:{word}": (
        f"accounts.user_management_{word}",
        *_on("accounts", verb, "user"),
    )
    for word, verb in _VERBS.items()
}
"""Apart from the register's names: open mode gives those to strangers."""

_SCHEDULE_MODELS = (
    "periodictask",
    "intervalschedule",
    "crontabschedule",
    "solarschedule",
    "clockedschedule",
)

SYSTEM: dict[str, tuple[str, ...]] = {
    "system.settings.view": (
        "accounts.view_setting",
        "core.view_queuedtask",
        *_on("django_celery_beat", "view", *_SCHEDULE_MODELS),
    ),
    "system.settings.edit": (
        "accounts.change_setting",
        "core.change_queuedtask",
        *_on("django_celery_beat", "change", *_SCHEDULE_MODELS),
        *_on("django_celery_beat", "add", *_SCHEDULE_MODELS[1:]),
    ),
    "system.users.view": ("accounts.view_user", "accounts.view_session", "accounts.view_apikey"),
    "system.users.create": ("accounts.add_user", "accounts.add_apikey"),
    "system.users.edit": (
        "accounts.change_user",
        "accounts.change_session",
        "accounts.change_apikey",
    ),
    "system.users.delete": ("accounts.delete_user",),
    "system.roles.manage": _on("accounts", "view", "role")
    + _on("accounts", "add", "role")
    + _on("accounts", "change", "role")
    + _on("accounts", "delete", "role"),
    "system.audit.view": (
        "accounts.view_auditentry",
        "accounts.view_auditseal",
        "accounts.view_logentry",
    ),
    "system.backup.manage": ("accounts.manage_backup",),
}

JOBS: dict[str, tuple[str, ...]] = {
    **{
        f"jobs.job.{verb}": (f"accounts.jobs_{verb}",)
        for verb in ("view", "create", "edit", "delete", "run", "cancel")
    },
    "jobs.schedule.manage": ("accounts.jobs_manage_schedule",),
    "jobs.template.manage": ("accounts.jobs_manage_template",),
    **{
        f"reports.report.{verb}": (f"accounts.reports_{verb}",)
        for verb in ("view", "create", "export")
    },
}

_DEVICE_REGISTERS = ("site", "rack", "manufacturer", "devicetype", "devicetag")
_DEVICE_RESULTS = (
    "managementaddress",
    "devicehistory",
    "deviceattachment",
    "devicegroup",
    "interfacestate",
    "scan",
    "executorrun",
    "pollconfig",
    "pollexecution",
    "polltype",
    "mibprofile",
    "netboxcacheentry",
    "healthscore",
    "prtgalert",
    "sshhostkey",
    "spanbaseline",
    "oidgroup",
    "oidmapping",
)
_VAULT_ROWS = (
    "credentialgroup",
    "credentialuse",
    "credentialassignment",
    "credentialaccessrequest",
)
_ENTERPRISE = ("enterpriseauthconfig", "enterpriseauthuser")

DEVICES: dict[str, tuple[str, ...]] = {
    "devices.device.view": _on("devices", "view", "device", *_DEVICE_REGISTERS, *_DEVICE_RESULTS),
    "devices.device.create": _on("devices", "add", "device", *_DEVICE_REGISTERS),
    "devices.device.edit": _on("devices", "change", "device", *_DEVICE_REGISTERS),
    "devices.device.delete": _on("devices", "delete", "device", *_DEVICE_REGISTERS),
    "devices.device.connect": ("devices.connect_device",),
    "devices.group.manage": (
        *_on("devices", "add", "devicegroup"),
        *_on("devices", "change", "devicegroup"),
        *_on("devices", "delete", "devicegroup"),
    ),
    "credentials.credential.view": _on("devices", "view", "credential", *_VAULT_ROWS, *_ENTERPRISE),
    "credentials.credential.create": ("devices.add_credential",),
    "credentials.credential.edit": ("devices.change_credential",),
    "credentials.credential.delete": ("devices.delete_credential",),
    "credentials.credential.use": ("devices.use_credential",),
    "credentials.credential.reveal": ("devices.reveal_credential",),
    "credentials.group.manage": ("devices.manage_credentialgroup",),
    "credentials.enterprise.manage": ("devices.manage_enterpriseauth",),
}

LAB_DEVICES: dict[str, tuple[str, ...]] = {
    "devices:read": ("accounts.lab_read_devices", *DEVICES["devices.device.view"]),
    "devices:write": (
        "accounts.lab_write_devices",
        *DEVICES["devices.device.create"],
        *DEVICES["devices.device.edit"],
        *DEVICES["devices.device.delete"],
    ),
}

LAB_PEOPLE: dict[str, tuple[str, ...]] = {
    "bookings:read": ("accounts.lab_read_bookings",),
    "bookings:write": ("accounts.lab_write_bookings",),
    "bookings:export": ("accounts.lab_export_bookings",),
    "users:read": ("accounts.lab_read_users", "accounts.view_labprofile"),
    "users:write": (
        "accounts.lab_write_users",
        *_on("accounts", "view", "labprofile", "labinvitation"),
    ),
    "logs:read": ("accounts.lab_read_logs",),
    "logs:export": ("accounts.lab_export_logs",),
    "topologies:write": ("accounts.lab_write_topologies",),
    "settings:write": ("accounts.lab_write_settings",),
}

_STOCK_MODELS = (
    "stockpart",
    "parttype",
    "parameterdefinition",
    "box",
    "boxlocation",
    "partlocation",
    "stockdocument",
    "seller",
    "partseller",
    "shoppinglist",
    "shoppingitem",
    "shoppinggroup",
    "kit",
    "kitrequirement",
    "kitlistlink",
    "picklist",
    "picklistline",
    "reorgplan",
    "stocktake",
    "stocktakeline",
    "stockjob",
    "airun",
)
_STOCK_LOG = ("stockmovement",)

STOCK: dict[str, tuple[str, ...]] = {
    "stock.view": _on("parts", "view", *_STOCK_MODELS, *_STOCK_LOG),
    "stock.change": (
        *_on("parts", "add", *_STOCK_MODELS),
        *_on("parts", "change", *_STOCK_MODELS),
        *_on("parts", "delete", *_STOCK_MODELS),
    ),
    "stock.admin": ("parts.administer_stock",),
}

FABRICATION: dict[str, tuple[str, ...]] = {
    "fab:read": _on(
        "parts",
        "view",
        "fabricationpart",
        "fabricationfile",
        "convertedmodel",
        "partview",
        "partevent",
        "machine",
    ),
    "fab:submit": ("parts.add_fabricationpart",),
    "fab:work": ("parts.work_fabricationpart",),
    "fab:review": (
        "parts.review_fabricationpart",
        "parts.change_fabricationpart",
        "parts.add_machine",
        "parts.change_machine",
    ),
    "fab:admin": (
        "parts.administer_fabrication",
        "parts.delete_fabricationpart",
        "parts.delete_machine",
    ),
}

PERMISSION_NAMES: dict[str, tuple[str, ...]] = {
    **NETWORK_INVENTORY,
    **NETWORK_PEOPLE,
    **SYSTEM,
    **DEVICES,
    **JOBS,
    **LAB_DEVICES,
    **LAB_PEOPLE,
    **STOCK,
    **FABRICATION,
}

OLD_NAMES = {
    "jobs.job.execute": ("jobs.job.run",),
    "credentials.credential.view_secret": ("credentials.credential.reveal",),
    "notifications.channel.view": ("system.settings.view",),
    "notifications.channel.create": ("system.settings.edit",),
    "notifications.channel.edit": ("system.settings.edit",),
    "notifications.channel.delete": ("system.settings.edit",),
    "notifications.channel.*": ("system.settings.view", "system.settings.edit"),
    "system.users.manage": (
        "system.users.view",
        "system.users.create",
        "system.users.edit",
        "system.users.delete",
    ),
}


def names_for(code: str) -> list[str]:
    """Return the names that a code stands for: itself, an old name's successors, or all that a
    wildcard (`devices.*.*`) covers; nothing for an unknown code."""
    if code in PERMISSION_NAMES:
        return [code]
    if code in OLD_NAMES:
        return list(OLD_NAMES[code])
    if "*" not in code:
        return []
    return [name for name in PERMISSION_NAMES if fnmatchcase(name, code)]


def django_permissions(names: Iterable[str]) -> frozenset[str]:
    """Return the Django permissions behind the names; `KeyError` names an unknown one."""
    return frozenset(perm for name in names for perm in PERMISSION_NAMES[name])


def unknown_names(names: Iterable[str]) -> list[str]:
    """Return those that are not in the table, in order."""
    return [name for name in names if name not in PERMISSION_NAMES]
