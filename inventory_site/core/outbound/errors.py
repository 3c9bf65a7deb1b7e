"""What a call to another machine may end in; the sentences tell nothing of our network."""

from inventory_site.core.errors import DomainError


class OutboundRefused(DomainError):
    """The address may not be called; nothing was sent."""

    code, status_code = "OUTBOUND_REFUSED", 400

    def __init__(self, message: str = "This address may not be called.") -> None:
        super().__init__(message)


class OutboundFailed(DomainError):
    """The other machine did not answer as it should.

    `reason` is not_found, unreachable, timeout, tls, protocol, too_large or redirects.
    """

    code, status_code = "OUTBOUND_FAILED", 503

    def __init__(self, reason: str) -> None:
        super().__init__(SENTENCES[reason], reason=reason)
        self.reason = reason


SENTENCES = {
    "not_found": "The host could not be found.",
    "unreachable": "The host could not be reached.",
    "timeout": "The host did not answer in time.",
    "tls": "The host could not prove who it is.",
    "protocol": "The host gave an answer that could not be understood.",
    "too_large": "The answer is larger than the limit.",
    "redirects": "The host sent the call elsewhere too often.",
}
