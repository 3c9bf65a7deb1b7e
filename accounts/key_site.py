"""Where a browser stands when it speaks of a security key."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest

from accounts.services.security_keys import Site


def site_of(request: HttpRequest) -> Site:
    """Return the host that keys are bound to, and the origins whose answers count: our own, and the
    front ends of `CORS_ALLOWED_ORIGINS`.
    """
    host = request.get_host()
    own = f"{request.scheme}://{host}"
    bare = re.sub(r":\d+\Z", "", host)
    return Site(settings.WEBAUTHN_RP_ID or bare, frozenset({own, *settings.CORS_ALLOWED_ORIGINS}))
