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
