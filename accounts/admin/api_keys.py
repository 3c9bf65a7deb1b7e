"""API keys: making one (its secret is shown once), ending one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.role_form import choices
from accounts.admin.words import key_badge
from accounts.models import ApiKey, User
from accounts.services import api_keys
from inventory_site.core.admin import EMPTY, ServiceAdmin, Verb, column, each, register, when

SHOWN_ONCE = "_shown_once"


class ApiKeyForm(forms.ModelForm):
    """What a new key is asked for."""

    scopes = forms.MultipleChoiceField(
        choices=lambda: list(choices()),
        widget=forms.CheckboxSelectMultiple,
        help_text="The key can do these, and never more than its owner.",
    )
    ends_on = forms.DateField(
        required=False,
        label="Last day",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Blank never ends.",
    )
    addresses = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Allowed addresses",
        help_text="One address or network per line; blank allows all.",
    )

    class Meta:
        model = ApiKey
        fields = ["user", "name"]

    class Media:
        css = {"all": ["accounts/identity.css"]}

    def clean_ends_on(self) -> datetime | None:
        """Take the end of the day."""
        day = self.cleaned_data.get("ends_on")
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError("This day is over.")
        return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(days=1)


def _revoke(request: HttpRequest, key: ApiKey, data: dict[str, Any]) -> str:
    api_keys.revoke_api_key(actor=request.user, key=key)
    return f"{key.name} opens nothing any more."


@register(ApiKey)
class ApiKeyAdmin(ServiceAdmin):
    """Keys for scripts, known by their first letters."""

    form = ApiKeyForm
    list_title = "API keys"
    noun = "API key"
    list_display = ["name", "status", "owner", "prefix", "last_used", "ends", "created"]
    list_hidden = ["created"]
    list_filter = [("user", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__username"]
    phone_columns = ["status", "owner", "ends"]
    row_verb = "revoke"
    summary = [
        "owner",
        "prefix",
        "scope_names",
        "addresses",
        "created",
        "last_used",
        "last_address",
        "ends",
    ]
    details_title = ""
    fields = ["user", "name", "scopes", "ends_on", "addresses"]
    empty_text = "No API keys yet. A script needs one to speak to the API."
    verbs = [
        Verb(
            slug="revoke",
            label="Revoke",
            permission="accounts.change_apikey",
            run=each(_revoke, "revoked"),
            follows="Scripts that use it are refused from now on. It cannot be undone.",
            danger=True,
            icon="ban",
            fits=lambda key: key.revoked_at is None,
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return super().get_queryset(request).select_related("user")

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        """A key that exists shows its facts, not a form."""
        return [] if obj else super().get_fieldsets(request, obj)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> ApiKey:
        """Make the key; its secret travels to the answer and nowhere else."""
        key, secret = api_keys.create_api_key(
            actor=request.user,
            user=data["user"],
            name=data["name"],
            scopes=data["scopes"],
            allowed_ips=data["addresses"].split(),
            expires_at=data["ends_on"],
        )
        setattr(request, SHOWN_ONCE, secret)
        return key

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, once."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new key",
            "opts": self.opts,
            "key": obj,
            "secret": getattr(request, SHOWN_ONCE),
        }
        answer = TemplateResponse(request, "accounts/admin/new_key.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only active accounts get keys."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(status="active")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @column("State")
    def status(self, obj: ApiKey) -> SafeString:
        return key_badge(obj)

    def state(self, obj: ApiKey) -> SafeString:
        return key_badge(obj)

    @column("Owner", order="user__username", export="user__username")
    def owner(self, obj: ApiKey) -> str:
        return obj.user.shown_name

    @column("May", export="scopes")
    def scope_names(self, obj: ApiKey) -> str:
        return ", ".join(obj.scopes)

    @column("From")
    def addresses(self, obj: ApiKey) -> str:
        return ", ".join(obj.allowed_ips) or "any address"

    @column("Last use", order="last_used_at", export="last_used_at")
    def last_used(self, obj: ApiKey) -> SafeString:
        return when(obj.last_used_at, missing="never")

    @column("Last address", export="last_used_ip")
    def last_address(self, obj: ApiKey) -> str:
        return obj.last_used_ip or EMPTY

    @column("Ends", order="expires_at", export="expires_at")
    def ends(self, obj: ApiKey) -> SafeString:
        if obj.revoked_at is not None:
            return when(obj.revoked_at)
        return when(obj.expires_at, acts=True, missing="never")

    @column("Made", order="created_at", export="created_at")
    def created(self, obj: ApiKey) -> SafeString:
        return when(obj.created_at)
