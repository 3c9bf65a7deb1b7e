"""The page of one object: a summary on top, verbs beside its name, tabs by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import flatten, label_for_field, quote
from django.db import DataError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from inventory_site.core.admin.columns import drawn
from inventory_site.core.admin.tabs import DETAILS, Tab, shown_tabs
from inventory_site.core.admin.verbs import Verb

FOLDED = "collapse"  # Django's word
AUDIT_LIST = "admin:accounts_auditentry_changelist"


class ObjectPageMixin:
    """The object page of a model admin.

    `summary` names fields and methods drawn read-only on top; `tabs` are loaded one at a time;
    `details_title` names the tab with the form or the remaining fields, blank leaves it out on
    objects that cannot be edited; `details_first` puts it before the others. `state(obj)` returns
    the badge beside the name. Where adding begins something, `add_title` and `add_label` name the
    page and its button.
    """

    change_form_template = "core/admin/object.html"
    summary: Sequence[str] = ()
    tabs: Sequence[Tab] = ()
    details_title = "Details"
    details_first = False
    add_title = ""
    add_label = ""

    def object_title(self, obj: Any) -> str:
        """Return what people call the object: on its page, in dialogs and messages."""
        return str(obj)

    def state(self, obj: Any) -> SafeString | str:
        """Return the badge beside the object's name."""
        return ""

    def subtitle(self, obj: Any) -> str:
        """Return the line behind the object's name."""
        return ""

    def get_summary(self, request: HttpRequest, obj: Any) -> Sequence[str]:
        """Return the names of what the summary shows."""
        return self.summary

    def get_tabs(self, request: HttpRequest, obj: Any) -> Sequence[Tab]:
        """Return the tabs of this object, in order."""
        return self.tabs

    def opens_on(self, obj: Any) -> str:
        """Return the slug of the tab that opens when the address names none; blank is the form."""
        return ""

    def history_url(self, obj: Model) -> str:
        """Return the audit entries of this object; blank when nobody keeps them."""
        query = {"object_type": self.opts.label_lower, "object_id": obj.pk}  # type: ignore[attr-defined]  # of ModelAdmin
        try:
            return f"{reverse(AUDIT_LIST)}?{urlencode(query)}"
        except NoReverseMatch:
            return ""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Go to the object's audit entries; Django's own admin log is not kept."""
        obj = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if obj is None:
            opts = self.opts  # type: ignore[attr-defined]
            return self._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[attr-defined, no-any-return]  # of ModelAdmin
        return redirect(self.history_url(obj) or self.object_url(obj))

    def object_url(self, obj: Model) -> str:
        """Return the address of an object's page."""
        opts = self.opts  # type: ignore[attr-defined]
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[quote(obj.pk)])

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Add what the object page shows besides the form."""
        _unfold_wrong(context["adminform"])
        if obj is not None and change:
            self._furnish_object(request, context, obj)
        answer: HttpResponse = super().render_change_form(  # type: ignore[misc]  # of ModelAdmin
            request, context, add=add, change=change, form_url=form_url, obj=obj
        )
        if isinstance(answer, TemplateResponse) and obj is not None and change:
            shown = answer.context_data or {}
            shown["may_save"] = shown.get("has_change_permission", False)
        return answer

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row, or nothing for a key that is no key of this table."""
        try:
            return super().get_object(request, object_id, from_field)  # type: ignore[misc]
        except (OverflowError, DataError):
            return None

    def _furnish_object(self, request: HttpRequest, context: dict[str, Any], obj: Any) -> None:
        may_change = self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        details = self.details_title or ("Edit" if may_change else "")
        tabs, open_tab = shown_tabs(
            self.get_tabs(request, obj),
            request,
            obj,
            details=details,
            details_first=self.details_first,
            opens_on=self.opens_on(obj),
        )
        if request.method == "POST":  # a refused form
            tabs = [replace(tab, is_open=tab.slug == DETAILS) for tab in tabs]
            open_tab = None
        verbs = self._linked_verbs(request, obj)
        context.update(
            title=self.object_title(obj),
            subtitle=self.subtitle(obj),
            state=self.state(obj),
            facts=[self._fact(name, obj) for name in self.get_summary(request, obj)],
            tabs=tabs if len(tabs) > 1 else [],
            open_tab=open_tab,
            tab_context=open_tab.context(request, obj) if open_tab else {},
            main_verbs=verbs[:2],
            more_verbs=verbs[2:],
            history_url=self.history_url(obj) if self._may_read_history(request) else "",
        )

    def _linked_verbs(self, request: HttpRequest, obj: Any) -> list[tuple[Verb, str]]:
        """The verbs with their addresses; done on a chosen tab, they come back to it."""
        here = request.get_full_path() if request.GET.get("tab") else ""
        return [
            (verb, self.verb_url(verb.slug, obj.pk, back="" if verb.ends_on_list else here))  # type: ignore[attr-defined]
            for verb in self.object_verbs(request, obj)  # type: ignore[attr-defined]
        ]

    def _may_read_history(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.view_auditentry"))

    def _fact(self, name: str, obj: Any) -> tuple[str, SafeString]:
        label = label_for_field(name, self.model, model_admin=self)  # type: ignore[attr-defined]
        return capfirst(label), drawn(name, obj, self)


def _unfold_wrong(form: AdminForm) -> None:
    """Open the groups with a wrong field; Django itself finds those only that have a line alone."""
    form.fieldsets = [
        (
            name,
            {**group, "classes": [one for one in group.get("classes", ()) if one != FOLDED]}
            if set(flatten(group["fields"])) & set(form.errors)
            else group,
        )
        for name, group in form.fieldsets
    ]
