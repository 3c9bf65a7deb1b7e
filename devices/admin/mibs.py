"""MIB profiles: what a vendor's devices can be asked."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from devices import policy
from devices.models import MibProfile, OidGroup, OidMapping, PollType
from devices.services import mib
from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    ShortTable,
    Tab,
    column,
    identifier,
    register,
)


class _MibAdmin(ServiceAdmin):
    """Saves through the MIB service; who may change settings may change these."""

    kind: ClassVar[str]
    delete_permission = policy.SETTINGS_EDIT

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Spell abbreviations as people do."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and field.label:
            field.label = re.sub(
                r"\b(oid|mib)\b", lambda found: found[0].upper(), field.label, flags=re.I
            )
        return field

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(policy.SETTINGS_EDIT))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(policy.SETTINGS_EDIT))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(policy.SETTINGS_EDIT))

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return mib.create(mib.KINDS[self.kind], actor=request.user, body=_body(data))

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Any:
        if not changes:
            return obj
        return mib.update(mib.KINDS[self.kind], obj.pk, actor=request.user, body=_body(changes))

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        mib.delete(mib.KINDS[self.kind], obj.pk, actor=request.user)


def _body(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name == "asks":
            found["group_ids"] = [group.pk for group in value]
        elif hasattr(value, "pk"):
            found[f"{name}_id"] = value.pk
        else:
            found[name] = value
    return found


def _groups(request: HttpRequest, profile: MibProfile) -> dict[str, Any]:
    rows = profile.groups.prefetch_related("mappings")
    groups = ShortTable(
        "Groups of OIDs",
        ("Group", "Base OID", "Columns"),
        [
            (
                identifier(row.name, reverse("admin:devices_oidgroup_change", args=[row.pk])),
                row.base_oid or EMPTY,
                len(row.mappings.all()),
            )
            for row in rows
        ],
        empty="No group yet; add one, or import a MIB over REST.",
    )
    kinds = ShortTable(
        "Poll types",
        ("Name", "Goes to"),
        [
            (
                identifier(row.name, reverse("admin:devices_polltype_change", args=[row.pk])),
                row.target_table,
            )
            for row in profile.poll_types.all()
        ],
        empty="Nothing polls it yet.",
    )
    return {"tables": [groups, kinds]}


def _mappings(request: HttpRequest, group: OidGroup) -> dict[str, Any]:
    rows = group.mappings.prefetch_related("enums")
    table = ShortTable(
        "Columns",
        ("Name", "OID", "Type", "Transform", "Words"),
        [
            (
                identifier(row.name, reverse("admin:devices_oidmapping_change", args=[row.pk])),
                row.oid,
                row.data_type,
                row.transform or EMPTY,
                ", ".join(str(word) for word in row.enums.all()) or EMPTY,
            )
            for row in rows
        ],
        empty="No column yet.",
    )
    return {"tables": [table]}


@register(MibProfile)
class MibProfileAdmin(_MibAdmin):
    """What the devices of a vendor can be asked."""

    kind = "profiles"
    list_display = ["name", "vendor", "enterprise", "description"]
    search_fields = ["name", "vendor"]
    phone_columns = ["vendor"]
    fields = ["name", "vendor", "enterprise_oid", "description"]
    tabs = [Tab("groups", "Groups and polls", context=_groups)]

    @column("Enterprise OID", order="enterprise_oid", export="enterprise_oid")
    def enterprise(self, obj: MibProfile) -> str:
        return obj.enterprise_oid or EMPTY


@register(OidGroup)
class OidGroupAdmin(_MibAdmin):
    """OIDs that are walked together."""

    kind = "groups"
    list_display = ["name", "profile", "base", "mib"]
    list_filter = ["profile"]
    list_select_related = ["profile"]
    search_fields = ["name", "base_oid"]
    phone_columns = ["profile"]
    fields = ["profile", "name", "base_oid", "mib_name", "is_table"]
    tabs = [Tab("mappings", "Columns", context=_mappings)]

    @column("Base OID", order="base_oid", export="base_oid")
    def base(self, obj: OidGroup) -> str:
        return obj.base_oid or EMPTY

    @column("MIB", order="mib_name", export="mib_name")
    def mib(self, obj: OidGroup) -> str:
        return obj.mib_name or EMPTY


@register(OidMapping)
class OidMappingAdmin(_MibAdmin):
    """One column: its OID, its name, and what is done to its values."""

    kind = "mappings"
    list_display = ["name", "group_name", "oid", "data_type", "transform"]
    list_filter = ["group__profile", "data_type"]
    list_select_related = ["group__profile"]
    search_fields = ["name", "oid"]
    phone_columns = ["oid"]
    fields = ["group", "name", "oid", "mib_object_name", "data_type", "transform", "unit"]

    @column("Group", order="group__name", export="group__name")
    def group_name(self, obj: OidMapping) -> str:
        return str(obj.group)


class PollTypeForm(forms.ModelForm):
    """A poll type with the groups that it asks; the service checks whose they are."""

    asks = forms.ModelMultipleChoiceField(
        OidGroup.objects.select_related("profile").order_by("profile__name", "pk"),
        label="Asks",
        required=False,
        help_text="Groups of OIDs, of its own profile. Without one a poll has nothing to ask.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "pb-radios"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["asks"] = list(self.instance.groups.values_list("pk", flat=True))


@register(PollType)
class PollTypeAdmin(_MibAdmin):
    """A named way of polling."""

    kind = "poll-types"
    form = PollTypeForm
    list_display = ["name", "display_name", "profile", "target_table", "enabled"]
    list_filter = ["profile", "enabled"]
    list_select_related = ["profile"]
    search_fields = ["name", "display_name"]
    phone_columns = ["target_table"]
    fields = ["name", "display_name", "profile", "asks", "target_table", "enabled"]
