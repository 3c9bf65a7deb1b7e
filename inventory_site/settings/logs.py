"""Logs: one line per event with the request id; JSON in production, text elsewhere."""

import io
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from inventory_site.core.redaction import mask_secrets, text_without_secrets
from inventory_site.settings import env

LOG_LEVEL = env.choice(
    "LOG_LEVEL", "info", ("debug", "info", "warning", "error"), "Least level that is logged."
)
LOG_JSON = env.flag("LOG_JSON", False, "Write log lines as JSON; production turns it on.")


def without_objects(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Any:
    """Leave out the request or socket that Django adds; the line names the request by its id."""
    line.pop("request", None)
    return line


def masked_traceback(out: TextIO, exc_info: Any) -> None:
    """Write a traceback for a terminal, without the secrets of its exceptions' texts."""
    whole = io.StringIO()
    structlog.dev.plain_traceback(whole, exc_info)
    out.write(text_without_secrets(whole.getvalue()))


def mask_exception(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Any:
    """Mask the secrets of a formatted traceback."""
    if "exception" in line:
        line["exception"] = text_without_secrets(line["exception"])
    return line


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    without_objects,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    mask_secrets,
]


def logging_config(*, as_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING; tracebacks never show local variables, which may hold secrets."""
    text = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=masked_traceback
    )
    shown: list[Any] = [text]
    if as_json:
        shown = [
            structlog.processors.format_exc_info,
            mask_exception,
            structlog.processors.JSONRenderer(),
        ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *shown,
                ],
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": LOG_LEVEL.upper()},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django.request": {"level": "ERROR"},
            "botocore": {"level": "WARNING"},
            "pypsrp": {"level": "WARNING"},  # below it tells whole command lines
            "paramiko": {"level": "CRITICAL"},  # a failure is an outcome, not a traceback
        },
    }


LOGGING = logging_config(as_json=LOG_JSON)
# Our own lines go the way of all others: the same level, form and masks, never structlog's own.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask_secrets,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)
