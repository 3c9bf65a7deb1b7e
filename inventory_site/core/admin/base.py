"""The model admins that the house's admins derive from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from inventory_site.core.admin import theme
from inventory_site.core.admin.dialogs import VerbMixin
from inventory_site.core.admin.lists import ListMixin
from inventory_site.core.admin.objects import ObjectPageMixin
from inventory_site.core.admin.refusals import RefusalMixin
from inventory_site.core.admin.toasts import toast
from inventory_site.core.admin.verbs import Answer, Verb
from inventory_site.core.admin.widgets import NATIVE_WIDGETS
from inventory_site.core.models.base import Versioned

VERSION_FIELD = "expected_version"
DELETE = "delete"


class ServiceAdmin(ListMixin, ObjectPageMixin, VerbMixin, RefusalMixin, theme.ModelAdmin):
    """Saves through services only.

    A subclass offers adding by overriding `service_create`, changing by `service_update`, deleting
    one object by `service_delete`; without them the admin is read-only, whatever the person may
    do. Each calls one service and lets its refusals (`DomainError`, Django's `ValidationError`)
    through. `delete_permission` is what Delete asks for where that is not the model's own.
    """

    delete_permission = ""

    formfield_overrides = NATIVE_WIDGETS

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the small add and change links: other things are made on their own pages."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        """Make an object of the form's cleaned data and return it."""
        raise NotImplementedError

    def service_update(
        self,
        request: HttpRequest,
        obj: Any,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> Model:
        """Change the stored object; `changes` holds only the fields that were edited.

        `expected_version` is the version the form was drawn with, None where the model has none.
        """
        raise NotImplementedError

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete the object or refuse."""
        raise NotImplementedError

    def offers(self, service: str) -> bool:
        """Whether the subclass brings this service."""
        return getattr(type(self), service) is not getattr(ServiceAdmin, service)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.offers("service_create") and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.offers("service_update") and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.offers("service_delete") and super().has_delete_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Return the form; of what two people edit it carries the version it was drawn with."""
        form_class = super().get_form(request, obj, change=change, **kwargs)
        if not change or not issubclass(self.model, Versioned):
            return form_class
        version = forms.IntegerField(
            widget=forms.HiddenInput, required=False, initial=obj.version if obj else None
        )
        return type(form_class.__name__, (form_class,), {VERSION_FIELD: version})

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        """Hand the form to the service; what it returns is what the answer shows."""
        data = dict(form.cleaned_data)
        expected = data.pop(VERSION_FIELD, None)
        if change:
            stored = self.model._default_manager.get(pk=obj.pk)
            changes = {name: data[name] for name in form.changed_data if name in data}
            saved = self.service_update(request, stored, changes, expected)
        else:
            saved = self.service_create(request, data)
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write nothing: relations belong to the service that saved the object."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry | None:
        """Write nothing: services audit."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry | None:
        """Write nothing: services audit."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        """Write nothing: services audit."""
        return []

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the new object."""
        if "_popup" in request.POST or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        toast(request, f"{self.object_title(obj)} is saved.")
        return redirect(self.object_url(obj))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on the object."""
        if "_popup" in request.POST:
            return super().response_change(request, obj)
        toast(request, f"{self.object_title(obj)} is saved.")
        return redirect(self.object_url(obj))

    def all_verbs(self) -> list[Verb]:
        """Return the subclass's verbs, and Delete last where it is offered."""
        return [
            *super().all_verbs(),
            *([self._delete_verb()] if self.offers("service_delete") else []),
        ]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Go to the dialog of the verb Delete, which explains what blocks it."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        return redirect(self.verb_url(DELETE, obj.pk))

    def deletable(self, obj: Any) -> bool:
        """Whether Delete is shown for this object at all; the service still decides."""
        return True

    def _delete_verb(self) -> Verb:
        def run(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
            label = str(objects[0])
            self.service_delete(request, objects[0])
            return Answer(f"{label} is deleted.")

        return Verb(
            slug=DELETE,
            label="Delete",
            permission=self.delete_permission
            or f"{self.opts.app_label}.{get_permission_codename('delete', self.opts)}",
            run=run,
            follows="This cannot be undone.",
            danger=True,
            typed_name=True,
            on_list=False,
            ends_on_list=True,
            fits=self.deletable,
            icon="trash-2",
        )


class ReadOnlyAdmin(ServiceAdmin):
    """Rows that people read and, through verbs, act on; never typed into."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
