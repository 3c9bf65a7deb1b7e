"""Models of the route register, one topic per file."""

from networkroutes.models.channels import DarkFibreChannel
from networkroutes.models.files import KmzFile, TestResultsFile
from networkroutes.models.locations import Location
from networkroutes.models.rates import ExchangeRate
from networkroutes.models.reservations import Reservation, ReservationLog
from networkroutes.models.routes import NetworkRoute, RepositoryType

__all__ = [
    "DarkFibreChannel",
    "ExchangeRate",
    "KmzFile",
    "Location",
    "NetworkRoute",
    "RepositoryType",
    "Reservation",
    "ReservationLog",
    "TestResultsFile",
]
