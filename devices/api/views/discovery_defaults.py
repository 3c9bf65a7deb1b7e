"""What discovery begins with, over REST."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, said
from devices.services import discovery_defaults

RIGHTS = {"get": policy.SETTINGS_VIEW, "post": policy.SETTINGS_EDIT}


class DiscoveryDefaultsView(DeviceView):
    """GET, POST /api/settings."""

    permissions = RIGHTS

    def get(self, request: Request) -> Response:
        """Answer the defaults; secrets masked as the caller's rights ask."""
        may_see = request.user.has_perm(policy.SETTINGS_EDIT)
        return Response(discovery_defaults.shown(may_see=may_see))

    def post(self, request: Request) -> Response:
        """Replace them."""
        return said(discovery_defaults.save(actor=request.user, body=self.body), "Settings saved")


class DiscoveryTestView(DeviceView):
    """POST /api/settings/test."""

    permissions = RIGHTS

    def post(self, request: Request) -> Response:
        """Try the ways in on one target."""
        return Response(discovery_defaults.test(actor=request.user, body=self.body))
