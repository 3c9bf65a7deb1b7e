"""What a location can do (contract 12.6)."""

from __future__ import annotations

from django.db import models

from inventory_site.core.models.base import TimeStamped
from networkroutes.models.locations import Location

CAPABILITIES = (
    "cnx_extranet_wan",
    "cnx_ethernet",
    "cnx_voice",
    "tdm_gateway",
    "cnx_unigy",
    "cnx_alpha",
    "cnx_chrono",
    "cnx_sdwan",
    "csp_on_ramp",
    "exchange_on_ramp",
    "internet_on_ramp",
    "transport_only_pop",
    "cnx_colocation",
)


class LocationCapabilities(TimeStamped):
    """The thirteen yes-or-no capabilities of one location; no row means none of them."""

    location = models.OneToOneField(Location, on_delete=models.CASCADE, related_name="capabilities")
    cnx_extranet_wan = models.BooleanField(default=False)
    cnx_ethernet = models.BooleanField(default=False)
    cnx_voice = models.BooleanField(default=False)
    tdm_gateway = models.BooleanField("TDM gateway", default=False)
    cnx_unigy = models.BooleanField(default=False)
    cnx_alpha = models.BooleanField(default=False)
    cnx_chrono = models.BooleanField(default=False)
    cnx_sdwan = models.BooleanField("CNX SD-WAN", default=False)
    csp_on_ramp = models.BooleanField("CSP on-ramp", default=False)
    exchange_on_ramp = models.BooleanField("exchange on-ramp", default=False)
    internet_on_ramp = models.BooleanField("internet on-ramp", default=False)
    transport_only_pop = models.BooleanField("transport-only POP", default=False)
    cnx_colocation = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "location capabilities"

    def __str__(self) -> str:
        return str(self.location)
