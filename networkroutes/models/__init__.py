"""Models of the route register, one topic per file."""

from networkroutes.models.capabilities import LocationCapabilities
from networkroutes.models.carriers import Carrier, CarrierContact
from networkroutes.models.channels import DarkFibreChannel
from networkroutes.models.design import BulkUpload, DesignLog, LegacyRecord, SavedSearch
from networkroutes.models.files import KmzFile, TestResultsFile
from networkroutes.models.latency import LatencyProbe, LatencySample, LatencyState, Outage
from networkroutes.models.locations import Location
from networkroutes.models.pricing import PricingConfig, PromoRule
from networkroutes.models.rates import ExchangeRate
from networkroutes.models.repositories import InventoryRecord, RepositoryField
from networkroutes.models.reservations import Reservation, ReservationLog
from networkroutes.models.routes import NetworkRoute, RepositoryType

__all__ = [
    "BulkUpload",
    "Carrier",
    "CarrierContact",
    "DarkFibreChannel",
    "DesignLog",
    "ExchangeRate",
    "InventoryRecord",
    "KmzFile",
    "LatencyProbe",
    "LatencySample",
    "LatencyState",
    "LegacyRecord",
    "Location",
    "LocationCapabilities",
    "NetworkRoute",
    "Outage",
    "PricingConfig",
    "PromoRule",
    "RepositoryField",
    "RepositoryType",
    "Reservation",
    "ReservationLog",
    "SavedSearch",
    "TestResultsFile",
]
