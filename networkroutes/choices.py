"""Words that fields are limited to."""

from django.db import models


class ReservationStatus(models.TextChoices):
    """Where a reservation stands; only one per channel may be open."""

    OPEN = "open", "Reserved"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Expired"


class ReservationAction(models.TextChoices):
    """Rows of the reservation log (contract 3.4; RENEWED is native only)."""

    RESERVED = "RESERVED", "Reserved"
    RELEASED = "RELEASED", "Released"
    EXPIRED = "EXPIRED", "Expired"
    RENEWED = "RENEWED", "Renewed"


class LocationStatus(models.TextChoices):
    """Suggested words for a location's status; the client surface stores what is sent."""

    ACTIVE = "Active", "Active"
    INACTIVE = "Inactive", "Inactive"
    MAINTENANCE = "Maintenance", "Maintenance"
    CONSTRUCTION = "Under Construction", "Under Construction"
    DECOMMISSION = "Under Decommission", "Under Decommission"


class PopType(models.TextChoices):
    """Suggested words for a location's kind."""

    PRIMARY = "Primary", "Primary"
    SECONDARY = "Secondary", "Secondary"
    TERTIARY = "Tertiary", "Tertiary"
    TIER_1 = "Tier 1", "Tier 1"
    TIER_2 = "Tier 2", "Tier 2"
    TIER_3 = "Tier 3", "Tier 3"
    EXCHANGE = "Exchange", "Exchange"


class ChannelState(models.TextChoices):
    """What a channel is to people now; never stored."""

    FREE = "free", "Free"
    RESERVED = "reserved", "Reserved"
    LIT = "lit", "Lit"


class RouteState(models.TextChoices):
    """What the last measurement says of a circuit; never stored."""

    OUTAGE = "outage", "Outage"
    SLOW = "slow", "Over limit"
    ACTIVE = "active", "Active"
    UNMEASURED = "unmeasured", "Never measured"


class LatencyState(models.TextChoices):
    """Whether a circuit keeps its SLA, or 10 % above the expected latency; never stored."""

    KEPT = "kept", "Within limit"
    SLOW = "slow", "Over limit"


class CarrierStatus(models.TextChoices):
    """Whether a carrier may still be chosen."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"


class Region(models.TextChoices):
    """The operator's three regions."""

    AMERS = "AMERs", "AMERs"
    EMEA = "EMEA", "EMEA"
    APAC = "APAC", "APAC"


class EquipmentType(models.TextChoices):
    """Whose equipment lights a circuit; unknown counts as Nokia."""

    NOKIA = "Nokia", "Nokia"
    CISCO = "Cisco", "Cisco"
    MIXED = "Mixed", "Mixed"


class ChannelBandwidth(models.TextChoices):
    """Bandwidths of a wavelength."""

    G1 = "1Gb", "1 Gb"
    G10 = "10Gb", "10 Gb"
    G100 = "100Gb", "100 Gb"
    G200 = "200Gb", "200 Gb"
    G400 = "400Gb", "400 Gb"
    G800 = "800Gb", "800 Gb"


class ProbeKind(models.TextChoices):
    """How a circuit is measured."""

    PING = "ping", "Ping"
    TCP = "tcp", "TCP connection"
    SNMP = "snmp", "SNMP answer"
    HTTP = "http", "HTTP poll"


class FieldKind(models.TextChoices):
    """What a typed field of a repository type holds."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    WHOLE = "whole", "Whole number"
    YES_NO = "yes_no", "Yes or no"
    DATE = "date", "Date"
    CHOICE = "choice", "One of a list"


class DesignAction(models.TextChoices):
    """What the design log tells (contract 3.9)."""

    PATH_SEARCH = "PATH_SEARCH", "Path search"
    PRICING = "PRICING_CALCULATION", "Price"
    KMZ = "KMZ_GENERATION", "Map"


class BulkOutcome(models.TextChoices):
    """How a bulk upload ended, or where it is."""

    QUEUED = "queued", "Waiting"
    CHECKING = "checking", "Checking lines"
    WRITING = "writing", "Writing"
    DRY_RUN = "dry_run", "Dry run"
    DONE = "done", "Imported"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


OPEN_UPLOADS = (BulkOutcome.QUEUED, BulkOutcome.CHECKING, BulkOutcome.WRITING)
