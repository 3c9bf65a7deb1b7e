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


class PopType(models.TextChoices):
    """Suggested words for a location's kind."""

    PRIMARY = "Primary", "Primary"
    SECONDARY = "Secondary", "Secondary"
    TERTIARY = "Tertiary", "Tertiary"
