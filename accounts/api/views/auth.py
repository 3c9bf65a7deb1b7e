"""Sign in, renew, sign out, who am I."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import (
    CurrentUserSerializer,
    MeSerializer,
    RefreshSerializer,
    SaidSerializer,
    SignedInSerializer,
    SignInSerializer,
    TokensSerializer,
    tokens_of,
)
from accounts.models import Session
from accounts.services import sessions
from inventory_site.core.api.throttles import SignInThrottle
from inventory_site.core.errors import InvalidInput


class SignInView(APIView):
    """POST user name and password; the answer holds a bearer token for 24 hours."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignInThrottle,)

    @extend_schema(request=SignInSerializer, responses=SignedInSerializer)
    def post(self, request: Request) -> Response:
        """Sign in."""
        sent = SignInSerializer(data=request.data)
        if not sent.is_valid():
            raise InvalidInput("Username and password required", fields=_texts(sent.errors))
        user, tokens = sessions.sign_in(**sent.validated_data)
        return Response({"user": MeSerializer(user).data, **tokens_of(tokens)})


class RefreshView(APIView):
    """POST a refresh token; the old pair ends and a new one is given."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignInThrottle,)

    @extend_schema(request=RefreshSerializer, responses=TokensSerializer)
    def post(self, request: Request) -> Response:
        """Renew the session."""
        sent = RefreshSerializer(data=request.data)
        if not sent.is_valid():
            raise InvalidInput("Refresh token required", fields=_texts(sent.errors))
        _, tokens = sessions.refresh(**sent.validated_data)
        return Response(tokens_of(tokens))


class SignOutView(APIView):
    """POST ends the session the call came with."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Sign out."""
        session = request.auth if isinstance(request.auth, Session) else None
        if session is None:
            session = getattr(request.session, "row", None)
        sessions.sign_out(actor=request.user, session=session)
        return Response({"message": "Logged out successfully"})


class CurrentUserView(APIView):
    """GET who the call is made by, with roles and permission names."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=CurrentUserSerializer)
    def get(self, request: Request) -> Response:
        """Answer the signed-in account."""
        return Response({"user": MeSerializer(request.user).data})


def _texts(errors: Any) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in errors.items()}
