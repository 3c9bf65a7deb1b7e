"""Refusals of devices and the vault; the sentences are those of the contracts."""

from __future__ import annotations

from typing import Any

from inventory_site.core.errors import ConflictError, DomainError, NotFound


class Invalid(DomainError):
    """One field is wrong; `details.field` names it."""

    code = "VALIDATION_ERROR"

    def __init__(self, field: str, message: str, **details: Any) -> None:
        super().__init__(message, field=field, fields={field: [message]}, **details)
        self.field = field


class InvalidAddress(Invalid):
    """The text is no IP address."""

    def __init__(self, value: Any, field: str = "ip_address") -> None:
        super().__init__(field, f"Invalid IP address: {value}")


class Missing(NotFound):
    """No row of that key; the code is made of the resource's name."""

    def __init__(self, resource: str, key: Any) -> None:
        super().__init__(f'{resource} with ID "{key}" not found')
        self.code = f"{resource.upper().replace(' ', '_')}_NOT_FOUND"
        self.resource, self.key = resource, key


class Taken(ConflictError):
    """The name, serial number or other key belongs to another row."""

    def __init__(self, resource: str, message: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.code = f"{resource.upper().replace(' ', '_')}_CONFLICT"


class InUse(ConflictError):
    """Something still points at the row."""

    code = "IN_USE"


class DeviceBooked(ConflictError):
    """A device with active bookings stays."""

    code = "DEVICE_BOOKED"

    def __init__(self) -> None:
        super().__init__("Device has active bookings")


class AddressTaken(ConflictError):
    """Another (type, name) is managed at this address."""

    code = "ADDRESS_TAKEN"

    def __init__(self, ip: str) -> None:
        text = "IP address already exists for another device"
        super().__init__(text, field="mgmt_ip", ip_address=ip)


class Refused(DomainError):
    """A rule said no, under a code that the contract names."""

    def __init__(self, code: str, message: str, status: int = 400, **details: Any) -> None:
        super().__init__(message, **details)
        self.code, self.status_code = code, status


class Unreadable(Refused):
    """A secret whose key is gone, or that is damaged."""

    def __init__(self, **details: Any) -> None:
        text = "The secret does not open with the keys of this site"
        super().__init__("SECRET_UNREADABLE", text, 409, **details)


class RemoteFailed(DomainError):
    """Another system answered with an error, or not at all."""

    code, status_code = "CONNECTION_ERROR", 502

    def __init__(self, code: str, message: str, status: int = 502, **details: Any) -> None:
        super().__init__(message, **details)
        self.code, self.status_code = code, status
