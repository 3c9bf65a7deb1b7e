"""Enterprise servers and accounts of the vault."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, said, wanted_id
from devices.errors import Invalid, Refused
from devices.models import EnterpriseAuthConfig, EnterpriseAuthUser
from devices.services import vault_groups, vault_test

RIGHTS = {
    "get": policy.VIEW_CREDENTIAL,
    "post": policy.MANAGE_ENTERPRISE,
    "put": policy.MANAGE_ENTERPRISE,
    "delete": policy.MANAGE_ENTERPRISE,
}


def config_shown(row: EnterpriseAuthConfig) -> dict[str, Any]:
    """Return a server."""
    return {
        "id": row.pk,
        "name": row.name,
        "auth_type": row.auth_type,
        "credential_id": row.credential_id,
        "credential_name": row.credential.name if row.credential else None,
        "is_default": row.is_default,
        "priority": row.priority,
        "enabled": row.enabled,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def account_shown(row: EnterpriseAuthUser) -> dict[str, Any]:
    """Return an account; never its password."""
    return {
        "id": row.pk,
        "name": row.name,
        "description": row.description,
        "username": row.username,
        "is_service_account": row.is_service_account,
        "enabled": row.enabled,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "auth_config_id": row.auth_config_id,
        "config_name": row.auth_config.name,
        "auth_type": row.auth_config.auth_type,
    }


class ConfigsView(DeviceView):
    """GET, POST …/enterprise/configs."""

    permissions = RIGHTS

    def get(self, request: Request) -> Response:
        """List servers."""
        rows = EnterpriseAuthConfig.objects.select_related("credential")
        return Response({"configs": [config_shown(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Make a server."""
        saved = vault_groups.save_config(None, actor=request.user, body=self.body)
        return said({"config": config_shown(saved.config)}, "Configuration created", 201)


class ConfigView(DeviceView):
    """GET, PUT, DELETE …/enterprise/configs/{id}."""

    permissions = RIGHTS

    def get(self, request: Request, pk: int) -> Response:
        """Answer a server."""
        row = EnterpriseAuthConfig.objects.select_related("credential").filter(pk=pk).first()
        if row is None:
            raise Refused("NOT_FOUND", "Configuration not found", 404)
        return Response({"config": config_shown(row)})

    def put(self, request: Request, pk: int) -> Response:
        """Change a server."""
        saved = vault_groups.save_config(pk, actor=request.user, body=self.body)
        data: dict[str, Any] = {"config": config_shown(saved.config)}
        if saved.warnings:
            data["warnings"] = saved.warnings
        return said(data, "Configuration updated")

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a server."""
        vault_groups.delete_config(pk, actor=request.user)
        return said(None, "Configuration deleted")


class AccountsView(DeviceView):
    """GET, POST …/enterprise/users."""

    permissions = RIGHTS

    def get(self, request: Request) -> Response:
        """List accounts."""
        rows = EnterpriseAuthUser.objects.select_related("auth_config")
        return Response({"users": [account_shown(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Make an account."""
        row = vault_groups.save_account(None, actor=request.user, body=self.body)
        return said({"user": account_shown(row)}, "User created", 201)


class AccountView(DeviceView):
    """GET, PUT, DELETE …/enterprise/users/{id}."""

    permissions = RIGHTS

    def get(self, request: Request, pk: int) -> Response:
        """Answer an account."""
        row = EnterpriseAuthUser.objects.select_related("auth_config").filter(pk=pk).first()
        if row is None:
            raise Refused("NOT_FOUND", "User not found", 404)
        return Response({"user": account_shown(row)})

    def put(self, request: Request, pk: int) -> Response:
        """Change an account."""
        row = vault_groups.save_account(pk, actor=request.user, body=self.body)
        return said({"user": account_shown(row)}, "User updated")

    def delete(self, request: Request, pk: int) -> Response:
        """Remove an account."""
        vault_groups.delete_account(pk, actor=request.user)
        return said(None, "User deleted")


class TestConnectionView(DeviceView):
    """POST …/enterprise/test-connection."""

    permissions = {"post": policy.MANAGE_ENTERPRISE}

    def post(self, request: Request) -> Response:
        """Try to reach and authenticate against a server."""
        if self.body.get("config_id") is None:
            raise Invalid("config_id", "config_id is required")
        pk = wanted_id(self.body["config_id"], "config_id")
        return Response(vault_test.test_enterprise(pk, actor=request.user))
