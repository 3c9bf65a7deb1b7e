"""Words that fields are limited to."""

from django.db import models


class DeviceCategory(models.TextChoices):
    """What kind of thing a device type is."""

    OPTICAL = "OPTICAL", "Optical"
    COMPUTE = "COMPUTE", "Compute"
    STORAGE = "STORAGE", "Storage"
    INFRA = "INFRA", "Infrastructure"


class PingStatus(models.TextChoices):
    """Whether an address answers; computed from what was last seen."""

    UP = "up", "Up"
    DOWN = "down", "Down"
    UNKNOWN = "unknown", "Unknown"


class HistoryAction(models.TextChoices):
    """What happened to a device."""

    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    DELETED = "deleted", "Deleted"
    BULK_UPDATED = "bulk_updated", "Updated in bulk"
    ATTACHMENT_ADDED = "attachment_added", "Attachment added"
    ATTACHMENT_DELETED = "attachment_deleted", "Attachment deleted"


class CredentialStatus(models.TextChoices):
    """Where a credential stands; see `CREDENTIAL_IN_USE`."""

    ACTIVE = "active", "Active"
    DISABLED = "disabled", "Disabled"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
    PENDING_ROTATION = "pending_rotation", "To be rotated"
    DELETED = "deleted", "Deleted"


# those that are handed out: what is to be rotated works until it is
CREDENTIAL_IN_USE = (CredentialStatus.ACTIVE, CredentialStatus.PENDING_ROTATION)


class AccessLevel(models.TextChoices):
    """Who may use a credential."""

    RESTRICTED = "restricted", "Restricted"
    STANDARD = "standard", "Standard"
    PUBLIC = "public", "Public"


class AccessRequestStatus(models.TextChoices):
    """Where a request to use a restricted credential stands."""

    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    DENIED = "denied", "Denied"
    EXPIRED = "expired", "Expired"


class AuthMethod(models.TextChoices):
    """Who checks a login on the device."""

    LOCAL = "local", "Local"
    TACACS = "tacacs", "TACACS+"
    RADIUS = "radius", "RADIUS"
    LDAP = "ldap", "LDAP"
    ACTIVE_DIRECTORY = "active_directory", "Active Directory"


class ScanKind(models.TextChoices):
    """What a scan looks for."""

    DISCOVERY = "discovery", "Discovery"
    INTERFACES = "interfaces", "Interfaces"
    LLDP = "lldp", "Neighbours"
    OPTICAL = "optical", "Optical power"


class ScanStatus(models.TextChoices):
    """Where a scan stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


SCAN_OPEN = (ScanStatus.QUEUED, ScanStatus.RUNNING)
SCAN_STOPPED = (ScanStatus.CANCELLED, ScanStatus.FAILED)


class TargetState(models.TextChoices):
    """Where one target of a scan or a run stands."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ReviewState(models.TextChoices):
    """What a person decided about something discovered."""

    PENDING = "pending", "To review"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Left out"


class RunStatus(models.TextChoices):
    """Where an executor run or a poll stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCESS = "success", "Success"
    PARTIAL = "partial", "Partial"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


RUN_OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)


class PollTarget(models.TextChoices):
    """Which devices a poll asks."""

    ALL = "all", "All devices"
    DEVICE = "device", "One device"
    DEVICE_GROUP = "device_group", "Device group"
    SITE = "site", "Site"
    ROLE = "role", "Role"
    MANUFACTURER = "manufacturer", "Manufacturer"
    CUSTOM_QUERY = "custom_query", "Filter"


EXECUTOR_WORDS = {
    "ssh": "SSH",
    "ping": "Ping",
    "snmp": "SNMP",
    "winrm": "WinRM",
    "traceroute": "Traceroute",
    "tcp_scan": "TCP scan",
    "discovery": "Discovery",
    "netbox": "NetBox",
    "netbox_autodiscovery": "NetBox autodiscovery",
}

LEGACY_SSH = "ssh_legacy"  # of a device's metadata: true offers it the old algorithms

CREDENTIALS = {
    "ssh": "SSH",
    "snmp": "SNMP",
    "api_key": "API key",
    "winrm": "WinRM",
    "pki": "PKI",
    "ldap": "LDAP",
    "active_directory": "Active Directory",
    "tacacs": "TACACS+",
    "radius": "RADIUS",
}


def credential_word(kind: str) -> str:
    """Say the type of a credential as people do."""
    return CREDENTIALS.get(kind) or kind.replace("_", " ").capitalize()
