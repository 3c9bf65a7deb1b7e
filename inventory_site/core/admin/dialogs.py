"""The page behind every verb: names its targets, asks, runs, answers.

Without scripts it is a page between two others; with them the same address fills a `<dialog>`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from inventory_site.core.admin.refusals import add_refusal
from inventory_site.core.admin.toasts import toast
from inventory_site.core.admin.verbs import Answer, Verb, named
from inventory_site.core.errors import DomainError

MAX_TARGETS = 5000
TARGETS = "ids"
DIALOG_HEADER = "X-Patchbay-Dialog"
DIALOG_IDS = "id_verb_%s"  # the page below may have fields of the same names


class VerbMixin:
    """Gives a model admin its verbs; `verbs` are in the order of their buttons."""

    verbs: Sequence[Verb] = ()

    def all_verbs(self) -> list[Verb]:
        """Return every verb of this admin."""
        return list(self.verbs)

    def get_verbs(self, request: HttpRequest) -> list[Verb]:
        """Return the verbs that the person holds the permission for."""
        return [verb for verb in self.all_verbs() if verb.may(request)]

    def object_verbs(self, request: HttpRequest, obj: Any) -> list[Verb]:
        """Return the verbs whose button stands on this object's page; danger comes last."""
        fitting = [
            verb
            for verb in self.get_verbs(request)
            if verb.on_object and self.verb_fits(request, verb, obj)
        ]
        return sorted(fitting, key=lambda verb: verb.danger)

    def verb_fits(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        """Whether a verb makes sense for this object and this person, on its page and in lists."""
        return verb.fits is None or verb.fits(obj)

    def verb_url(self, slug: str, *pks: Any, back: str = "") -> str:
        """Return the address of a verb's dialog for these objects."""
        query: list[tuple[str, Any]] = [(TARGETS, pk) for pk in pks]
        if back:
            query.append(("next", back))
        address = reverse(f"admin:{self._names('verb')}", args=[slug])
        return f"{address}?{urlencode(query)}" if query else address

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb_view)  # type: ignore[attr-defined]  # of ModelAdmin
        return [
            path("verbs/<slug:slug>/", view, name=self._names("verb")),
            *super().get_urls(),  # type: ignore[misc]  # of ModelAdmin
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str]]:
        """Return the list verbs as actions; bulk delete is never among them."""
        actions = super().get_actions(request)  # type: ignore[misc]
        actions.pop("delete_selected", None)
        for verb in self.get_verbs(request):
            if verb.on_list:
                actions[verb.slug] = (_opener(verb), verb.slug, verb.label)
        return actions  # type: ignore[no-any-return]  # a mapping

    def verb_view(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        """Ask (GET, or POST without `confirm`), or do (POST with `confirm`)."""
        verb = next((verb for verb in self.all_verbs() if verb.slug == slug), None)
        if verb is None:
            raise Http404
        if not verb.may(request) or not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return self.open_verb(request, verb, self._targets(request))

    def open_verb(self, request: HttpRequest, verb: Verb, objects: list[Any]) -> HttpResponseBase:
        """Draw the dialog for these objects, or do the verb when it was confirmed."""
        if not objects:
            messages.warning(request, "Nothing is chosen, or it is gone.")
            return self._leave(request, self._list_url())
        if verb.page:
            return self._leave(request, verb.page(objects[0]))
        is_confirmed = request.method == "POST" and "confirm" in request.POST
        form_class = verb.form_class(request, objects)
        initial = verb.initial(request, objects) if verb.initial else {}
        data = (request.POST, request.FILES) if is_confirmed else (None, None)
        form = form_class(*data, initial=initial, auto_id=DIALOG_IDS)
        if verb.typed_name:
            form.fields["typed_name"] = _typed_name([self.object_title(obj) for obj in objects])  # type: ignore[attr-defined]
        if is_confirmed and form.is_valid():
            try:
                answer = verb.run(request, objects, form.cleaned_data)
            except (DomainError, ValidationError) as refusal:
                add_refusal(form, refusal)
            else:
                return self._answered(request, verb, objects, answer)
        return self._dialog(request, verb, objects, form)

    def _dialog(
        self, request: HttpRequest, verb: Verb, objects: list[Any], form: forms.Form
    ) -> TemplateResponse:
        names, more = named([self.object_title(obj) for obj in objects])  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": verb.label,
            "opts": self.opts,  # type: ignore[attr-defined]
            "list_title": self.list_title,  # type: ignore[attr-defined]  # of ListMixin
            "verb": verb,
            "nouns": self.plural(),  # type: ignore[attr-defined]
            "form": form,
            "names": names,
            "more": more,
            "objects": objects,
            "consequence": verb.consequence(objects),
            "action_url": self.verb_url(verb.slug),
            "next": self._back(request, objects, verb),
            "media": form.media,
        }
        return TemplateResponse(request, _template(request, "dialog"), context)

    def _answered(
        self, request: HttpRequest, verb: Verb, objects: list[Any], answer: Answer
    ) -> HttpResponseBase:
        after = answer.url if answer.goes else self._back(request, objects, verb)
        if answer.refused:
            context = {
                **self.admin_site.each_context(request),  # type: ignore[attr-defined]
                "title": f"{verb.label}: {answer.text}",
                "opts": self.opts,  # type: ignore[attr-defined]
                "list_title": self.list_title,  # type: ignore[attr-defined]  # of ListMixin
                "answer": answer,
                "next": after,
            }
            return TemplateResponse(request, _template(request, "results"), context)
        undo_url = answer.undo_url
        if verb.undo and not undo_url:
            undo_url = self.verb_url(verb.undo, *(obj.pk for obj in objects))
        url = "" if answer.goes else answer.url
        toast(request, answer.text, url=url, link=answer.link, undo_url=undo_url)
        return self._leave(request, after)

    def _leave(self, request: HttpRequest, address: str) -> HttpResponseBase:
        if DIALOG_HEADER in request.headers:
            return JsonResponse({"location": address})
        return redirect(address)

    def _targets(self, request: HttpRequest) -> list[Any]:
        asked = request.POST if request.method == "POST" else request.GET
        ids = asked.getlist(TARGETS)[:MAX_TARGETS]
        rows: QuerySet[Model] = self.get_queryset(request)  # type: ignore[attr-defined]
        try:
            return list(rows.filter(pk__in=ids).order_by("pk"))
        except (ValueError, ValidationError):
            raise Http404 from None

    def _back(self, request: HttpRequest, objects: list[Any], verb: Verb) -> str:
        asked = request.POST.get("next") or request.GET.get("next") or ""
        if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()):
            return asked
        if request.path.endswith(f"/{self.opts.model_name}/"):  # type: ignore[attr-defined]  # from the list
            return request.get_full_path()
        if len(objects) == 1 and not verb.ends_on_list:
            return self.object_url(objects[0])  # type: ignore[attr-defined, no-any-return]  # of ModelAdmin
        return self._list_url()

    def _list_url(self) -> str:
        return reverse(f"admin:{self._names('changelist')}")

    def _names(self, view: str) -> str:
        opts = self.opts  # type: ignore[attr-defined]
        return f"{opts.app_label}_{opts.model_name}_{view}"


def _opener(verb: Verb) -> Callable[..., Any]:
    def opener(admin: Any, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponseBase:
        objects = list(queryset.order_by("pk")[: MAX_TARGETS + 1])
        if len(objects) > MAX_TARGETS:
            messages.warning(request, f"At most {MAX_TARGETS:,} at once; narrow the filter.")
            return redirect(request.get_full_path())
        answer: HttpResponseBase = admin.open_verb(request, verb, objects)
        return answer

    opener.__name__ = verb.slug
    opener.short_description = verb.label  # type: ignore[attr-defined]  # Django's way
    return opener


def _typed_name(names: list[str]) -> forms.Field:
    wanted = names[0] if len(names) == 1 else str(len(names))
    what = "the name" if len(names) == 1 else "the number of objects"

    def matches(value: str) -> None:
        if value.strip() != wanted.strip():
            raise ValidationError(f"This does not match: type {wanted}")

    return forms.CharField(
        label=f"Type {what} to confirm: {wanted}",
        validators=[matches],
        max_length=max(len(wanted), 200),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _template(request: HttpRequest, stem: str) -> str:
    kind = "fragment" if DIALOG_HEADER in request.headers else "page"
    return f"core/admin/{stem}_{kind}.html"
