"""The carrier directory and its contacts (contract 12.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.errors import VersionConflict
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import CarrierNotFound, CarrierRefused
from networkroutes.models import Carrier, CarrierContact
from networkroutes.selectors.carriers import named

CARRIER_FIELDS = ("carrier_name", "previously_known_as", "status", "region")
CONTACT_FIELDS = (
    "contact_type",
    "contact_level",
    "contact_name",
    "contact_function",
    "contact_email",
    "contact_phone",
    "notes",
)


def tidy(name: str) -> str:
    """Return a name trimmed and with single spaces."""
    return " ".join(name.split())


def create_carrier(*, actor: Any, values: Mapping[str, Any]) -> Carrier:
    """Add a carrier; `CarrierRefused` when its name is taken in the region."""
    policy.require(actor, "add_carrier")
    carrier = Carrier()
    _apply_carrier(carrier, values)
    with guarded():
        _save_carrier(carrier)
        after = audit.snapshot(carrier, CARRIER_FIELDS)
        audit.record(actor, "carrier.created", carrier, after=after)
    return carrier


def update_carrier(
    *,
    actor: Any,
    carrier_id: int,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Carrier:
    """Change the fields that `values` names. Raises as `create_carrier`, `CarrierNotFound`, and
    `VersionConflict`."""
    policy.require(actor, "change_carrier")
    with guarded():
        carrier = _locked_carrier(carrier_id)
        _check_version(carrier, expected_version)
        before = audit.snapshot(carrier, CARRIER_FIELDS)
        _apply_carrier(carrier, values)
        after = audit.snapshot(carrier, CARRIER_FIELDS)
        if after == before:
            return carrier
        carrier.version += 1
        _save_carrier(carrier)
        audit.record(actor, "carrier.updated", carrier, before=before, after=after)
    return carrier


def delete_carrier(*, actor: Any, carrier_id: int) -> None:
    """Remove a carrier; `CarrierRefused` while it has contacts."""
    policy.require(actor, "delete_carrier")
    with guarded():
        carrier = _locked_carrier(carrier_id)
        count = carrier.contacts.count()
        if count:
            raise CarrierRefused(
                "Cannot delete carrier with existing contacts. Delete the contacts first.",
                contacts=count,
            )
        before = audit.snapshot(carrier, CARRIER_FIELDS)
        audit.record(actor, "carrier.deleted", carrier, before=before)
        carrier.delete()


def create_contact(*, actor: Any, carrier_id: int, values: Mapping[str, Any]) -> CarrierContact:
    """Add a contact to a carrier, confirmed as of now."""
    policy.require(actor, "add_carriercontact")
    with guarded():
        contact = CarrierContact(carrier=_locked_carrier(carrier_id))
        _apply_contact(contact, values)
        contact.save()
        after = audit.snapshot(contact, CONTACT_FIELDS)
        audit.record(actor, "carrier_contact.created", contact, after=after)
    return contact


def update_contact(
    *,
    actor: Any,
    carrier_id: int,
    contact_id: int,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> CarrierContact:
    """Change the fields that `values` names; the contact counts as confirmed by that."""
    policy.require(actor, "change_carriercontact")
    with guarded():
        contact = _locked_contact(carrier_id, contact_id)
        _check_version(contact, expected_version)
        before = audit.snapshot(contact, CONTACT_FIELDS)
        _apply_contact(contact, values)
        contact.last_updated = timezone.now()
        contact.version += 1
        contact.save()
        after = audit.snapshot(contact, CONTACT_FIELDS)
        audit.record(actor, "carrier_contact.updated", contact, before=before, after=after)
    return contact


def approve_contact(*, actor: Any, carrier_id: int, contact_id: int) -> CarrierContact:
    """Confirm a contact for another year."""
    policy.require(actor, "change_carriercontact")
    with guarded():
        contact = _locked_contact(carrier_id, contact_id)
        contact.approved_at = contact.last_updated = timezone.now()
        contact.approved_by = actor if isinstance(actor, User) else None
        contact.version += 1
        contact.save()
        audit.record(actor, "carrier_contact.approved", contact)
    return contact


def delete_contact(*, actor: Any, carrier_id: int, contact_id: int) -> None:
    """Remove a contact."""
    policy.require(actor, "delete_carriercontact")
    with guarded():
        contact = _locked_contact(carrier_id, contact_id)
        before = audit.snapshot(contact, CONTACT_FIELDS)
        audit.record(actor, "carrier_contact.deleted", contact, before=before)
        contact.delete()


def _locked_carrier(carrier_id: int) -> Carrier:
    carrier = lock(Carrier.objects.filter(pk=carrier_id)).first()
    if carrier is None:
        raise CarrierNotFound("Carrier not found", carrier=carrier_id)
    return carrier


def _locked_contact(carrier_id: int, contact_id: int) -> CarrierContact:
    rows = CarrierContact.objects.filter(pk=contact_id, carrier_id=carrier_id)
    contact = lock(rows).first()
    if contact is None:
        raise CarrierNotFound("Contact not found", contact=contact_id)
    return contact


def _check_version(row: Carrier | CarrierContact, expected: int | None) -> None:
    if expected is not None and expected != row.version:
        raise VersionConflict("Somebody else changed this meanwhile.", version=row.version)


def _apply_carrier(carrier: Carrier, values: Mapping[str, Any]) -> None:
    for name in CARRIER_FIELDS:
        if name in values:
            value = values[name]
            setattr(carrier, name, tidy(value) if name == "carrier_name" else value)
    carrier.full_clean(validate_unique=False, validate_constraints=False)


def _save_carrier(carrier: Carrier) -> None:
    taken = CarrierRefused(
        f"Carrier {carrier.carrier_name} already exists in region {carrier.region}",
        carrier_name=carrier.carrier_name,
    )
    if named([carrier.carrier_name]).filter(region=carrier.region).exclude(pk=carrier.pk).exists():
        raise taken
    try:
        carrier.save()
    except IntegrityError as err:
        raise taken from err


def _apply_contact(contact: CarrierContact, values: Mapping[str, Any]) -> None:
    for name in CONTACT_FIELDS:
        if name in values:
            setattr(contact, name, values[name])
    contact.full_clean(exclude=["carrier"])
