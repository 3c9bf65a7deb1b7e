"""Kinds of inventory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ServiceAdmin,
    ShortTable,
    Tab,
    column,
    identifier,
    register,
    when,
)
from networkroutes.admin.words import page_of, plain
from networkroutes.choices import FieldKind
from networkroutes.models import RepositoryField, RepositoryType
from networkroutes.services import routes


class RepositoryTypeForm(forms.ModelForm):
    """A new kind of inventory."""

    class Meta:
        model = RepositoryType
        fields = ["name", "description"]
        error_messages = {"name": {"unique": "Another repository type has this name."}}
        widgets = {
            "name": forms.TextInput(attrs={"class": "vTextField"}),
            "description": forms.Textarea(attrs={"rows": 3}),
        }


def _fields(request: HttpRequest, kind: RepositoryType) -> dict[str, Any]:
    """Return the typed fields, with where they are changed."""
    rows = [
        (
            identifier(field.slug, page_of(field)),
            field.header,
            FieldKind(field.kind).label,
            "Yes" if field.is_required else "No",
            ", ".join(field.choices),
        )
        for field in RepositoryField.objects.filter(repository_type=kind)
    ]
    every = reverse("admin:networkroutes_repositoryfield_changelist")
    table = ShortTable(
        "Typed fields",
        ("Name", "Label", "Kind", "Required", "Choices"),
        rows,
        url=f"{every}?repository_type__id__exact={kind.pk}",
        empty="Circuits have their own fields; a kind with typed fields gets a list and a form.",
    )
    return {"tables": [table]}


@register(RepositoryType)
class RepositoryTypeAdmin(ServiceAdmin):
    """Kinds of inventory; circuits belong to one each."""

    form = RepositoryTypeForm
    list_display = ["name", "about", "circuits", "others", "made"]
    search_fields = ["name"]
    ordering = ["name"]
    phone_columns = ["circuits"]
    export_fields = ["name", "description", ("Circuits", "route_count")]
    summary = ["name", "about", "circuits", "others", "made"]
    details_title = ""
    tabs = [Tab("fields", "Fields", context=_fields)]
    fields = ["name", "description"]
    empty_text = "No repository types yet."

    def get_queryset(self, request: HttpRequest) -> QuerySet[RepositoryType]:
        """Count the circuits of each."""
        rows: QuerySet[RepositoryType] = super().get_queryset(request)
        return rows.annotate(
            route_count=Count("routes", distinct=True),
            record_count=Count("records", distinct=True),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The summary says it all once it is there."""
        return super().get_fieldsets(request, obj) if obj is None else []

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> RepositoryType:
        """Make a kind of inventory."""
        return routes.create_repository_type(
            actor=request.user, name=data["name"], description=data["description"] or None
        )

    @column("Description")
    def about(self, obj: RepositoryType) -> str:
        return plain(obj.description)

    @column("Circuits", numeric=True, order="route_count")
    def circuits(self, obj: Any) -> SafeString:
        every = reverse("admin:networkroutes_networkroute_changelist")
        return format_html(
            '<a href="{}?repository={}">{}</a>', every, obj.pk, f"{obj.route_count:,}"
        )

    @column("Records", numeric=True, order="record_count")
    def others(self, obj: Any) -> SafeString:
        every = reverse("admin:networkroutes_inventoryrecord_changelist")
        return format_html('<a href="{}?type={}">{}</a>', every, obj.pk, f"{obj.record_count:,}")

    @column("Made", order="created_at")
    def made(self, obj: RepositoryType) -> SafeString:
        return when(obj.created_at)
