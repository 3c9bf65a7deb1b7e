"""Limits per account that somebody tries to enter, whatever the address."""

from __future__ import annotations

import hashlib
from typing import Any

from rest_framework.request import Request

from inventory_site.core.api.throttles import ScaledThrottle


class AccountThrottle(ScaledThrottle):
    """Attempts at one account: a user name in any case, or an account's number."""

    scope = "account"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Count per name; what names nobody is counted per address elsewhere."""
        data = request.data if isinstance(request.data, dict) else {}
        name = data.get("username") or data.get("user_id")
        if not name:
            return None
        ident = hashlib.sha256(str(name).strip().lower().encode()).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": ident}
