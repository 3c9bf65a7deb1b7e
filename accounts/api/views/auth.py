"""Sign in, second step, renew, sign out, who am I."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts import challenge_cookie
from accounts.api.authentication import CookieAuthentication
from accounts.api.base import A, IdentityView, IsPerson, actor_of
from accounts.api.serializers import (
    CurrentUserSerializer,
    MeSerializer,
    RefreshSerializer,
    SaidSerializer,
    SecondStepSerializer,
    SignedInSerializer,
    SignInSerializer,
    TokensSerializer,
    tokens_of,
)
from accounts.api.throttles import AccountThrottle
from accounts.api.views.security_keys import credential_of
from accounts.errors import SecondFactorFailed
from accounts.key_site import site_of
from accounts.services import security_keys, sessions, sign_in, users
from inventory_site.core.api.throttles import SignInThrottle
from inventory_site.core.errors import InvalidInput
from inventory_site.core.whole import whole_number

OWN_FIELDS = (
    "email",
    "first_name",
    "last_name",
    "display_name",
    "avatar_url",
    "timezone",
    "preferences",
)


class _DoorView(IdentityView):
    """A way in: public, throttled per address and per account."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (SignInThrottle, AccountThrottle)

    def through(self, done: sign_in.SignedIn) -> Response:
        """Answer a sign-in that is through."""
        user = MeSerializer(done.user).data
        data = {"user": user, **tokens_of(done.tokens)}
        expired = {"password_expired": True} if done.password_expired else {}
        flat = {**bearer_of(done.tokens), "user": {**user, "id": str(user["id"])}, **expired}
        response = self.answer({**data, **expired}, flat)
        challenge_cookie.take_back(response)
        return response


class SignInView(_DoorView):
    """POST user name and password; the answer holds a bearer token for 24 hours."""

    def code_in_b(self, code: str) -> str:
        """Family B has a name of its own for a refused sign-in."""
        return "INVALID_CREDENTIALS" if code == "AUTH_FAILED" else code

    @extend_schema(request=SignInSerializer, responses=SignedInSerializer)
    def post(self, request: Request) -> Response:
        """Sign in, or get the challenge of the second step."""
        sent = SignInSerializer(data=request.data)
        if not sent.is_valid():
            raise InvalidInput("Username and password required", fields=_texts(sent.errors))
        done = sign_in.sign_in(**sent.validated_data)
        if isinstance(done, sign_in.SignedIn):
            return self.through(done)
        step: dict[str, Any] = {
            "requires_2fa": True,
            "user_id": done.user.pk if self.family == A else str(done.user.pk),
            "two_factor_method": done.method,
            "challenge": done.challenge,
        }
        asked = security_keys.ask(
            user=done.user, challenge=done.challenge, site=site_of(request._request)
        )
        if asked is not None:
            step["webauthn"] = {"publicKey": asked}
        response = self.answer(step, step)
        challenge_cookie.give(response, done.challenge)
        return response


class SecondStepView(_DoorView):
    """POST the code of the second factor, with the challenge of the first step."""

    @extend_schema(request=SecondStepSerializer, responses=SignedInSerializer)
    def post(self, request: Request) -> Response:
        """Sign in."""
        code = str(request.data.get("code") or "")
        if not request.data.get("user_id") or not code:
            missing = [name for name in ("user_id", "code") if not request.data.get(name)]
            fields = {name: ["This is required."] for name in missing}
            raise InvalidInput("User ID and code required", fields=fields)
        done = sign_in.finish(
            user_id=_user_id(request), challenge=_challenge(request), code=code[:32]
        )
        return self.through(done)


class KeyStepView(_DoorView):
    """POST the answer of a security key, with the challenge of the first step."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=SignedInSerializer)
    def post(self, request: Request) -> Response:
        """Sign in."""
        if not request.data.get("user_id"):
            raise InvalidInput("User ID required", fields={"user_id": ["This is required."]})
        done = sign_in.finish_with_key(
            user_id=_user_id(request),
            challenge=_challenge(request),
            answer=credential_of(request),
            site=site_of(request._request),
        )
        return self.through(done)


class ResendView(_DoorView):
    """POST asks for a new code by e-mail, at most once a minute."""

    @extend_schema(request=SecondStepSerializer, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Send the code again."""
        if not request.data.get("user_id"):
            raise InvalidInput("User ID required", fields={"user_id": ["This is required."]})
        sign_in.send_again(user_id=_user_id(request), challenge=_challenge(request))
        return self.said("Verification code sent")


class RefreshView(_DoorView):
    """POST a refresh token; the old pair ends and a new one is given."""

    throttle_classes = (SignInThrottle,)

    @extend_schema(request=RefreshSerializer, responses=TokensSerializer)
    def post(self, request: Request) -> Response:
        """Renew the session."""
        sent = RefreshSerializer(data=request.data)
        if not sent.is_valid():
            raise InvalidInput("Refresh token required", fields=_texts(sent.errors))
        _, tokens = sessions.refresh(**sent.validated_data)
        return self.answer(tokens_of(tokens), {**tokens_of(tokens), **bearer_of(tokens)})


class SignOutView(IdentityView):
    """POST ends the session the call came with."""

    @extend_schema(request=None, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Sign out."""
        sessions.sign_out(actor=actor_of(request), session=self.session)
        return self.said("Logged out successfully")


class SignOutAnywayView(SignOutView):
    """The same in family B, where who is not signed in is signed out too.

    The bearer token is read here: a stale one is no reason to refuse.
    """

    authentication_classes = (CookieAuthentication,)
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        """Sign out."""
        row = sessions.session_of_header(request.headers.get("Authorization", ""))
        if row is not None and row.user is not None:
            sessions.sign_out(actor=row.user, session=row)
        elif request.user.is_authenticated:
            return super().post(request)
        return self.said("Logged out successfully")


class CurrentUserView(IdentityView):
    """GET who the call is made by, with roles and permission names; PUT what one may change."""

    def shown(self, user: Any) -> Response:
        """Answer the account."""
        found = MeSerializer(user).data
        return self.answer({"user": found}, {**found, "id": str(found["id"])})

    @extend_schema(responses=CurrentUserSerializer)
    def get(self, request: Request) -> Response:
        """Answer the signed-in account."""
        return self.shown(request.user)

    @extend_schema(request=MeSerializer, responses=CurrentUserSerializer)
    def put(self, request: Request) -> Response:
        """Change one's own account; what one may not change is passed over."""
        actor = actor_of(request)
        IsPerson().has_permission(request, self)
        changes = {name: request.data[name] for name in OWN_FIELDS if name in request.data}
        if changes:
            users.update_user(actor=actor, user=actor, changes=clean_profile(changes))
            actor.refresh_from_db()
        return self.shown(actor)


def bearer_of(tokens: sessions.Tokens) -> dict[str, Any]:
    """Return the tokens as family B names them."""
    return {
        "access_token": tokens.session_token,
        "token_type": "bearer",
        "expires_in": settings.SESSION_COOKIE_AGE,
        "refresh_token": tokens.refresh_token,
    }


def clean_profile(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the sent fields of an account, or refuse those of the wrong kind."""
    wrong = {}
    for name, value in changes.items():
        kind = dict if name == "preferences" else str
        if value is None and name != "preferences":
            changes[name] = ""
        elif not isinstance(value, kind):
            wrong[name] = [f"{name} must be {'an object' if kind is dict else 'a text'}."]
    if wrong:
        raise InvalidInput(fields=wrong)
    return changes


def _user_id(request: Request) -> int:
    number = whole_number(request.data.get("user_id"))
    if number is None:
        raise SecondFactorFailed
    return number


def _challenge(request: Request) -> str:
    sent = request.data.get("challenge") or request.data.get("session_token")
    return str(sent or challenge_cookie.of(request))


def _texts(errors: Any) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in errors.items()}
