"""What stands around the vault: groups, enterprise servers, requests, host keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from devices import policy
from devices.admin.credential_verbs import tried, warn
from devices.admin.device_labels import form_of, names_of, several
from devices.admin.secret_form import TypedAgain
from devices.admin.words import state_badge
from devices.choices import AccessRequestStatus, AuthMethod, credential_word
from devices.models import (
    Credential,
    CredentialAccessRequest,
    CredentialGroup,
    EnterpriseAuthConfig,
    EnterpriseAuthUser,
    SshHostKey,
)
from devices.services import host_keys, vault_groups, vault_requests, vault_test
from inventory_site.core.admin import (
    Answer,
    ReadOnlyAdmin,
    ServiceAdmin,
    ShortTable,
    Tab,
    Verb,
    column,
    each,
    identifier,
    register,
    when,
)


def _credentials(request: HttpRequest, group: CredentialGroup) -> dict[str, Any]:
    table = ShortTable(
        "Credentials",
        ("Name", "Type"),
        [
            (
                identifier(row.name, reverse("admin:devices_credential_change", args=[row.pk])),
                credential_word(row.credential_type),
            )
            for row in _held(group)
        ],
        empty="Nothing is in this group yet.",
    )
    return {"tables": [table]}


def _held(group: CredentialGroup) -> QuerySet[Credential]:
    return group.credentials.filter(is_deleted=False).order_by("name")


def _put_in(request: HttpRequest, objects: list[CredentialGroup], data: dict[str, Any]) -> Answer:
    for row in data["credentials"]:
        vault_groups.add_to_group(objects[0].pk, row.pk, actor=request.user)
    return Answer(f"{names_of(data['credentials'])} put into {objects[0]}.")


def _take_out(request: HttpRequest, objects: list[CredentialGroup], data: dict[str, Any]) -> Answer:
    taken = list(data["credentials"])
    for row in taken:
        vault_groups.remove_from_group(objects[0].pk, row.pk, actor=request.user)
    return Answer(f"{names_of(taken)} taken out of {objects[0]}.")


@register(CredentialGroup)
class CredentialGroupAdmin(ServiceAdmin):
    """Credentials that belong together."""

    list_display = ["name", "description"]
    search_fields = ["name", "description"]
    fields = ["name", "description"]
    tabs = [Tab("credentials", "Credentials", context=_credentials)]
    verbs = [
        Verb(
            slug="add-credentials",
            label="Put credentials in",
            permission=policy.MANAGE_CREDENTIAL_GROUPS,
            run=_put_in,
            form=lambda request, objects: form_of(
                "credentials",
                several(
                    Credential.objects.kept()
                    .exclude(credential_groups__in=objects)
                    .order_by("name"),
                    "Credentials",
                    "There is none that is not in it.",
                ),
            ),
            icon="plus",
            on_list=False,
        ),
        Verb(
            slug="remove-credentials",
            label="Take credentials out",
            permission=policy.MANAGE_CREDENTIAL_GROUPS,
            run=_take_out,
            form=lambda request, objects: form_of(
                "credentials", several(_held(objects[0]), "Credentials", "None is in it.")
            ),
            follows="The credentials themselves stay in the vault.",
            icon="x",
            on_list=False,
            fits=lambda group: _held(group).exists(),
        ),
    ]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> CredentialGroup:
        return vault_groups.create_group(actor=request.user, **data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> CredentialGroup:
        return vault_groups.update_group(obj.pk, actor=request.user, values=changes)

    def service_delete(self, request: HttpRequest, obj: CredentialGroup) -> None:
        vault_groups.delete_group(obj.pk, actor=request.user)


def _body(data: dict[str, Any]) -> dict[str, Any]:
    return {
        (f"{name}_id" if hasattr(value, "pk") else name): getattr(value, "pk", value)
        for name, value in data.items()
    }


def _test_server(
    request: HttpRequest, objects: list[EnterpriseAuthConfig], data: dict[str, Any]
) -> Answer:
    found = vault_test.test_enterprise(objects[0].pk, actor=request.user)
    works = found["status"] in vault_test.GOOD
    return tried(found["server"], works, found["message"], found["duration"])


SERVER_LABELS = {"auth_type": "Protocol", "is_default": "Default of its protocol"}


@register(EnterpriseAuthConfig)
class EnterpriseAuthConfigAdmin(ServiceAdmin):
    """A server that checks logins on devices."""

    list_display = ["name", "auth_type", "credential", "is_default", "priority", "enabled"]
    list_filter = ["auth_type", "enabled"]
    list_select_related = ["credential"]
    search_fields = ["name"]
    phone_columns = ["auth_type"]
    fields = ["name", "auth_type", "credential", "is_default", "priority", "enabled"]
    verbs = [
        Verb(
            slug="test",
            label="Test",
            permission=policy.MANAGE_ENTERPRISE,
            run=_test_server,
            follows="It signs in, RADIUS and TACACS+ by the first service account.",
            icon="stethoscope",
            on_list=False,
        )
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name the fields as people do."""
        kwargs |= {"label": SERVER_LABELS[db_field.name]} if db_field.name in SERVER_LABELS else {}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the device's own check: that is no server."""
        if db_field.name == "auth_type":
            kwargs["choices"] = [one for one in AuthMethod.choices if one[0] != AuthMethod.LOCAL]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> EnterpriseAuthConfig:
        return vault_groups.save_config(None, actor=request.user, body=_body(data)).config

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> EnterpriseAuthConfig:
        saved = vault_groups.save_config(obj.pk, actor=request.user, body=_body(changes))
        warn(request, saved)
        return saved.config

    def service_delete(self, request: HttpRequest, obj: EnterpriseAuthConfig) -> None:
        vault_groups.delete_config(obj.pk, actor=request.user)


class AccountForm(TypedAgain, forms.ModelForm):
    """The password is write-only: blank keeps what is stored."""

    password = forms.CharField(
        required=False,
        strip=False,
        help_text="Blank keeps what is stored.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = EnterpriseAuthUser
        fields = ("name", "auth_config", "username", "description", "is_service_account", "enabled")
        labels = {"auth_config": "Authentication server", "is_service_account": "Service account"}


@register(EnterpriseAuthUser)
class EnterpriseAuthUserAdmin(ServiceAdmin):
    """A service account of an enterprise server, without its password."""

    form = AccountForm
    list_display = ["name", "auth_config", "username", "enabled", "used"]
    list_filter = ["auth_config", "enabled"]
    list_select_related = ["auth_config"]
    search_fields = ["name", "username"]
    phone_columns = ["username"]
    fields = [*AccountForm.Meta.fields, "password"]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> EnterpriseAuthUser:
        return vault_groups.save_account(None, actor=request.user, body=_body(data))

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> EnterpriseAuthUser:
        return vault_groups.save_account(obj.pk, actor=request.user, body=_body(changes))

    def service_delete(self, request: HttpRequest, obj: EnterpriseAuthUser) -> None:
        vault_groups.delete_account(obj.pk, actor=request.user)

    @column("Last used", order="last_used_at", export="last_used_at")
    def used(self, obj: EnterpriseAuthUser) -> SafeString:
        return when(obj.last_used_at, missing="never")


class ReviewForm(forms.Form):
    """Why, and for how long."""

    hours = forms.IntegerField(
        min_value=1, max_value=vault_requests.LONGEST_HOURS, initial=vault_requests.USUAL_HOURS
    )
    notes = forms.CharField(required=False, max_length=2000)


def _approve(request: HttpRequest, row: CredentialAccessRequest, data: dict[str, Any]) -> str:
    vault_requests.review(
        row.pk, actor=request.user, approve=True, notes=data["notes"], hours=data["hours"]
    )
    return f"{row.requested_by} may use {row.credential} for {data['hours']} hours."


def _deny(request: HttpRequest, row: CredentialAccessRequest, data: dict[str, Any]) -> str:
    vault_requests.review(row.pk, actor=request.user, approve=False)
    return f"{row.requested_by} may not use {row.credential}."


def _is_pending(row: CredentialAccessRequest) -> bool:
    return row.status == AccessRequestStatus.PENDING


@register(CredentialAccessRequest)
class CredentialAccessRequestAdmin(ReadOnlyAdmin):
    """Who asks for which restricted credential, and why."""

    list_display = ["requested_by", "credential", "reason", "status_badge", "asked", "until"]
    list_filter = ["status"]
    list_select_related = ["credential"]
    search_fields = ["requested_by", "credential__name", "reason"]
    phone_columns = ["status_badge", "credential"]
    summary = ["credential", "reason", "status_badge", "asked", "until", "reviewed_by"]
    fields = ["reason", "review_notes"]
    empty_text = "Nobody has asked yet; a restricted credential has the verb Ask for access."
    verbs = [
        Verb(
            slug="approve",
            label="Grant",
            permission=policy.REVEAL_CREDENTIAL,
            run=each(_approve, "granted"),
            form=ReviewForm,
            follows="The grant ends by itself.",
            icon="check",
            fits=_is_pending,
        ),
        Verb(
            slug="deny",
            label="Deny",
            permission=policy.REVEAL_CREDENTIAL,
            run=each(_deny, "denied"),
            icon="x",
            fits=_is_pending,
        ),
    ]

    @column("State", order="status", export="status")
    def status_badge(self, obj: CredentialAccessRequest) -> SafeString:
        return state_badge(obj.status)

    @column("Asked", order="created_at", export="created_at")
    def asked(self, obj: CredentialAccessRequest) -> SafeString:
        return when(obj.created_at)

    @column("Until", order="access_granted_until", export="access_granted_until")
    def until(self, obj: CredentialAccessRequest) -> SafeString:
        return when(obj.access_granted_until, acts=True)


def _forget(request: HttpRequest, row: SshHostKey, data: dict[str, Any]) -> str:
    host_keys.forget(row.host, row.port, actor=request.user)
    return f"The next key of {row.host} is taken as its own."


@register(SshHostKey)
class SshHostKeyAdmin(ReadOnlyAdmin):
    """The key a server showed when we first met it; another key is refused."""

    list_display = ["host", "at_port", "key_type", "first_seen"]
    list_filter = ["key_type"]
    search_fields = ["host"]
    phone_columns = ["key_type"]
    fields = ["host", "port", "key_type", "key_base64"]
    empty_text = "No server was met yet."
    verbs = [
        Verb(
            slug="forget",
            label="Forget",
            permission=policy.CHANGE,
            run=each(_forget, "forgotten"),
            follows="The key that the server shows next is trusted.",
            danger=True,
            ends_on_list=True,
            icon="trash-2",
        )
    ]

    @column("Port", order="port", export="port")
    def at_port(self, obj: SshHostKey) -> str:
        return str(obj.port)

    @column("First seen", order="first_seen_at", export="first_seen_at")
    def first_seen(self, obj: SshHostKey) -> SafeString:
        return when(obj.first_seen_at)
