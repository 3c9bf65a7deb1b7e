"""Secrets stay out of log lines."""

import re
from collections.abc import MutableMapping
from typing import Any

MASK = "••••"
SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "privatekey",
    "bearer",
    "community",
    "authorization",
    "cookie",
)
SECRET_NAME = "|".join(SECRET_WORDS).replace("_", "[-_]")
IN_QUERY = re.compile(rf"([?&][^=&?\s]*(?:{SECRET_NAME})[^=&?\s]*=)[^&\s'\"<>]+", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    lowered = name.lower().replace("-", "_")
    return any(word in lowered for word in SECRET_WORDS)


def masked(value: Any) -> Any:
    """Return the value with every secret below it masked."""
    if isinstance(value, dict):
        return {
            key: MASK if is_secret(str(key)) and item else masked(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value


def without_secrets(value: Any) -> Any:
    """Return what a log shows: as `masked`, and addresses without the secrets of their queries."""
    if hasattr(value, "get_full_path"):  # a request, whose text is its address
        value = repr(value)
    return IN_QUERY.sub(rf"\1{MASK}", value) if isinstance(value, str) else masked(value)


def mask_secrets(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask secrets in a log event; a processor of structlog."""
    return {
        key: MASK if key != "event" and is_secret(key) and value else without_secrets(value)
        for key, value in event.items()
    }
