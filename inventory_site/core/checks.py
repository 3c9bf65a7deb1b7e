"""System checks: production refuses to start half configured."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


def _production() -> bool:
    return (settings.SETTINGS_MODULE or "").endswith(".prod")  # None under overridden settings


@register(Tags.security)
def production_is_configured(**kwargs: Any) -> list[CheckMessage]:
    """Refuse debug mode, default keys and a missing vault key in production."""
    if not _production():
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on in production.", id="patchbay.E001"))
    if len(settings.SECRET_KEY) < 32:
        found.append(
            Error("SECRET_KEY is missing or shorter than 32 characters.", id="patchbay.E002")
        )
    if not settings.VAULT_KEYS:
        found.append(
            Error(
                "VAULT_KEYS is not set.",
                hint="Set id:base64 of 32 random bytes; see docs/operations.md.",
                id="patchbay.E003",
            )
        )
    if not settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS is empty.", id="patchbay.E004"))
    if settings.NETWORKROUTES_OPEN_ACCESS == "full":
        found.append(
            Error("NETWORKROUTES_OPEN_ACCESS=full is refused in production.", id="patchbay.E005")
        )
    return found
