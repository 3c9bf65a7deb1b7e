"""The vault over REST; no answer but `decrypt=true` carries a secret."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import require_own_page
from devices import policy
from devices.api import files
from devices.api.base import DeviceView, said, truth, wanted_id, whole
from devices.errors import Invalid
from devices.models import CredentialGroup, CredentialRotation
from devices.selectors import metrics
from devices.selectors import vault as selector
from devices.services import vault, vault_groups, vault_test, vault_use
from inventory_site.core.api.views import expected_version

VIEW = policy.VIEW_CREDENTIAL


class CredentialListView(DeviceView):
    """GET, POST /api/credentials."""

    permissions = {"get": VIEW, "post": policy.ADD_CREDENTIAL}
    file = files.CREDENTIALS

    def get(self, request: Request) -> Response:
        """List credentials by name."""
        query = request.query_params
        rows = selector.with_tags(selector.credentials(query), query.get("tags", ""))
        return Response({"credentials": [selector.shown(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Store a credential."""
        saved = vault.create_credential(actor=request.user, body=self.body)
        data: dict[str, Any] = {"credential": selector.shown(saved.credential, details=True)}
        if saved.warnings:
            data["warnings"] = saved.warnings
        return said(data, "Credential created", 201)


class CredentialView(DeviceView):
    """GET, PUT, DELETE /api/credentials/{id}."""

    permissions = {
        "get": VIEW,
        "put": policy.CHANGE_CREDENTIAL,
        "patch": policy.CHANGE_CREDENTIAL,
        "delete": policy.DELETE_CREDENTIAL,
    }

    def get(self, request: Request, pk: int) -> Response:
        """Answer a credential; `decrypt=true` adds its secret, for those who may read it."""
        row = vault.find(pk)
        data = selector.shown(row, details=True)
        if truth(request.query_params.get("decrypt"), "decrypt", False):
            require_own_page(request)  # its reason is for the person to say
            reason = request.query_params.get("reason", "") or "Secret data accessed"
            data["secret_data"] = vault_use.reveal(pk, actor=request.user, reason=reason[:500])
        response = Response({"credential": data})
        response["Cache-Control"] = "no-store"
        return response

    def put(self, request: Request, pk: int) -> Response:
        """Merge the fields that were sent."""
        vault.find(pk)
        saved = vault.update_credential(
            pk, actor=request.user, body=self.body, expected_version=expected_version(request)
        )
        data: dict[str, Any] = {"credential": selector.shown(saved.credential, details=True)}
        if saved.warnings:
            data["warnings"] = saved.warnings
        return said(data, "Credential updated")

    patch = put

    def delete(self, request: Request, pk: int) -> Response:
        """Take a credential out of use."""
        vault.delete_credential(pk, actor=request.user)
        return said(None, "Credential deleted")


class RotateView(DeviceView):
    """POST /api/credentials/{id}/rotate."""

    permissions = {"post": policy.CHANGE_CREDENTIAL}

    def post(self, request: Request, pk: int) -> Response:
        """Put a new secret in place."""
        done = vault.rotate_credential(pk, actor=request.user, body=self.body)
        data: dict[str, Any] = {
            "credential": selector.shown(done.credential, details=True),
            "rotation": rotation_shown(done.rotation),
        }
        if done.warnings:
            data["warnings"] = done.warnings
        return said(data, "Credential rotated")


def rotation_shown(row: CredentialRotation) -> dict[str, Any]:
    """Return a rotation as the API shows it."""
    return {
        "id": row.pk,
        "rotated_at": row.rotated_at,
        "rotated_by": row.rotated_by,
        "rotation_type": row.rotation_type,
        "previous_valid_until": row.previous_valid_until,
        "new_valid_until": row.new_valid_until,
        "notes": row.notes,
        "success": row.success,
    }


class TestView(DeviceView):
    """POST /api/credentials/{id}/test."""

    permissions = {"post": policy.USE_CREDENTIAL}

    def post(self, request: Request, pk: int) -> Response:
        """Try the credential on a target."""
        body = self.body
        target = body.get("target")
        if not isinstance(target, str) or not target.strip():
            raise Invalid("target", "target is required")
        port = whole(body.get("port"), "port", 0, 0, 65535)
        kind = _kind(body.get("credential_type"))
        found = vault_test.test_credential(
            pk, actor=request.user, target=target.strip(), port=port or None, kind=kind
        )
        return Response(found)


class DeviceCredentialsView(DeviceView):
    """GET /api/credentials/devices/{ip}."""

    permissions = {"get": VIEW}

    def get(self, request: Request, ip: str) -> Response:
        """List the credentials of a device."""
        rows = selector.of_device(metrics.address_of(ip), request.query_params.get("type", ""))
        return Response({"credentials": rows})


class AssignView(DeviceView):
    """POST /api/credentials/devices/{ip}/assign."""

    permissions = {"post": policy.CHANGE_CREDENTIAL}

    def post(self, request: Request, ip: str) -> Response:
        """Give a device a credential."""
        body = self.body
        if body.get("credential_id") is None:
            raise Invalid("credential_id", "credential_id is required")
        vault_groups.assign(
            actor=request.user,
            ip_address=metrics.address_of(ip),
            credential_id=wanted_id(body["credential_id"], "credential_id"),
            credential_type=_kind(body.get("credential_type")),
            priority=whole(body.get("priority"), "priority", 0, -10000, 10000),
        )
        return said(None, "Credential assigned to device")


def _kind(value: Any) -> str:
    if value is not None and (not isinstance(value, str) or len(value) > 50 or "\x00" in value):
        raise Invalid("credential_type", "credential_type must be a text of 50 characters at most")
    return value or ""


class UnassignView(DeviceView):
    """POST /api/credentials/devices/{ip}/unassign."""

    permissions = {"post": policy.CHANGE_CREDENTIAL}

    def post(self, request: Request, ip: str) -> Response:
        """Take a credential off a device."""
        body = self.body
        if body.get("credential_id") is None:
            raise Invalid("credential_id", "credential_id is required")
        vault_groups.unassign(
            actor=request.user,
            ip_address=metrics.address_of(ip),
            credential_id=wanted_id(body["credential_id"], "credential_id"),
        )
        return said(None, "Credential unassigned from device")


class DevicesOfView(DeviceView):
    """GET /api/credentials/{id}/devices."""

    permissions = {"get": VIEW}

    def get(self, request: Request, pk: int) -> Response:
        """List where a credential is assigned."""
        return Response({"devices": selector.devices_of(vault.find(pk))})


class StatisticsView(DeviceView):
    """GET /api/credentials/statistics."""

    permissions = {"get": VIEW}

    def get(self, request: Request) -> Response:
        """Answer the counts."""
        return Response({"statistics": selector.statistics()})


class ExpiringView(DeviceView):
    """GET /api/credentials/expiring."""

    permissions = {"get": VIEW}
    file = files.EXPIRING

    def get(self, request: Request) -> Response:
        """List what ends soon."""
        days = whole(request.query_params.get("days"), "days", 30, 1, 365)
        return Response({"expiring": selector.expiring(days), "days_ahead": days})


class ExpiredView(DeviceView):
    """GET /api/credentials/expired."""

    permissions = {"get": VIEW}
    file = files.EXPIRED

    def get(self, request: Request) -> Response:
        """List what has ended."""
        return Response({"expired": selector.expired()})


class CheckExpirationsView(DeviceView):
    """POST /api/credentials/check-expirations."""

    permissions = {"post": policy.CHANGE_CREDENTIAL}

    def post(self, request: Request) -> Response:
        """Mark what has ended."""
        count = vault_use.expire_due()
        return said({"newly_expired": count}, f"{count} credentials marked as expired")


class GroupsView(DeviceView):
    """GET, POST /api/credentials/groups."""

    permissions = {"get": VIEW, "post": policy.MANAGE_CREDENTIAL_GROUPS}

    def get(self, request: Request) -> Response:
        """List credential groups."""
        rows = CredentialGroup.objects.prefetch_related("credentials")
        return Response({"groups": [group_shown(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Make a group."""
        body = self.body
        group = vault_groups.create_group(
            actor=request.user,
            name=body.get("name"),
            description=str(body.get("description") or ""),
        )
        return said({"group": group_shown(group)}, "Group created", 201)


def group_shown(group: CredentialGroup) -> dict[str, Any]:
    """Return a credential group with its members."""
    return {
        "id": group.pk,
        "name": group.name,
        "description": group.description,
        "created_at": group.created_at,
        "updated_at": group.updated_at,
        "credentials": [
            {"id": row.pk, "name": row.name}
            for row in group.credentials.all()
            if not row.is_deleted
        ],
    }


class GroupView(DeviceView):
    """DELETE /api/credentials/groups/{g}."""

    permissions = {"delete": policy.MANAGE_CREDENTIAL_GROUPS}

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a group."""
        vault_groups.delete_group(pk, actor=request.user)
        return said(None, "Group deleted")


class GroupMembersView(DeviceView):
    """POST /api/credentials/groups/{g}/members."""

    permissions = {"post": policy.MANAGE_CREDENTIAL_GROUPS}

    def post(self, request: Request, pk: int) -> Response:
        """Put a credential into a group."""
        if self.body.get("credential_id") is None:
            raise Invalid("credential_id", "credential_id is required")
        member = wanted_id(self.body["credential_id"], "credential_id")
        vault_groups.add_to_group(pk, member, actor=request.user)
        return said(None, "Credential added to group")


class GroupMemberView(DeviceView):
    """DELETE /api/credentials/groups/{g}/members/{id}."""

    permissions = {"delete": policy.MANAGE_CREDENTIAL_GROUPS}

    def delete(self, request: Request, pk: int, member: int) -> Response:
        """Take a credential out of a group."""
        vault_groups.remove_from_group(pk, member, actor=request.user)
        return said(None, "Credential removed from group")
