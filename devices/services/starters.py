"""In whose name a run or a scan works: its starter's, as long as that account is there."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from devices.errors import Refused
from devices.models import ExecutorRun, Scan
from devices.services.sealed import COLUMNS

BY_SYSTEM = "by_system"


def person(actor: Any) -> User | None:
    """Return the account that something is begun by; None for the system."""
    return actor if isinstance(actor, User) else None


def note(options: dict[str, Any], actor: Any) -> None:
    """Note in the options of a run or a scan whether the system began it."""
    options.pop(BY_SYSTEM, None)
    if person(actor) is None:
        options[BY_SYSTEM] = True


def require(row: ExecutorRun | Scan) -> None:
    """Raise `Refused` where a person began this whose account is gone or off: the system has more
    rights than anybody."""
    who = row.started_by
    is_there = who.is_active if who else getattr(row, COLUMNS[type(row)]).get(BY_SYSTEM)
    if not is_there:
        raise Refused(
            "STARTER_GONE",
            "The account that began this was deleted or switched off, so it goes no further",
            409,
        )
