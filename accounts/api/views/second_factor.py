"""The second factor of one's own account."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PersonView, actor_of, texts_of
from accounts.api.serializers import SaidSerializer
from accounts.services import second_factor
from inventory_site.core.api.throttles import OwnAccountThrottle

SETUP = inline_serializer(
    "TwoFactorSetup",
    {
        "secret": serializers.CharField(),
        "provisioning_uri": serializers.CharField(),
        "backup_codes": serializers.ListField(child=serializers.CharField()),
    },
)
METHOD = inline_serializer("TwoFactorMethod", {"method": serializers.CharField(required=False)})
CODE = inline_serializer("TwoFactorCode", {"code": serializers.CharField()})
PASSWORD = inline_serializer("OwnPassword", {"password": serializers.CharField()})


class SetUpView(PersonView):
    """POST makes a secret and ten backup codes, shown here once; nothing is enabled yet."""

    @extend_schema(request=METHOD, responses=SETUP)
    def post(self, request: Request) -> Response:
        """Begin; `method` is totp (default), email or both."""
        (method,) = texts_of(request.data, ["method"])
        made = second_factor.set_up(user=actor_of(request), method=method or "totp")
        data = {
            "secret": made.secret,
            "provisioning_uri": made.provisioning_uri,
            "backup_codes": made.backup_codes,
        }
        return self.answer(data, data)


class VerifyView(PersonView):
    """POST a code of the new second factor; every other session ends."""

    throttle_classes = (OwnAccountThrottle,)

    @extend_schema(request=CODE, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Enable."""
        code = str(request.data.get("code") or "")[:32]
        second_factor.enable(user=actor_of(request), session=self.session, code=code)
        return self.said("2FA enabled successfully")


class DisableView(PersonView):
    """POST the password; secret and backup codes are erased."""

    throttle_classes = (OwnAccountThrottle,)

    @extend_schema(request=PASSWORD, responses=SaidSerializer)
    def post(self, request: Request) -> Response:
        """Disable."""
        (password,) = texts_of(request.data, ["password"])
        second_factor.disable(user=actor_of(request), password=password)
        return self.said("2FA disabled successfully")
