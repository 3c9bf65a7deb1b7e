"""What is known of the call under way: who asks, from where, through which surface.

Middleware, task runner and commands open a context; audit entries and log lines read it.
"""

import contextlib
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call: `channel` is admin, api, client, command, task or system."""

    request_id: str = ""
    channel: str = "system"
    address: str | None = None
    agent: str = ""
    session_id: str = ""


_current: ContextVar[CallContext | None] = ContextVar("patchbay_call", default=None)


def current() -> CallContext:
    """Return the context of the call under way; an empty one outside any call."""
    return _current.get() or CallContext()


@contextlib.contextmanager
def opened(context: CallContext) -> Iterator[CallContext]:
    """Make `context` the current one for the length of the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextlib.contextmanager
def through(channel: str) -> Iterator[CallContext]:
    """Change only the channel, and give the call an id if it has none."""
    here = current()
    with opened(
        replace(here, channel=channel, request_id=here.request_id or str(uuid.uuid4()))
    ) as it:
        yield it
