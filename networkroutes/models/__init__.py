"""Models of the route register, one topic per file."""

from networkroutes.models.channels import DarkFibreChannel
from networkroutes.models.design import DesignLog, LegacyRecord, SavedSearch
from networkroutes.models.files import KmzFile, TestResultsFile
from networkroutes.models.locations import Location
from networkroutes.models.rates import ExchangeRate
from networkroutes.models.reservations import Reservation, ReservationLog
from networkroutes.models.routes import NetworkRoute, RepositoryType

__all__ = [
    "DarkFibreChannel",
    "DesignLog",
    "ExchangeRate",
    "KmzFile",
    "LegacyRecord",
    "Location",
    "NetworkRoute",
    "RepositoryType",
    "Reservation",
    "ReservationLog",
    "SavedSearch",
    "TestResultsFile",
]
