"""The carrier directory; contacts that wait to be confirmed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import ServiceAdmin, Verb, badge, column, each, register, when
from networkroutes.admin.filters import Chip
from networkroutes.models import Carrier, CarrierContact
from networkroutes.services import carriers


class CarrierForm(forms.ModelForm):
    """A carrier of one region."""

    class Meta:
        model = Carrier
        fields = ["carrier_name", "region", "status", "previously_known_as"]


@register(Carrier)
class CarrierAdmin(ServiceAdmin):
    """Carriers by name and region."""

    form = CarrierForm
    list_display = ["carrier_name", "region", "state", "previously_known_as", "changed"]
    list_filter = ["status", "region"]
    search_fields = ["carrier_name", "previously_known_as"]
    ordering = ["carrier_name", "region"]
    fields = ["carrier_name", "region", "status", "previously_known_as"]
    summary = ["carrier_name", "region", "state", "changed"]
    empty_text = "No carriers yet."

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Carrier:
        """Add a carrier."""
        return carriers.create_carrier(actor=request.user, values=data)

    def service_update(
        self,
        request: HttpRequest,
        obj: Carrier,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> Carrier:
        """Change a carrier."""
        return carriers.update_carrier(
            actor=request.user,
            carrier_id=obj.pk,
            values=changes,
            expected_version=expected_version,
        )

    def service_delete(self, request: HttpRequest, obj: Carrier) -> None:
        """Remove a carrier without contacts."""
        carriers.delete_carrier(actor=request.user, carrier_id=obj.pk)

    @column("Status", order="status")
    def state(self, obj: Carrier) -> SafeString:
        return badge(obj.get_status_display(), "ok" if obj.status == "active" else "idle")

    @column("Changed", order="updated_at")
    def changed(self, obj: Carrier) -> SafeString:
        return when(obj.updated_at)


class OverdueChip(Chip):
    """Contacts that nobody has confirmed for a year."""

    title, parameter_name = "confirmed", "confirmed"
    words = (("overdue", "Overdue"), ("current", "Within a year"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        if value == "overdue":
            return rows.overdue()
        return rows.exclude(pk__in=rows.overdue().values("pk")) if value == "current" else rows


def _confirm(request: HttpRequest, contact: CarrierContact, data: dict[str, Any]) -> str:
    carriers.approve_contact(
        actor=request.user, carrier_id=contact.carrier_id, contact_id=contact.pk
    )
    return f"{contact} is confirmed for a year."


CONFIRM = Verb(
    slug="confirm",
    label="Confirm",
    permission="networkroutes.change_carriercontact",
    run=each(_confirm, "confirmed"),
    follows="Confirmed for a year from now.",
    icon="badge-check",
)


class CarrierContactForm(forms.ModelForm):
    """A contact of a carrier."""

    class Meta:
        model = CarrierContact
        fields = [
            "carrier",
            "contact_name",
            "contact_type",
            "contact_level",
            "contact_function",
            "contact_email",
            "contact_phone",
            "notes",
        ]


@register(CarrierContact)
class CarrierContactAdmin(ServiceAdmin):
    """Contacts of carriers, to be confirmed once a year."""

    form = CarrierContactForm
    list_display = ["contact_name", "carrier", "contact_level", "contact_email", "confirmed"]
    list_title = "Carrier contacts"
    noun = "contact"
    list_filter = [OverdueChip, "carrier__region"]
    verbs = [CONFIRM]
    row_verbs = ["confirm"]
    phone_columns = ["carrier", "confirmed"]
    export_fields = [
        ("Contact", "contact_name"),
        ("Carrier", "carrier__carrier_name"),
        ("Region", "carrier__region"),
        ("Level", "contact_level"),
        ("Function", "contact_function"),
        ("E-mail", "contact_email"),
        ("Phone", "contact_phone"),
        ("Confirmed (UTC)", "last_updated"),
    ]
    list_select_related = ["carrier"]
    search_fields = ["contact_name", "carrier__carrier_name", "contact_email"]
    ordering = ["last_updated"]
    autocomplete_fields = ["carrier"]
    fields = CarrierContactForm.Meta.fields
    summary = ["contact_name", "carrier", "contact_email", "confirmed"]
    empty_text = "No contacts yet."

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> CarrierContact:
        """Add a contact."""
        values = dict(data)
        carrier = values.pop("carrier")
        return carriers.create_contact(actor=request.user, carrier_id=carrier.pk, values=values)

    def service_update(
        self,
        request: HttpRequest,
        obj: CarrierContact,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> CarrierContact:
        """Change a contact, which confirms it; it stays with its carrier."""
        return carriers.update_contact(
            actor=request.user,
            carrier_id=obj.carrier_id,
            contact_id=obj.pk,
            values={name: value for name, value in changes.items() if name != "carrier"},
            expected_version=expected_version,
        )

    def service_delete(self, request: HttpRequest, obj: CarrierContact) -> None:
        """Remove a contact."""
        carriers.delete_contact(actor=request.user, carrier_id=obj.carrier_id, contact_id=obj.pk)

    @column("Confirmed", order="last_updated")
    def confirmed(self, obj: CarrierContact) -> SafeString:
        if obj.is_overdue:
            return format_html("{} {}", badge("Overdue", "bad"), when(obj.last_updated))
        return when(obj.last_updated)
