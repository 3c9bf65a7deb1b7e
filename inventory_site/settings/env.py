"""The one typed reader of the environment.

Every setting that an operator may change is declared once, in `DEFINITIONS`'s order, by calling one
of the readers below; `manage.py settings_page` prints `docs/settings.md` from these declarations.
"""

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Definition:
    """One environment variable as the settings page shows it."""

    name: str
    kind: str
    default: str
    meaning: str


DEFINITIONS: dict[str, Definition] = {}


def _read(name: str, kind: str, default: Any, meaning: str, convert: Callable[[str], Any]) -> Any:
    shown = "" if default is None else str(default)
    DEFINITIONS[name] = Definition(name, kind, shown, meaning)
    raw = os.environ.get(name)
    if raw is None or (raw.strip() == "" and kind != "text"):
        return default
    try:
        return convert(raw.strip())
    except (ValueError, TypeError, binascii.Error) as err:
        raise ImproperlyConfigured(f"{name} must be {kind}; {err}") from err


def is_given(name: str) -> bool:
    """Whether somebody set the variable at all; its own reader declares it."""
    return bool(os.environ.get(name, "").strip())


def text(name: str, default: str = "", meaning: str = "") -> str:
    """Read a text; white space around it is dropped."""
    return _read(name, "text", default, meaning, str)


def integer(name: str, default: int, meaning: str = "") -> int:
    """Read a whole number."""
    return _read(name, "a whole number", default, meaning, int)


def decimal(name: str, default: float, meaning: str = "") -> float:
    """Read a number."""
    return _read(name, "a number", default, meaning, float)


def flag(name: str, default: bool, meaning: str = "") -> bool:
    """Read on/off, yes/no, true/false or 1/0."""

    def convert(raw: str) -> bool:
        word = raw.lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise ValueError(f"{raw!r} is neither on nor off")

    return _read(name, "on or off", default, meaning, convert)


def choice(name: str, default: str, options: tuple[str, ...], meaning: str = "") -> str:
    """Read one of a few words."""

    def convert(raw: str) -> str:
        if raw.lower() not in options:
            raise ValueError(f"{raw!r} is none of {', '.join(options)}")
        return raw.lower()

    return _read(name, f"one of {', '.join(options)}", default, meaning, convert)


def items(name: str, default: tuple[str, ...] = (), meaning: str = "") -> list[str]:
    """Read a list separated by commas."""
    value = _read(
        name,
        "a comma list",
        ",".join(default),
        meaning,
        lambda raw: raw,
    )
    return [item.strip() for item in value.split(",") if item.strip()]


def folder(name: str, default: Path | str, meaning: str = "", shown: str | None = None) -> Path:
    """Read a folder; a relative one is taken from the current folder."""
    value = _read(name, "a folder", None, meaning, lambda raw: Path(raw).expanduser().resolve())
    DEFINITIONS[name] = Definition(name, "a folder", shown or str(default), meaning)
    return value or Path(default)


def vault_keys(name: str, meaning: str = "") -> dict[str, bytes]:
    """Read `id:base64 of 32 bytes` pairs; the first one encrypts."""

    def convert(raw: str) -> dict[str, bytes]:
        keys: dict[str, bytes] = {}
        for pair in raw.split(","):
            key_id, _, encoded = pair.strip().partition(":")
            key = base64.b64decode(encoded, validate=True)
            if not key_id or len(key) != 32:
                raise ValueError("each key is an id, a colon and 32 bytes in base64")
            keys[key_id] = key
        return keys

    return _read(name, "id:base64 pairs by comma", None, meaning, convert) or {}


# Compiling a question costs PostgreSQL a quarter of a second, more than any of ours takes to
# answer. A plan that is kept (core/postgresql) is the same for all values.
PLANNING = "-c jit=off -c plan_cache_mode=force_generic_plan"
PLANS_ARE_KEPT = 1  # what psycopg must be told before it keeps any
NOBODY = "patchbay@localhost"


def database(url: str) -> dict[str, Any]:
    """Turn a database address into Django's settings; `sqlite:///path` or `postgres://…`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "inventory_site.core.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or ":memory:",
            "CONN_MAX_AGE": 60,  # a new connection reads the whole schema before its first answer
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4000;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "inventory_site.core.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": {
                "options": PLANNING,
                "prepare_threshold": PLANS_ARE_KEPT,
                **dict(parse_qsl(parts.query)),
            },
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://")


def email(url: str) -> dict[str, Any]:
    """Turn `smtp://user:password@host:port?tls=1&from=address` into Django's settings; blank prints
    to the log."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ImproperlyConfigured("EMAIL_URL must begin with smtp:// or smtps://")
    query, user = dict(parse_qsl(parts.query)), unquote(parts.username or "")
    return {
        "DEFAULT_FROM_EMAIL": query.get("from") or (user if "@" in user else NOBODY),
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": query.get("tls") in {"1", "true"},
        "EMAIL_TIMEOUT": 10,
    }
