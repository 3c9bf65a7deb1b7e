"""Who calls the fabrication surface: a key of three places, or a session (contract 6)."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from accounts.services import api_keys, key_guesses
from inventory_site.core import context
from inventory_site.core.api.parsers import loads_json
from inventory_site.core.errors import AuthenticationRequired
from parts.policy import shared_key_actor

MISSING = "API key required"
WRONG = "Invalid API key"
DETAILS = {
    MISSING: "Provide X-API-Key header, api_key query parameter, or api_key in request body",
    WRONG: "The provided API key is not valid",
}


class KeyAuthentication(BaseAuthentication):
    """`X-API-Key`, `?api_key=`, `api_key` of a JSON body; the first that is not empty decides."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return who the key acts for; refuse a wrong key; nothing where none was sent.

        Raises `TooManyGuesses` where the address has to wait after wrong keys.
        """
        secret = sent_key(request)
        if not secret:
            return None
        view = request.parser_context.get("view")
        key_guesses.require_calm(secret, is_check=getattr(view, "checks_the_key", False))
        found = actor_of_key(secret)
        if found is None:
            key_guesses.note_wrong()
            raise AuthenticationRequired(WRONG)
        key_guesses.note_right(secret)
        request._request.fabrication_key = secret  # type: ignore[attr-defined]  # the wipe compares it
        return found, secret

    def authenticate_header(self, request: Request) -> str:
        return "ApiKey"


def actor_of_key(secret: Any) -> Any | None:
    """Return the actor of a key: of the shared one, or the owner of a personal one."""
    if not isinstance(secret, str):
        return None
    shared = shared_key_actor(secret)
    if shared is not None:
        return shared
    found = api_keys.user_of_key(secret, address=context.current().address)
    return found[0] if found else None


def sent_key(request: Request) -> Any:
    """Return the key as it was sent, whatever its kind; blank for none."""
    place = request.headers.get("X-API-Key") or request.query_params.get("api_key")
    if place:
        return place
    if request.method not in {"POST", "PUT"} or "json" not in (request.content_type or "").lower():
        return ""
    try:
        body = loads_json(request._request.body)
    except ParseError:
        return ""
    return body.get("api_key") if isinstance(body, dict) else ""
