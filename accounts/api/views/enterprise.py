"""Signing in with a directory, and which directories there are."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import A, IdentityView
from accounts.api.serializers import MeSerializer, tokens_of
from accounts.api.serializers_enterprise import EnterpriseSignInSerializer
from accounts.api.views.auth import SignInView, bearer_of
from accounts.directory import sources
from accounts.services import enterprise
from accounts.services.sign_in import SignedIn
from inventory_site.core.errors import InvalidInput


class EnterpriseSignInView(SignInView):
    """POST user name, password and the number of a directory."""

    @extend_schema(request=EnterpriseSignInSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Sign in; an empty password is refused before the directory is asked."""
        sent = EnterpriseSignInSerializer(data=request.data)
        if not sent.is_valid():
            missing = {name: [str(text) for text in texts] for name, texts in sent.errors.items()}
            raise InvalidInput("Username, password and config_id required", fields=missing)
        return self.through(enterprise.sign_in(**sent.validated_data))

    def through(self, done: SignedIn) -> Response:
        """Answer the account by the number of its row, marked as one of a directory."""
        if done.user.external_auth_provider != enterprise.PROVIDER:
            return super().through(done)
        account = MeSerializer(done.user).data
        user = {**account, "id": done.user.username, "is_enterprise": True}
        data = {"user": user, **tokens_of(done.tokens)}
        return self.answer(data, {**bearer_of(done.tokens), "user": user})


class EitherSignInView(EnterpriseSignInView):
    """POST to `/auth/login`: with `config_id` a directory is asked, without it we ourselves."""

    def post(self, request: Request) -> Response:
        """Sign in."""
        if request.data.get("config_id"):
            return super().post(request)
        return SignInView.post(self, request)


class DirectoriesView(IdentityView):
    """GET the enabled directories, for the sign-in page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """List them by name."""
        rows = sources.listed()
        if self.family == A:
            brief = [{"id": r.pk, "name": r.name, "auth_type": r.auth_type} for r in rows]
            return self.answer({"configs": brief})
        whole = [
            {
                "id": str(row.pk),
                "name": row.name,
                "auth_type": row.auth_type,
                "is_default": row.is_default,
                "enabled": row.enabled,
                "priority": row.priority,
            }
            for row in rows
        ]
        return Response({"success": True, "configs": whole, "default_method": "local"})
