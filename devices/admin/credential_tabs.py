"""Tabs of a credential's page: where it is assigned, its rotations, its log. Never a secret."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from devices.admin.words import state_badge
from devices.models import Credential
from devices.selectors import vault as selector
from inventory_site.core.admin import EMPTY, ShortTable, Tab, when

SHOWN = 50


def _log(request: HttpRequest, row: Credential) -> dict[str, Any]:
    table = ShortTable(
        "Log",
        ("When", "Who", "What", "Device", "Result"),
        [
            (
                when(entry.performed_at),
                entry.performed_by,
                entry.action_detail or entry.action,
                entry.target_device or EMPTY,
                state_badge("success" if entry.success else "failed"),
            )
            for entry in row.uses.all()[:SHOWN]
        ],
        empty="Nothing happened yet.",
    )
    return {"tables": [table]}


def _devices(request: HttpRequest, row: Credential) -> dict[str, Any]:
    table = ShortTable(
        "Assigned to",
        ("Address", "As", "Priority"),
        [
            (one["ip_address"], one["credential_type"], one["priority"])
            for one in selector.devices_of(row)
        ],
        empty="No device names it.",
    )
    return {"tables": [table]}


def _rotations(request: HttpRequest, row: Credential) -> dict[str, Any]:
    rotations = ShortTable(
        "Rotations",
        ("When", "Who", "Kind", "End before", "End after", "Notes"),
        [
            (
                when(one.rotated_at),
                one.rotated_by,
                one.rotation_type.capitalize(),
                when(one.previous_valid_until, missing="no end"),
                when(one.new_valid_until, missing="no end"),
                one.notes or EMPTY,
            )
            for one in row.rotations.all()[:SHOWN]
        ],
        empty="Not rotated yet.",
    )
    versions = ShortTable(
        "Earlier secrets",
        ("Version", "Replaced", "By"),
        [
            (one.number, when(one.replaced_at), one.replaced_by or EMPTY)
            for one in row.versions.defer("encrypted_data")[:SHOWN]
        ],
        empty="The first secret is still the one in use.",
    )
    return {"tables": [rotations, versions]}


CREDENTIAL_TABS = [
    Tab("devices", "Devices", context=_devices),
    Tab(
        "rotations",
        "Rotations",
        context=_rotations,
        count=lambda request, row: row.rotations.count() or None,
    ),
    Tab("log", "Log", context=_log),
]
