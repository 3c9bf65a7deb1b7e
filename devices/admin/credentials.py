"""The vault's pages; secrets go in, and come out only on the strict page of Reveal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from devices import policy
from devices.admin.credential_tabs import CREDENTIAL_TABS
from devices.admin.credential_verbs import CREDENTIAL_VERBS, is_open, warn
from devices.admin.secret_form import META, SECRET_FIELDS, CredentialForm, filled
from devices.admin.words import state_badge
from devices.choices import credential_word
from devices.models import Credential
from devices.services import vault, vault_use
from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    Verb,
    column,
    register,
    when,
)
from inventory_site.core.errors import DomainError, NotAllowed

STRICT = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
WORDS = {
    "credential_type": "kind",
    "allowed_users": "people",
    "allowed_groups": "roles",
    "is_default": "stands_in",
    "tags": "tagged",
}
READ = [WORDS.get(name, name) for name in META]


@register(Credential)
class CredentialAdmin(ServiceAdmin):
    """A stored secret, without the secret."""

    form = CredentialForm
    list_display = ["name", "kind", "username", "status_badge", "ends", "uses", "used"]
    list_filter = ["credential_type", "status", "category", "environment"]
    search_fields = ["name", "description", "username", "owner"]
    phone_columns = ["status_badge", "kind"]
    summary = ["kind", "username", "ends", "uses", "used", "rotated", "tagged"]
    fields = [*META[:3], *SECRET_FIELDS, *META[3:]]
    tabs = CREDENTIAL_TABS
    verbs = CREDENTIAL_VERBS

    class Media:
        css = {"all": ["devices/devices.css"]}
        js = ["devices/fields_of_choice.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        rows: QuerySet[Credential] = super().get_queryset(request)
        return rows.filter(is_deleted=False)

    def get_summary(self, request: HttpRequest, obj: Credential) -> Sequence[str]:
        """Add what only a certificate has."""
        return [*self.summary, *(["certificate_subject"] if obj.certificate_subject else [])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A restricted credential is changed by those it names."""
        may: bool = super().has_change_permission(request, obj)
        return may and (obj is None or policy.may_keep(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """So it is with removing one."""
        may: bool = super().has_delete_permission(request, obj)
        return may and (obj is None or policy.may_keep(request.user, obj))

    def verb_fits(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        """Of a restricted one nobody is offered what they would be refused."""
        return super().verb_fits(request, verb, obj) and is_open(verb, obj, request.user)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Without the right to change it nothing is said of the secret's fields."""
        allowed = self.has_change_permission(request, obj) if obj else True
        return self.fields if allowed else READ

    def get_urls(self) -> list[Any]:
        """Add the strict page."""
        view = self.admin_site.admin_view(never_cache(self.reveal_view))
        place = path("<int:pk>/reveal/", view, name="devices_credential_reveal")
        return [place, *super().get_urls()]

    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for a reason, then show the secret: no script, no theme, no copy kept."""
        try:
            policy.require(request.user, policy.REVEAL_CREDENTIAL)
            row, document, error = vault.find(pk), None, ""
            if request.method == "POST":
                reason = request.POST.get("reason", "").strip()
                if reason:
                    document = vault_use.reveal(pk, actor=request.user, reason=reason[:500])
                else:
                    error = "Say why; it is written down."
        except NotAllowed:
            return HttpResponse("Permission denied", status=403, content_type="text/plain")
        except DomainError:
            return redirect("admin:devices_credential_changelist")
        shown = {"credential": row, "secret": document and filled(document), "error": error}
        response = render(request, "devices/admin/reveal.html", shown)
        response["Content-Security-Policy"] = STRICT
        response["Referrer-Policy"] = "same-origin"  # without one its own form would be refused
        return response

    def state(self, obj: Credential) -> SafeString:
        return state_badge(obj.status)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Credential:
        body = {name: value for name, value in data.items() if value not in (None, "")}
        saved = vault.create_credential(actor=request.user, body=body)
        warn(request, saved)
        return saved.credential

    def service_update(
        self,
        request: HttpRequest,
        obj: Credential,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> Credential:
        body = {
            name: value
            for name, value in changes.items()
            if name not in SECRET_FIELDS or value not in (None, "")
        }
        if not body:
            return obj
        saved = vault.update_credential(
            obj.pk, actor=request.user, body=body, expected_version=expected_version
        )
        warn(request, saved)
        return saved.credential

    def service_delete(self, request: HttpRequest, obj: Credential) -> None:
        vault.delete_credential(obj.pk, actor=request.user)

    @column("Type", order="credential_type", export="credential_type")
    def kind(self, obj: Credential) -> str:
        return credential_word(obj.credential_type)

    @column("State", order="status", export="status")
    def status_badge(self, obj: Credential) -> SafeString:
        return state_badge(obj.status)

    @column("Ends", order="valid_until", export="valid_until")
    def ends(self, obj: Credential) -> SafeString:
        return when(obj.valid_until, acts=True, missing="no end")

    @column("Uses", order="used_by_count", export="used_by_count")
    def uses(self, obj: Credential) -> int:
        return obj.used_by_count

    @column("Last used", order="last_used_at", export="last_used_at")
    def used(self, obj: Credential) -> SafeString:
        return when(obj.last_used_at, missing="never")

    @column("Rotated", order="last_rotation_at", export="last_rotation_at")
    def rotated(self, obj: Credential) -> SafeString:
        return when(obj.last_rotation_at, missing="never")

    @column("Allowed users")
    def people(self, obj: Credential) -> str:
        return ", ".join(map(str, obj.allowed_users)) or EMPTY

    @column("Allowed roles")
    def roles(self, obj: Credential) -> str:
        return ", ".join(map(str, obj.allowed_groups)) or EMPTY

    @column("Default for its type")
    def stands_in(self, obj: Credential) -> str:
        return "Yes" if obj.is_default else "No"

    @column("Tags")
    def tagged(self, obj: Credential) -> str:
        return ", ".join(map(str, obj.tags)) or EMPTY
