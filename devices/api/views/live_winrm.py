"""Windows machines asked by WinRM while somebody waits."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView
from devices.services import live_winrm

PAGE_S = 7


class CallView(DeviceView):
    """POST /api/winrm/{call}; `data` is the executor's result and what was read from it."""

    permissions = {"post": policy.CONNECT}
    call = ""

    def post(self, request: Request) -> Response:
        """Do the call; a page waits 8 seconds and no longer, so its calls end before that."""
        body = dict(self.body)
        if request.path.startswith("/automation/") and not body.get("timeout"):
            body["timeout"] = PAGE_S
        return Response(live_winrm.CALLS[self.call](body, actor=request.user))


def call_view(call: str) -> type[CallView]:
    """Return the view of one call."""
    name = "".join(part.capitalize() for part in call.replace("/", "-").split("-"))
    text = f"POST /api/winrm/{call}."
    return type(f"WinRm{name}View", (CallView,), {"call": call, "__doc__": text})
