"""Rows of the route register."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone

from networkroutes import models
from tests.factories.base import ValidatedFactory

TERM = timedelta(days=60)


class RepositoryTypeFactory(ValidatedFactory):
    """A kind of inventory."""

    class Meta:
        model = models.RepositoryType

    name = factory.Sequence(lambda n: f"Repository {n}")


class NetworkRouteFactory(ValidatedFactory):
    """A circuit of 10 Gbps."""

    class Meta:
        model = models.NetworkRoute

    circuit_id = factory.Sequence(lambda n: f"LONPAR{n:06d}")
    repository_type_id = 1
    location_a = "LON1"
    location_b = "PAR1"
    underlying_carrier = "Aurora Fibre"
    cable_system = "Channel Link"
    bandwidth = "10000"
    expected_latency_ms = 7.5


class DarkFibreRouteFactory(NetworkRouteFactory):
    """A circuit that carries channels."""

    circuit_id = factory.Sequence(lambda n: f"DARKFB{n:06d}")
    bandwidth = "Dark Fiber"


class DarkFibreChannelFactory(ValidatedFactory):
    """A channel that nobody holds."""

    class Meta:
        model = models.DarkFibreChannel

    route = factory.SubFactory(DarkFibreRouteFactory)
    dwdm_wavelength = "1550.12"
    dwdm_ucn = factory.Sequence(lambda n: f"CHANNL{n:06d}")


class ReservationFactory(ValidatedFactory):
    """A reservation made an hour ago."""

    class Meta:
        model = models.Reservation

    channel = factory.SubFactory(DarkFibreChannelFactory)
    reserved_by = "Jana Novak"
    reserved_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    expires_at = factory.LazyAttribute(lambda made: made.reserved_at + TERM)


class ReservationLogFactory(ValidatedFactory):
    """A row of the reservation log."""

    class Meta:
        model = models.ReservationLog

    channel = factory.SubFactory(DarkFibreChannelFactory)
    circuit_id = factory.LazyAttribute(lambda made: made.channel.route.circuit_id)
    action = "RESERVED"


class LocationFactory(ValidatedFactory):
    """A point of presence."""

    class Meta:
        model = models.Location

    location_code = factory.Sequence(lambda n: f"POP{n}")
    city = "London"
    country = "United Kingdom"


class ExchangeRateFactory(ValidatedFactory):
    """A rate of an invented currency."""

    class Meta:
        model = models.ExchangeRate

    currency_code = factory.Sequence(lambda n: f"X{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}")
    exchange_rate = "1.5"


class KmzFileFactory(ValidatedFactory):
    """A row for a stored map; the blob is not made."""

    class Meta:
        model = models.KmzFile

    filename = factory.Sequence(lambda n: f"kmz_file-1751762477540-{n}.kmz")
    original_name = "map.kmz"


class TestResultsFileFactory(ValidatedFactory):
    """A row for a stored test result; the blob is not made."""

    __test__ = False

    class Meta:
        model = models.TestResultsFile

    route = factory.SubFactory(NetworkRouteFactory)
    filename = factory.Sequence(lambda n: f"test_results_files-1751762477540-{n}.txt")
    original_name = "otdr.txt"


class SavedSearchFactory(ValidatedFactory):
    """A saved search."""

    class Meta:
        model = models.SavedSearch

    search_name = "London to Singapore"


class DesignLogFactory(ValidatedFactory):
    """A row of the design tool's log."""

    class Meta:
        model = models.DesignLog

    action_type = "PATH_SEARCH"


class LegacyRecordFactory(ValidatedFactory):
    """A memory of an import."""

    class Meta:
        model = models.LegacyRecord

    table = "network_routes"
    legacy_id = factory.Sequence(str)
    object_id = 1


class LatencyProbeFactory(ValidatedFactory):
    """A ping of loopback."""

    class Meta:
        model = models.LatencyProbe

    route = factory.SubFactory(NetworkRouteFactory)
    target = "127.0.0.1"


class LatencyStateFactory(ValidatedFactory):
    """A circuit measured a moment ago."""

    class Meta:
        model = models.LatencyState

    route = factory.SubFactory(NetworkRouteFactory)
    latency_ms = 7.4
    sampled_at = factory.LazyFunction(timezone.now)
    source = "ping"


class LatencySampleFactory(ValidatedFactory):
    """One measurement."""

    class Meta:
        model = models.LatencySample

    route = factory.SubFactory(NetworkRouteFactory)
    sampled_at = factory.LazyFunction(timezone.now)
    latency_ms = 7.4
    source = "ping"


class OutageFactory(ValidatedFactory):
    """An outage that lasts."""

    class Meta:
        model = models.Outage

    route = factory.SubFactory(NetworkRouteFactory)
    source = "ping"


class CarrierFactory(ValidatedFactory):
    """An active carrier of Europe."""

    class Meta:
        model = models.Carrier

    carrier_name = factory.Sequence(lambda n: f"Carrier {n}")
    region = "EMEA"


class CarrierContactFactory(ValidatedFactory):
    """A contact confirmed now."""

    class Meta:
        model = models.CarrierContact

    carrier = factory.SubFactory(CarrierFactory)
    contact_name = factory.Sequence(lambda n: f"Contact {n}")


class LocationCapabilitiesFactory(ValidatedFactory):
    """A location without capabilities."""

    class Meta:
        model = models.LocationCapabilities

    location = factory.SubFactory(LocationFactory)


class PricingConfigFactory(ValidatedFactory):
    """A version of the margin rules with the defaults."""

    class Meta:
        model = models.PricingConfig

    values = factory.LazyFunction(lambda: {"charges.protectionPathMultiplier": 0.7})


class PromoRuleFactory(ValidatedFactory):
    """A promotion between two places."""

    class Meta:
        model = models.PromoRule

    rule_name = factory.Sequence(lambda n: f"Promotion {n}")
    source_locations = factory.LazyFunction(lambda: ["LON1"])
    destination_locations = factory.LazyFunction(lambda: ["PAR1"])
    price_under_100mb = "325.00"


class BulkUploadFactory(ValidatedFactory):
    """An upload that went in."""

    class Meta:
        model = models.BulkUpload

    module = "network_routes"
    filename = "routes.csv"
    outcome = "done"


class RepositoryFieldFactory(ValidatedFactory):
    """A text field of a kind of inventory."""

    class Meta:
        model = models.RepositoryField

    repository_type = factory.SubFactory(RepositoryTypeFactory)
    slug = factory.Sequence(lambda n: f"field_{n}")
    label = factory.Sequence(lambda n: f"Field {n}")


class InventoryRecordFactory(ValidatedFactory):
    """A record without values."""

    class Meta:
        model = models.InventoryRecord

    repository_type = factory.SubFactory(RepositoryTypeFactory)
    name = factory.Sequence(lambda n: f"Record {n}")
