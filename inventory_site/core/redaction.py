"""Secrets stay out of log lines."""

from collections.abc import MutableMapping
from typing import Any

MASK = "••••"
SECRET_WORDS = (
    "password",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "community",
    "authorization",
    "cookie",
)


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


def mask_secrets(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask secrets in a log event; a processor of structlog."""
    return {
        key: MASK if key != "event" and is_secret(key) and value else masked(value)
        for key, value in event.items()
    }
