"""Points of presence."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from inventory_site.core.models.base import TimeStamped, Versioned
from inventory_site.core.search import search_text_field
from networkroutes.choices import Region
from networkroutes.models.pricing import tier_price


class Location(TimeStamped, Versioned):
    """A place where circuits end, known by its code; circuits name it as text, not by key."""

    location_code = models.CharField("code", max_length=100, unique=True)
    city = models.CharField(max_length=255)
    country = models.CharField(max_length=255)
    datacenter_name = models.CharField("data centre", max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    datacenter_address = models.TextField("address", null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    latitude = models.FloatField(
        "latitude, degrees",
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        "longitude, degrees",
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    time_zone = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    pop_type = models.CharField("POP type", max_length=64, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    status = models.CharField(max_length=64, default="Active", null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    region = models.CharField(max_length=16, choices=Region, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    provider = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    access_info = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    more_info = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    design_file = models.CharField(max_length=255, null=True, blank=True, editable=False)  # noqa: DJ001  null and blank differ on the wire
    min_price_under_100mb = tier_price("minimum price below 100 Mbps, USD")
    min_price_100_to_999mb = tier_price("minimum price 100 to 999 Mbps, USD")
    min_price_1000_to_2999mb = tier_price("minimum price 1,000 to 2,999 Mbps, USD")
    min_price_3000mb_plus = tier_price("minimum price from 3,000 Mbps, USD")

    search_text = search_text_field(
        "location_code", "city", "country", "datacenter_name", "datacenter_address"
    )

    class Meta:
        ordering = ["location_code"]
        indexes = [models.Index(fields=["status"], name="networkroutes_location_status")]

    def __str__(self) -> str:
        return self.location_code
