"""What a failed row says: enough to act on, without secrets and without this machine's paths."""

from __future__ import annotations

import re
import sys
import sysconfig
import traceback
from pathlib import Path

from django.conf import settings

from inventory_site.core.errors import DomainError

MAX_CHARS = 4000
MAX_FRAMES = 6
MASK = "••••"

_WORDS = r"pass(?:word|wd|phrase)?|secret|token|api[_-]?key|community|authorization|private[_-]?key"
_ASSIGNED = re.compile(
    rf"""(?ix) (["']? [\w-]* (?:{_WORDS}) [\w-]* ["']? \s* [=:] \s*)
         (?: (?:bearer|basic)\s+ )? ("[^"]*" | '[^']*' | [^\s,;&)}}\]]+)"""
)
_URL_LOGIN = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^\s/@]+@")


def describe(err: BaseException) -> str:
    """Return the sentence of a refusal, or kind, message and the innermost frames of a fault."""
    if isinstance(err, DomainError):
        return clean(err.message)
    message = str(err)
    kind = type(err).__name__
    lines = [f"{kind}: {message}" if message else kind, *_frames(err)]
    return clean("\n".join(lines))


def clean(text: str) -> str:
    """Mask what looks like a secret and shorten the paths of this installation."""
    text = _URL_LOGIN.sub(rf"\1{MASK}@", text)
    text = _ASSIGNED.sub(rf"\1{MASK}", text)
    for path, shown in _paths():
        text = text.replace(path, shown)
    return text[:MAX_CHARS]


def _frames(err: BaseException) -> list[str]:
    frames = traceback.extract_tb(err.__traceback__)[-MAX_FRAMES:]
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]


def _paths() -> list[tuple[str, str]]:
    """Folders to hide, the longest first so that an inner one is not half replaced."""
    known = {
        f"{settings.PATCHBAY_VAR}/": "var/",
        f"{settings.BASE_DIR}/": "",
        f"{sysconfig.get_path('purelib')}/": "",
        f"{sysconfig.get_path('stdlib')}/": "",
        f"{sys.prefix}/": "",
        f"{Path.home()}/": "~/",
    }
    return sorted(known.items(), key=lambda pair: -len(pair[0]))
