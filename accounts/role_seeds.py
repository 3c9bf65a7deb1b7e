"""The roles that every site begins with: the union of the replaced systems' roles."""

from dataclasses import dataclass

from accounts.permissions import (
    DEVICES,
    FABRICATION,
    JOBS,
    LAB_DEVICES,
    LAB_PEOPLE,
    NETWORK_INVENTORY,
    NETWORK_PEOPLE,
    STOCK,
    SYSTEM,
)

ALL_NAMES = (
    *NETWORK_INVENTORY,
    *NETWORK_PEOPLE,
    *SYSTEM,
    *DEVICES,
    *JOBS,
    *LAB_DEVICES,
    *LAB_PEOPLE,
    *STOCK,
    *FABRICATION,
)
NOT_ADMIN = frozenset({"system.roles.manage", "system.backup.manage", "settings:write"})


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """A role as seeded; `names` are permission names, see `accounts.permissions`."""

    name: str
    display_name: str
    priority: int
    names: tuple[str, ...]
    description: str = ""
    is_client_only: bool = False


def _names(*endings: str, within: tuple[str, ...] = ALL_NAMES) -> tuple[str, ...]:
    return tuple(name for name in within if name.endswith(endings))


_NETWORK = tuple(NETWORK_INVENTORY)

_LAB = (*LAB_DEVICES, *LAB_PEOPLE)
_LAB_READS = ("bookings:read", "devices:read", "users:read", "logs:read")

_DEVICE_VIEWER = (
    "devices.device.view",
    "jobs.job.view",
    "credentials.credential.view",
    "reports.report.view",
)
_DEVICE_OPERATOR = (
    *_DEVICE_VIEWER,
    "devices.device.connect",
    "devices.group.manage",
    "jobs.job.create",
    "jobs.job.edit",
    "jobs.job.run",
    "jobs.job.cancel",
    "jobs.schedule.manage",
    "credentials.credential.use",
    "reports.report.export",
)

ROLE_SEEDS: tuple[RoleSeed, ...] = (
    RoleSeed("super_admin", "Super administrator", 1000, ALL_NAMES, "May do everything."),
    RoleSeed(
        "admin",
        "Administrator",
        900,
        tuple(name for name in ALL_NAMES if name not in NOT_ADMIN),
        "Runs the site; may not manage roles or backups.",
    ),
    RoleSeed(
        "operator",
        "Operator",
        500,
        (
            *_names(":view", ":create", ":edit", within=_NETWORK),
            *_DEVICE_OPERATOR,
            "stock.view",
            "stock.change",
            "fab:read",
            "fab:submit",
            "fab:work",
            "fab:review",
        ),
        "Works on circuits, devices, stock and parts; manages no people.",
    ),
    RoleSeed(
        "viewer",
        "Viewer",
        100,
        (*_names(":view", within=_NETWORK), *_DEVICE_VIEWER, "stock.view", "fab:read"),
        "Looks at circuits, devices, stock and parts.",
    ),
    RoleSeed(
        "administrator",
        "Network administrator",
        800,
        (*_NETWORK, *NETWORK_PEOPLE),
        "Administrator of the network inventory.",
    ),
    RoleSeed(
        "provisioner",
        "Provisioner",
        400,
        (
            *(
                f"{m}:{v}"
                for m in (
                    "network_routes",
                    "locations",
                    "carriers",
                    "cnx_colocation",
                    "network_design",
                )
                for v in ("view", "create", "edit")
            ),
            "exchange_data:view",
            "exchange_data:edit",
            "network_design:clear_log",
            "exchange_rates:view",
            "change_logs:view",
        ),
        "Adds and edits circuits and locations.",
    ),
    RoleSeed(
        "read_only",
        "Read only",
        90,
        (
            *(
                f"{m}:view"
                for m in (
                    "network_routes",
                    "locations",
                    "carriers",
                    "cnx_colocation",
                    "exchange_rates",
                    "exchange_data",
                )
            ),
            *(f"network_design:{v}" for v in ("view", "create", "edit")),
        ),
        "Reads the network inventory.",
    ),
    RoleSeed("lab_super_admin", "Lab super administrator", 700, _LAB, "Runs the lab."),
    RoleSeed(
        "lab_admin",
        "Lab administrator",
        650,
        tuple(name for name in _LAB if name != "settings:write"),
        "Manages the lab.",
    ),
    RoleSeed(
        "lab_approver",
        "Lab approver",
        300,
        (*_LAB_READS, "bookings:write", "bookings:export"),
        "Decides on bookings.",
    ),
    RoleSeed("lab_viewer", "Lab viewer", 80, _LAB_READS, "Looks at the lab."),
    RoleSeed(
        "lab_researcher",
        "Lab researcher",
        50,
        (),
        "Books devices of the lab.",
        is_client_only=True,
    ),
    RoleSeed(
        "fab_reader", "Workshop: reads", 40, ("fab:read",), "Looks at parts.", is_client_only=True
    ),
    RoleSeed(
        "fab_submitter",
        "Workshop: submits",
        42,
        ("fab:read", "fab:submit"),
        "Submits parts to make.",
        is_client_only=True,
    ),
    RoleSeed(
        "fab_worker",
        "Workshop: makes",
        44,
        ("fab:read", "fab:work"),
        "Claims, makes and completes parts.",
        is_client_only=True,
    ),
    RoleSeed(
        "fab_reviewer",
        "Workshop: reviews",
        46,
        ("fab:read", "fab:submit", "fab:work", "fab:review"),
        "Approves and edits parts.",
        is_client_only=True,
    ),
    RoleSeed(
        "fab_admin", "Workshop: runs it", 48, tuple(FABRICATION), "All of it.", is_client_only=True
    ),
)
