"""Refusals of the route register; the sentences are those of the client contract."""

from inventory_site.core.errors import ConflictError, DomainError, NotFound, TooLarge


class InvalidCircuitId(DomainError):
    """A UCN is six capital letters and six digits."""

    code = "INVALID_CIRCUIT_ID"

    def __init__(self) -> None:
        super().__init__("Invalid circuit_id format", field="circuit_id")


class InvalidBandwidth(DomainError):
    """Bandwidth is `Dark Fiber` or begins with a number of Mbps above zero."""

    code = "INVALID_BANDWIDTH"

    def __init__(self) -> None:
        super().__init__(
            'Bandwidth must be either "Dark Fiber" or a numeric value', field="bandwidth"
        )


class InvalidField(DomainError):
    """One field is wrong."""

    code = "VALIDATION_ERROR"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field, fields={field: [message]})


class DuplicateCircuit(ConflictError):
    """The UCN is taken."""

    code = "ROUTE_CONFLICT"


class DuplicateRepositoryType(ConflictError):
    """The name is taken."""

    code = "REPOSITORY_TYPE_CONFLICT"


class DuplicateLocation(ConflictError):
    """The location code is taken."""

    code = "LOCATION_CONFLICT"


class DuplicateRate(ConflictError):
    """The currency has a rate already."""

    code = "EXCHANGE_RATE_CONFLICT"


class RouteNotFound(NotFound):
    """No circuit of that UCN or id."""

    code = "ROUTE_NOT_FOUND"


class ChannelNotFound(NotFound):
    """No channel of that id."""

    code = "CHANNEL_NOT_FOUND"


class LocationNotFound(NotFound):
    """No location of that id."""

    code = "LOCATION_NOT_FOUND"


class RateNotFound(NotFound):
    """No exchange rate of that id."""

    code = "EXCHANGE_RATE_NOT_FOUND"


class RouteFileNotFound(NotFound):
    """No such file."""

    code = "ROUTE_FILE_NOT_FOUND"


class CannotReserve(ConflictError):
    """The channel holds an active reservation."""

    code = "CHANNEL_RESERVED"


class CannotRelease(ConflictError):
    """The channel holds no active reservation."""

    code = "CHANNEL_NOT_RESERVED"


class CannotRenew(ConflictError):
    """The reservation is not open, or not the caller's."""

    code = "RESERVATION_NOT_RENEWABLE"


class BaseCurrency(DomainError):
    """USD is the base; it has no rate but 1."""

    code = "BASE_CURRENCY"


class UploadRefused(DomainError):
    """A file is missing, of the wrong kind, or one too many."""

    code = "UPLOAD_REFUSED"


class FileTooLarge(TooLarge):
    """A file is over the limit of its kind."""

    code = "FILE_TOO_LARGE"


class PathRefused(DomainError):
    """A path search or price was asked for wrongly."""

    code = "DESIGN_INVALID"


class PathNotFound(NotFound):
    """No path between the two, or one of them is not in the network; `details` tells why."""

    code = "PATH_NOT_FOUND"


class DuplicateRecord(ConflictError):
    """Another record of the same kind has the name."""

    code = "INVENTORY_RECORD_CONFLICT"


class FieldInUse(ConflictError):
    """Records have values of a field that was to be changed or removed."""

    code = "REPOSITORY_FIELD_IN_USE"


class RecordNotFound(NotFound):
    """No such record, or no such field."""

    code = "INVENTORY_RECORD_NOT_FOUND"


class ProbeBusy(ConflictError):
    """A circuit has no probe, or another run measures it now."""

    code = "PROBE_BUSY"


class RateMissing(DomainError):
    """A currency that a price needs has no active rate."""

    code = "EXCHANGE_RATE_MISSING"


class SearchNotFound(NotFound):
    """No saved search of that id."""

    code = "SAVED_SEARCH_NOT_FOUND"


class LatencyImpossible(DomainError):
    """An expected latency is shorter than light needs through the line of the circuit's map."""

    code = "LATENCY_BELOW_LIGHT"


class CarrierRefused(DomainError):
    """A carrier or contact breaks a rule of the directory."""

    code = "CARRIER_INVALID"


class CarrierNotFound(NotFound):
    """No carrier or contact of that id."""

    code = "CARRIER_NOT_FOUND"


class PricingRulesInvalid(DomainError):
    """Margin rules or a promotion are not complete or not consistent."""

    code = "PRICING_RULES_INVALID"


class PromoNotFound(NotFound):
    """No promotion of that id."""

    code = "PROMO_RULE_NOT_FOUND"


class RateInUse(DomainError):
    """A circuit is priced in the currency."""

    code = "EXCHANGE_RATE_IN_USE"


class BulkRefused(DomainError):
    """A bulk upload did not hold; nothing was written."""

    code = "BULK_UPLOAD_INVALID"
