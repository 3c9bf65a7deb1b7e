"""The form of a poll: what is asked, how often, of which devices, by which way in."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from devices.admin.rule_field import RuleField, RuleWidget
from devices.admin.secret_form import TypedAgain
from devices.choices import PollTarget
from devices.executors.snmp_accounts import WORDS, protocol
from devices.models import Credential, PollConfig, PollType
from devices.services import poll_secrets, secrets
from devices.services.polling import BUILT_IN

COMMUNITY, FORGET = poll_secrets.COMMUNITY, "forget_community"
ACCOUNT, FORGET_ACCOUNT = tuple(poll_secrets.KEYS), "forget_account"
TYPED = (COMMUNITY, FORGET, *ACCOUNT, FORGET_ACCOUNT)  # what only the form knows
FIELDS = (
    "name",
    "description",
    "poll_type",
    "enabled",
    "interval_seconds",
    "cron_expression",
    "target_type",
    "target_device_ip",
    "target_group",
    "target_site_name",
    "target_role",
    "target_manufacturer",
    "target_custom_filter",
    "credential",
    "snmp_version",
    *TYPED,
    "snmp_port",
    "snmp_timeout",
    "snmp_retries",
)
NEEDED = {
    PollTarget.DEVICE: "target_device_ip",
    PollTarget.DEVICE_GROUP: "target_group",
    PollTarget.SITE: "target_site_name",
    PollTarget.ROLE: "target_role",
    PollTarget.MANUFACTURER: "target_manufacturer",
    PollTarget.CUSTOM_QUERY: "target_custom_filter",
}
FIELD_OF = {kind.value: name for kind, name in NEEDED.items()}
FIELDS_OF = {kind: [FIELD_OF[kind]] if kind in FIELD_OF else [] for kind in PollTarget.values}
BELOW_3 = [COMMUNITY, FORGET]
FIELDS_OF_VERSION = {"1": BELOW_3, "2c": BELOW_3, "3": [*ACCOUNT, FORGET_ACCOUNT]}
BLANK_KEEPS = "Blank keeps what is stored."


def _protocols(label: str, words: tuple[str, ...], usual: str) -> forms.ChoiceField:
    choices = [("", f"{usual}, as usual"), *((one, one) for one in words)]
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _password(label: str, help_text: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=label, required=False, strip=False, help_text=help_text, widget=widget
    )


class PollForm(TypedAgain, forms.ModelForm):
    """A poll; its own secrets are write-only, and a device's credential is taken without one."""

    poll_type = forms.ChoiceField(label="What is asked")
    target_type = forms.ChoiceField(
        label="Which devices",
        choices=PollTarget.choices,
        widget=forms.Select(attrs={"data-fields": json.dumps(FIELDS_OF)}),
    )
    interval_seconds = forms.IntegerField(
        label="Every, seconds", initial=300, min_value=10, max_value=7 * 86_400
    )
    snmp_version = forms.ChoiceField(
        label="SNMP version",
        choices=[("1", "v1"), ("2c", "v2c"), ("3", "v3")],
        initial="2c",
        widget=forms.Select(attrs={"data-fields": json.dumps(FIELDS_OF_VERSION)}),
    )
    target_custom_filter = RuleField(
        label="The filter",
        required=False,
        widget=RuleWidget("Without a condition the filter means nothing yet."),
    )
    snmp_community = _password(
        "Community of its own",
        "Blank keeps what is stored; without one the device's credential is used.",
    )
    forget_community = forms.BooleanField(
        label="Forget its community",
        required=False,
        help_text="One is stored. Without it the credential above, or each device's own, is used.",
    )
    snmpv3_username = forms.CharField(
        label="SNMPv3 user of its own",
        required=False,
        help_text="Without one the device's credential is used.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    snmpv3_auth_protocol = _protocols("Authentication protocol", WORDS["auth"], "SHA")
    snmpv3_auth_password = _password("Authentication password", BLANK_KEEPS)
    snmpv3_priv_protocol = _protocols("Privacy protocol", WORDS["priv"], "AES")
    snmpv3_priv_password = _password("Privacy password", BLANK_KEEPS)
    forget_account = forms.BooleanField(
        label="Forget its SNMPv3 account",
        required=False,
        help_text="One is stored. Without it the credential above, or each device's own, is used.",
    )

    class Meta:
        model = PollConfig
        fields = tuple(name for name in FIELDS if name not in TYPED)
        labels = {
            "target_device_ip": "The device's address",
            "target_group": "The group",
            "target_site_name": "The site",
            "target_role": "The role",
            "target_manufacturer": "The manufacturer",
            "cron_expression": "Or at times (cron)",
            "snmp_port": "SNMP port",
            "snmp_timeout": "Timeout, seconds",
            "snmp_retries": "Tries after the first",
        }
        help_texts = {
            "credential": "A restricted one is sent only where somebody who may keep it named the "
            "address: assigned, listed in its group or the group above, or typed above.",
            "cron_expression": "Such as 0 6 * * *; blank keeps the interval.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "credential" not in fields:
            return  # a poll that is only looked at
        fields["poll_type"].choices = _poll_types()
        ways = Credential.objects.kept().filter(credential_type="snmp")
        fields["credential"].queryset = ways.order_by("name")
        fields["credential"].empty_label = "Each device's own"
        self.initial.update(_account_of(self.instance))

    def clean(self) -> dict[str, Any]:
        """Ask for the target that the kind of target needs."""
        data: dict[str, Any] = super().clean() or {}
        needed = FIELD_OF.get(data.get("target_type", ""))
        if needed and needed not in self.errors and not data.get(needed):
            self.add_error(needed, "Say which, or choose another kind of target above.")
        if data.get(FORGET) and data.get(COMMUNITY):
            self.add_error(FORGET, "Either type another community, or forget the stored one.")
        if data.get(FORGET_ACCOUNT) and any(data.get(one) for one in poll_secrets.PASSWORDS):
            self.add_error(
                FORGET_ACCOUNT, "Either type another password, or forget the stored account."
            )
        return data


def _account_of(row: PollConfig) -> dict[str, str]:
    """Return what a page may show of a poll's own account: its user and its protocols."""
    shown = {
        name: value
        for name, value in poll_secrets.account_shown(row).items()
        if value and value != secrets.MASK
    }
    return {
        name: protocol(value) if name in poll_secrets.PROTOCOLS else value
        for name, value in shown.items()
    }


def _poll_types() -> list[tuple[str, str]]:
    own = PollType.objects.filter(enabled=True).order_by("display_name", "name")
    return [
        *((name, text) for name, (text, _) in BUILT_IN.items()),
        *((row.name, row.display_name or row.name) for row in own if row.name not in BUILT_IN),
    ]


def asks_word(name: str) -> str:
    """Say what a poll type asks, without a query."""
    return BUILT_IN[name][0] if name in BUILT_IN else name.replace("_", " ").capitalize()


def body_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the service reads of the form's data."""
    body = {
        f"{name}_id" if name in {"credential", "target_group"} else name: value
        for name, value in data.items()
    }
    for name in ("credential_id", "target_group_id"):
        if name in body:
            body[name] = getattr(body[name], "pk", None)
    if body.pop(FORGET, False):
        body[COMMUNITY] = None
    if body.pop(FORGET_ACCOUNT, False):
        body |= dict.fromkeys(ACCOUNT)
    return body
