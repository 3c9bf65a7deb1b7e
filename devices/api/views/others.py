"""PRTG, its import into NetBox, and MCP over REST."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api import files
from devices.api.base import DeviceView, listed, said, truth
from devices.errors import Invalid
from devices.models import PrtgAlert
from devices.netbox_rules import slug_of
from devices.services import mcp, netbox_devices, prtg
from inventory_site.core.api.parsers import StrictJSONParser
from inventory_site.core.api.throttles import ExpensiveThrottle

RIGHTS = {"get": policy.SETTINGS_VIEW, "put": policy.SETTINGS_EDIT, "post": policy.SETTINGS_EDIT}
CREATED = {
    "create-site": ("/api/dcim/sites/", ("name", "slug")),
    "create-device-type": ("/api/dcim/device-types/", ("model", "slug", "manufacturer")),
    "create-device-role": ("/api/dcim/device-roles/", ("name", "slug")),
}


class PrtgSettingsView(DeviceView):
    """GET, PUT /api/prtg/settings."""

    permissions = RIGHTS

    def get(self, request: Request) -> Response:
        """Answer the settings, secrets masked."""
        return Response(prtg.shown())

    def put(self, request: Request) -> Response:
        """Store settings."""
        return said(prtg.save(actor=request.user, body=self.body), "PRTG settings saved")


class PrtgTestView(DeviceView):
    """POST /api/prtg/test."""

    permissions = RIGHTS

    def post(self, request: Request) -> Response:
        """Ask PRTG for its state."""
        return Response(prtg.test(actor=request.user, body=self.body))


class PrtgStatusView(DeviceView):
    """GET /api/prtg/status."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer whether PRTG answers."""
        return Response(prtg.status())


class PrtgRowsView(DeviceView):
    """GET /api/prtg/{devices,sensors,groups}."""

    permissions = {"get": policy.VIEW}
    kind = "devices"

    def get(self, request: Request) -> Response:
        """List PRTG's objects."""
        return listed(prtg.rows(self.kind))


class PrtgAlertsView(DeviceView):
    """GET /api/prtg/alerts."""

    permissions = {"get": policy.VIEW}
    file = files.PRTG_ALERTS

    def get(self, request: Request) -> Any:
        """List alerts; `active=false` shows resolved ones too."""
        rows = PrtgAlert.objects.all()
        if truth(request.query_params.get("active"), "active", True):
            rows = rows.filter(is_active=True)
        if self.is_file:
            return self.as_file(rows.values(*files.PRTG_ALERTS.columns).iterator(files.CHUNK))
        return listed(list(rows.values()[:1000]))


class PrtgPreviewView(DeviceView):
    """GET, POST /api/prtg/sync/preview."""

    permissions = {"get": policy.VIEW, "post": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer what a sync would do."""
        return listed(prtg.preview())

    def post(self, request: Request) -> Response:
        """Answer what a sync would do."""
        return listed(prtg.preview())


class PrtgSyncView(DeviceView):
    """POST /api/prtg/sync/netbox, /api/import/execute."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Tell NetBox about PRTG's devices, all or those of `device_ids`."""
        body = self.body
        sent = body.get("device_ids")
        if sent is not None and not isinstance(sent, list):
            raise Invalid("device_ids", "device_ids must be a list")
        only = None if sent is None else {str(one) for one in sent}
        names = ("site_id", "role_id", "device_type_id", "status")
        defaults = {name: body[name] for name in names if body.get(name)}
        return Response(prtg.sync_netbox(actor=request.user, only=only, defaults=defaults))


class PrtgWebhookView(DeviceView):
    """POST /api/prtg/webhook: JSON or a form, with the shared secret."""

    permission_classes = ()  # type: ignore[assignment]  # the shared secret is asked below
    authentication_classes = ()
    throttle_classes = (ExpensiveThrottle,)
    parser_classes = (StrictJSONParser, FormParser, MultiPartParser)

    def post(self, request: Request) -> Response:
        """Raise, refresh or resolve a sensor's alert."""
        body = self.body
        secret = request.headers.get("X-Webhook-Secret") or request.query_params.get("secret")
        found = prtg.webhook(body, str(secret or body.get("secret") or ""))
        return said(found, f"Alert {found['action']}")


class ImportOptionsView(DeviceView):
    """GET /api/import/netbox-options."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer what an import can choose from."""
        names = ("sites", "device-roles", "device-types", "manufacturers")
        found = {
            name.replace("-", "_"): [
                {"id": row.get("id"), "name": row.get("name") or row.get("model")}
                for row in netbox_devices.listed(name, {})
            ]
            for name in names
        }
        return Response(found)


class ImportCreateView(DeviceView):
    """POST /api/import/create-site, create-device-type, create-device-role."""

    permissions = {"post": policy.CHANGE}
    what = "create-site"

    def post(self, request: Request) -> Response:
        """Make an object in NetBox."""
        path, required = CREATED[self.what]
        body = dict(self.body)
        title = str(body.get("name") or body.get("model") or "")
        body.setdefault("slug", slug_of(title))
        if "manufacturer_id" in body:
            body["manufacturer"] = body.pop("manufacturer_id")
        for name in required:
            if body.get(name) in (None, ""):
                raise Invalid(name, f"{name} is required")
        found = netbox_devices.asked(lambda client: client.send("POST", path, body))
        return said(found, "Created", 201)


class McpSettingsView(DeviceView):
    """GET, PUT /api/mcp/settings."""

    permissions = RIGHTS

    def get(self, request: Request) -> Response:
        """Answer the settings."""
        return Response(mcp.shown())

    def put(self, request: Request) -> Response:
        """Store settings."""
        return said(mcp.save(actor=request.user, body=self.body), "MCP settings saved")


class McpTestView(DeviceView):
    """POST /api/mcp/test."""

    permissions = RIGHTS

    def post(self, request: Request) -> Response:
        """Sign in and count the nodes."""
        return Response(mcp.test(actor=request.user))


class McpSyncEquipmentView(DeviceView):
    """POST /api/mcp/sync/equipment."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Take MCP's nodes into the register."""
        return Response(mcp.sync_equipment(actor=request.user))


class McpSyncNetBoxView(DeviceView):
    """POST /api/mcp/sync/netbox."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Tell NetBox about MCP's nodes."""
        create = truth(self.body.get("create_missing"), "create_missing", False)
        return Response(mcp.sync_netbox(actor=request.user, create_missing=create))


def rows_view(kind: str) -> type[PrtgRowsView]:
    """Return the view of one of PRTG's lists."""
    doc = f"GET /api/prtg/{kind}."
    values: dict[str, Any] = {"kind": kind, "__doc__": doc}
    return type(f"Prtg{kind.capitalize()}View", (PrtgRowsView,), values)


def create_view(what: str) -> type[ImportCreateView]:
    """Return the view that makes one kind of NetBox object."""
    name = "".join(part.capitalize() for part in what.split("-"))
    values: dict[str, Any] = {"what": what, "__doc__": f"POST /api/import/{what}."}
    return type(f"Import{name}View", (ImportCreateView,), values)
