"""The password policy, and changing passwords."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import GuardedView, IdentityView, PersonView, actor_of, texts_of
from accounts.api.serializers import SaidSerializer
from accounts.api.throttles import AccountThrottle
from accounts.models import PasswordPolicy
from accounts.services import password_policy, passwords
from inventory_site.core.api.throttles import OwnAccountThrottle, SignInThrottle
from inventory_site.core.errors import InvalidInput

RESET_SAID = "If the account exists, a mail with a link is on its way"


class PolicySerializer(serializers.ModelSerializer):
    """The rules."""

    class Meta:
        model = PasswordPolicy
        fields = password_policy.FIELDS


POLICY = inline_serializer(
    "PolicyAnswer",
    {
        "policy": PolicySerializer(),
        "requirements": serializers.ListField(child=serializers.CharField()),
    },
)
PASSWORD = inline_serializer(
    "PasswordToTry",
    {
        "password": serializers.CharField(),
        "username": serializers.CharField(required=False),
        "email": serializers.CharField(required=False),
    },
)
VERDICT = inline_serializer(
    "PasswordVerdict",
    {
        "valid": serializers.BooleanField(),
        "errors": serializers.ListField(child=serializers.CharField()),
    },
)
CHANGE = inline_serializer(
    "PasswordChange",
    {"current_password": serializers.CharField(), "new_password": serializers.CharField()},
)
ASK = inline_serializer("PasswordResetAsk", {"username": serializers.CharField()})
RESET = inline_serializer(
    "PasswordReset",
    {
        "uid": serializers.CharField(),
        "token": serializers.CharField(),
        "new_password": serializers.CharField(),
    },
)


class PolicyView(GuardedView):
    """GET the rules of passwords, for everybody; PUT changes some of them."""

    permissions = {"put": "accounts.change_setting"}

    def get_permissions(self) -> list[Any]:
        """Let everybody read."""
        return [AllowAny()] if self.request.method == "GET" else [*super().get_permissions()]

    @extend_schema(responses=POLICY)
    def get(self, request: Request) -> Response:
        """Answer the rules, and as sentences."""
        policy = password_policy.current_policy()
        data = {
            "policy": PolicySerializer(policy).data,
            "requirements": password_policy.requirements(policy),
        }
        return self.answer(data, data)

    @extend_schema(request=PolicySerializer, responses=POLICY)
    def put(self, request: Request) -> Response:
        """Change the rules that are sent; others are passed over."""
        row = password_policy.update_policy(actor=actor_of(request), changes=request.data)
        policy = PolicySerializer(row).data
        return self.answer({"policy": policy}, {"policy": policy})


class ValidateView(IdentityView):
    """POST a password to hear what the policy says of it; nothing is kept."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignInThrottle,)

    @extend_schema(request=PASSWORD, responses=VERDICT)
    def post(self, request: Request) -> Response:
        """Answer every rule that is broken."""
        password, name, email = texts_of(request.data, ["password", "username", "email"])
        if not password:
            raise InvalidInput("Password required", fields={"password": ["This is required."]})
        errors = password_policy.problems(password, username=name, email=email)
        verdict = {"valid": not errors, "errors": errors}
        return self.answer(verdict, verdict)


class ChangePasswordView(PersonView):
    """POST or PUT the current and the new password; every other session ends."""

    throttle_classes = (OwnAccountThrottle,)

    @extend_schema(request=CHANGE, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Change the password."""
        current, new = texts_of(request.data, ["current_password", "new_password"])
        passwords.change_password(
            user=actor_of(request), session=self.session, current=current, new=new
        )
        return self.said("Password changed successfully")

    @extend_schema(request=CHANGE, responses=SaidSerializer)
    def put(self, request: Request) -> Response:
        """Change the password."""
        return self.post(request)


class _ResetView(IdentityView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignInThrottle, AccountThrottle)


class AskResetView(_ResetView):
    """POST a user name or e-mail address; the answer is the same whether it exists or not."""

    @extend_schema(request=ASK, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Ask for a link by mail."""
        name, email = texts_of(request.data, ["username", "email"], longest=255)
        if not (name or email):
            raise InvalidInput("Username required", fields={"username": ["This is required."]})
        passwords.request_reset(name=name or email, base_url=request.build_absolute_uri("/"))
        return self.said(RESET_SAID)


class ResetView(_ResetView):
    """POST what the mailed link holds, with the new password."""

    @extend_schema(request=RESET, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Set the new password; every session of the account ends."""
        uid, token, new = texts_of(request.data, ["uid", "token", "new_password"])
        if not new:
            raise InvalidInput("New password required", fields={"new_password": ["Required."]})
        passwords.reset_password(uid=uid, token=token, new=new)
        return self.said("Password changed successfully")
