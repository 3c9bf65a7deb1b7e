"""Limits per address or key; `THROTTLE_SCALE` multiplies all of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from inventory_site.core import context


class ScaledThrottle(SimpleRateThrottle):
    """A throttle whose rate `THROTTLE_SCALE` multiplies."""

    def parse_rate(self, rate: str | None) -> tuple[int | None, int | None]:
        """Return (calls, seconds), scaled."""
        count, seconds = super().parse_rate(rate)
        if count is None:
            return None, None
        return max(1, int(count * settings.THROTTLE_SCALE)), seconds

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Count per account when signed in, else per address."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            ident = f"user-{user.pk}"
        else:
            ident = context.current().address or "unknown"
        return self.cache_format % {"scope": self.scope, "ident": ident}


class AnonymousThrottle(ScaledThrottle):
    """Calls of nobody in particular."""

    scope = "anonymous"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Leave signed-in people and keys alone."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            return None
        return super().get_cache_key(request, view)


class SignInThrottle(ScaledThrottle):
    """Attempts to sign in, per address."""

    scope = "sign_in"


class OwnAccountThrottle(ScaledThrottle):
    """Attempts of a signed-in person at their own password or code."""

    scope = "account"


class ExpensiveThrottle(ScaledThrottle):
    """Verbs that cost much, per account or address."""

    scope = "expensive"
