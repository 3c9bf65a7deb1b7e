"""A refusal becomes a sentence on the form, with the typing kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.errors import DomainError, InvalidInput, VersionConflict

Refusal = DomainError | ValidationError


def sentences(refusal: Refusal) -> dict[str | None, list[str]]:
    """Return the refusal's sentences by field; None stands for the whole form."""
    if isinstance(refusal, InvalidInput) and refusal.fields:
        fields: dict[str | None, list[str]] = {}
        fields.update(refusal.fields)
        return fields
    if isinstance(refusal, DomainError):
        if isinstance(refusal.details, list):  # a list of every rule that is broken
            return {None: refusal.details}
        return {refusal.details.get("field"): [refusal.message]}
    if hasattr(refusal, "error_dict"):
        return {
            (None if name == NON_FIELD_ERRORS else name): texts
            for name, texts in refusal.message_dict.items()
        }
    return {None: refusal.messages}


def sentence(refusal: Refusal) -> str:
    """Return the refusal as one line of text."""
    return " ".join(text for texts in sentences(refusal).values() for text in texts)


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put the sentences at their fields; those of fields that the form lacks go on top."""
    for name, texts in sentences(refusal).items():
        for text in texts:
            known = name is not None and name in form.fields
            form.add_error(name if known else None, text)


def _way_on(request: HttpRequest) -> SafeString:
    """Say what helps when somebody else was first: see theirs, and begin from there."""
    return format_html(
        '<a href="{}" target="_blank">See what is stored now</a>, or'
        ' <a href="{}">begin again from there</a>; what you typed stays here until then.',
        request.get_full_path(),
        request.get_full_path(),
    )


class RefusalMixin:
    """Shows a refusal of the service as an error of the form.

    Django has rolled the request back by the time the form is drawn again.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        draw = super().changeform_view  # type: ignore[misc]  # a mixin of ModelAdmin
        try:
            answer: HttpResponse = draw(request, object_id, form_url, extra_context)
        except (DomainError, ValidationError) as refusal:
            if request.method != "POST":
                raise
            request.refusal = refusal  # type: ignore[attr-defined]  # read by get_form below
            answer = draw(request, object_id, form_url, extra_context)
        return answer

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Return the form; after a refusal, one that says so."""
        form_class: type[forms.ModelForm] = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        refusal: Refusal | None = getattr(request, "refusal", None)
        if refusal is None:
            return form_class

        class RefusedForm(form_class):  # type: ignore[misc, valid-type]  # made per request
            def _post_clean(self) -> None:
                super()._post_clean()
                add_refusal(self, refusal)
                if isinstance(refusal, VersionConflict):
                    self.add_error(None, _way_on(request))

        return RefusedForm
