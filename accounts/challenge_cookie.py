"""The cookie that carries the proof of the first step to the second one.

For front ends that send user and code alone, and for the admin's own pages.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.services.sign_in import CHALLENGE_LIFE

NAME = "sign_in_challenge"


def give(response: HttpResponseBase, challenge: str) -> None:
    """Send the challenge along, for as long as it is good; scripts of the page cannot read it."""
    response.set_cookie(
        NAME,
        challenge,
        max_age=int(CHALLENGE_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def take_back(response: HttpResponseBase) -> None:
    """Forget it: the second step is done."""
    response.delete_cookie(NAME, samesite="Lax")


def of(request: HttpRequest) -> str:
    """Return what a call brought along; blank without the cookie."""
    return request.COOKIES.get(NAME, "")
