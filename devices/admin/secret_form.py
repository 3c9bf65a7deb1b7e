"""The vault's form: every secret field that a type has, write-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from accounts.models import Role, User
from devices.choices import credential_word
from devices.executors.snmp_accounts import WORDS
from devices.models import Credential
from devices.services import secrets
from inventory_site.core.admin import EMPTY

META = (
    "name",
    "credential_type",
    "username",
    "description",
    "category",
    "environment",
    "owner",
    "valid_from",
    "valid_until",
    "expiration_warning_days",
    "rotation_interval_days",
    "access_level",
    "allowed_users",
    "allowed_groups",
    "is_default",
    "tags",
    "notes",
)
SPECS = {spec.sources[0]: spec for kind in secrets.TYPES.values() for spec in kind}
SECRET_FIELDS = tuple(name for name in SPECS if name not in META)
DEFAULTS = {
    name: {
        spec.default for kind in secrets.TYPES.values() for spec in kind if spec.sources[0] == name
    }
    for name in SPECS
}
FIELDS_OF = {kind: [spec.sources[0] for spec in specs] for kind, specs in secrets.TYPES.items()}
AREAS = frozenset({"private_key", "certificate", "ca_certificate"})
HIDDEN = frozenset(
    "password passphrase community auth_password priv_password api_key api_secret token"
    " bind_password tacacs_secret radius_secret".split()
)
AGAIN = "Type it again: a page never sends a secret back."
YES_NO = (("true", "Yes"), ("false", "No"))
CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "snmp_version": (("1", "v1"), ("2c", "v2c"), ("3", "v3")),
    "auth_protocol": tuple((one, one) for one in WORDS["auth"]),
    "priv_protocol": tuple((one, one) for one in WORDS["priv"]),
    "winrm_transport": (
        ("ntlm", "NTLM"),
        ("kerberos", "Kerberos"),
        ("basic", "Basic"),
        ("credssp", "CredSSP"),
    ),
    "tacacs_auth_type": (("ascii", "ASCII"), ("pap", "PAP"), ("chap", "CHAP")),
    "ldap_use_ssl": YES_NO,
    "ad_use_ssl": YES_NO,
}
HELP = "Blank keeps what is stored."
LABELS = {
    "version": "SNMP version",
    "auth_protocol": "Authentication protocol",
    "auth_password": "Authentication password",
    "priv_protocol": "Privacy protocol",
    "priv_password": "Privacy password",
    "api_key": "API key",
    "api_secret": "API secret",
    "ca_certificate": "CA certificate",
    "host": "Domain controller",
    "use_ssl": "Use TLS",
    "bind_dn": "Bind DN",
    "base_dn": "Base DN",
    "bind_dn_template": "Bind name",
    "secret_key": "Shared secret",
    "authentication_type": "Sign-in method",
    "auth_port": "Authentication port",
    "acct_port": "Accounting port",
    "timeout": "Timeout, seconds",
    "nas_identifier": "NAS identifier",
}


def label_of(key: str) -> str:
    """Say what a field of a secret document holds."""
    return LABELS.get(key) or key.replace("_", " ").capitalize()


def filled(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields of a secret that hold something, each under its label."""
    return [(label_of(name), value) for name, value in document.items() if value not in (None, "")]


def secret_field(name: str) -> forms.Field:
    label = label_of(SPECS[name].key)
    if name in CHOICES:
        choices = [("", "As stored"), *CHOICES[name]]
        return forms.ChoiceField(label=label, required=False, choices=choices, help_text=HELP)
    widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off"})
    if name in AREAS:
        widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
    elif name in HIDDEN:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, strip=False, help_text=HELP, widget=widget)


class TypedAgain(forms.BaseForm):
    """Says of every secret that was typed into a refused form that it is not kept."""

    def add_error(self, field: str | None, error: Any) -> None:
        """Mark, besides the wrong field, the secrets that have to be typed again."""
        super().add_error(field, error)
        for name, one in self.fields.items():
            is_lost = isinstance(one.widget, forms.PasswordInput) and self[name].data
            if is_lost and name not in self.errors:
                super().add_error(name, AGAIN)


def lost_secrets(had: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say that secrets were left behind with another host's URL; blank where none was."""
    lost = any(had[name] and not now[name] for name in had if name.endswith("_configured"))
    return (
        " What was stored for the other host is forgotten: type the new host's secrets."
        if lost
        else ""
    )


class WordsField(forms.CharField):
    """A list of texts, typed with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as people type it."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read the list, each text once."""
        words = (word.strip() for word in (super().to_python(value) or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the lists, not their spelling."""
        return [str(one) for one in initial or []] != self.to_python(data)


class CredentialForm(TypedAgain, forms.ModelForm):
    """Secret fields are write-only; a script shows those of the chosen type."""

    credential_type = forms.ChoiceField(
        label="Type",
        choices=[(one, credential_word(one)) for one in secrets.TYPES],
        widget=forms.Select(attrs={"data-fields": json.dumps(FIELDS_OF)}),
    )

    tags = WordsField(required=False, help_text="With commas between them.")
    allowed_users = WordsField(
        required=False,
        help_text="Usernames, with commas between them: who may use a restricted credential.",
    )
    allowed_groups = WordsField(
        label="Allowed roles", required=False, help_text="Names of roles; their holders may too."
    )

    class Meta:
        model = Credential
        fields = META
        labels = {
            "rotation_interval_days": "Rotate every, days",
            "expiration_warning_days": "Warn before its end, days",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.credential_type if self.instance.pk else ""
        field = self.fields["credential_type"]
        if kind and kind not in secrets.TYPES and isinstance(field, forms.ChoiceField):
            field.choices = [*field.choices, (kind, credential_word(kind))]  # type: ignore[misc]  # a list here
        if not self.instance.pk:
            for name in SECRET_FIELDS:
                _begin(name, self.fields[name])

    def clean_allowed_users(self) -> list[Any]:
        """Refuse names that nobody has; what is stored already stays, an id as such."""
        stored = {str(one): one for one in self.initial.get("allowed_users") or []}
        words = self._known("allowed_users", _people, "Nobody is called")
        return [stored.get(one, one) for one in words]

    def clean_allowed_groups(self) -> list[str]:
        """Refuse roles that there are not; what is stored already stays."""
        return self._known("allowed_groups", _roles, "There is no role")

    def clean(self) -> dict[str, Any]:
        """Ask for what a new credential is nothing without, and for an end after the start."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("valid_from"), data.get("valid_until")
        if start and end and end <= start:
            self.add_error("valid_until", "Valid until must be later than Valid from.")
        needed = secrets.NEEDED.get(data.get("credential_type", ""), ())
        if not self.instance.pk and needed and not any(self[name].data for name in needed):
            words = " or ".join(label_of(SPECS[name].key).lower() for name in needed)
            self.add_error(needed[0], f"Give it a {words}.")
        return data

    def _known(self, name: str, known: Callable[[list[str]], set[str]], what: str) -> list[str]:
        words: list[str] = self.cleaned_data[name]
        stored = {str(one) for one in self.initial.get(name) or []}
        unknown = [one for one in words if one not in stored | known(words)]
        if unknown:
            raise forms.ValidationError(f"{what} {unknown[0]}.")
        return words


def _people(words: list[str]) -> set[str]:
    return set(User.objects.filter(username__in=words).values_list("username", flat=True))


def _roles(words: list[str]) -> set[str]:
    return set(Role.objects.filter(group__name__in=words).values_list("group__name", flat=True))


def _begin(name: str, field: forms.Field) -> None:
    """Show what a new secret gets when a field stays blank."""
    usual = next(iter(DEFAULTS[name])) if len(DEFAULTS[name]) == 1 else ""
    field.help_text = ""
    if isinstance(field, forms.ChoiceField):
        word = dict(CHOICES[name]).get(str(usual).lower())
        field.choices = [("", f"{word}, as usual" if word else EMPTY), *CHOICES[name]]
    elif usual != "":
        field.widget.attrs["placeholder"] = str(usual)


for _name in SECRET_FIELDS:
    CredentialForm.base_fields[_name] = CredentialForm.declared_fields[_name] = secret_field(_name)
