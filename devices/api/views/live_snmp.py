"""A device asked by SNMP while somebody waits."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import require_own_page
from devices import policy
from devices.api.base import DeviceView, said
from devices.errors import Invalid
from devices.services import live_snmp


class ReadView(DeviceView):
    """GET /api/snmp/{what}/{host}."""

    permissions = {"get": policy.CONNECT}
    what = ""

    def get(self, request: Request, host: str) -> Response:
        """Answer what the device says now."""
        require_own_page(request)  # it may open the vault
        query = request.query_params.dict()
        way = live_snmp.way_to(host, query, actor=request.user)
        return Response(live_snmp.READS[self.what](way, actor=request.user))


class AlarmsView(ReadView):
    """GET /api/snmp/alarms/{host}: in `data`, and beside it for the page that reads it there."""

    what = "alarms"

    def get(self, request: Request, host: str) -> Response:
        """Answer the active alarms."""
        data = super().get(request, host).data
        response = Response({"success": True, "data": data, "alarms": data["alarms"]})
        response.exception = True  # the renderer leaves such a body alone
        return response


class _AskView(DeviceView):
    permissions = {"post": policy.CONNECT}

    def way(self, request: Request, host: Any) -> live_snmp.Way:
        """Return how to ask a host of the body."""
        return live_snmp.way_to(host, self.body, actor=request.user)


class TestView(_AskView):
    """POST /api/snmp/test."""

    def post(self, request: Request) -> Response:
        """Ask who the device is."""
        way = self.way(request, self.body.get("host"))
        found = live_snmp.system(way, actor=request.user)
        return said({"success": True, **found}, f"{way.host} answers")


class PollView(_AskView):
    """POST /api/snmp/poll."""

    def post(self, request: Request) -> Response:
        """Read one device in one go."""
        way = self.way(request, self.body.get("host"))
        return Response(live_snmp.poll(way, actor=request.user))


class BatchView(_AskView):
    """POST /api/snmp/poll/batch."""

    def post(self, request: Request) -> Response:
        """Ask many devices; one that fails is a row with its reason."""
        hosts = self.body.get("hosts")
        if not isinstance(hosts, list) or not hosts:
            raise Invalid("hosts", "hosts must be a list of addresses")
        if len(hosts) > live_snmp.MAX_HOSTS:
            raise Invalid("hosts", f"at most {live_snmp.MAX_HOSTS} hosts at a time")
        found = live_snmp.poll_hosts(hosts, self.body, actor=request.user)
        return Response({"count": len(found), "results": found})


def read_view(what: str) -> type[ReadView]:
    """Return the view of one kind of read."""
    if what == "alarms":
        return AlarmsView
    name = "".join(part.capitalize() for part in what.replace("/", "-").split("-"))
    text = f"GET /api/snmp/{what}/{{host}}."
    return type(f"{name}ReadView", (ReadView,), {"what": what, "__doc__": text})
