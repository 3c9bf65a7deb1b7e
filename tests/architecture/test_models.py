"""Every model is documented, has a page in the admin, and a factory."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db.models import Model

from tests.architecture.house import factories, our_models

DEVICE_SAMPLE = "a measurement that REST serves; nobody edits one by hand"

WITHOUT_ADMIN = {
    "core.IdempotencyKey": "a technical row of the API kit; it lives a day and nobody acts on it",
    "accounts.RoleAssignment": "edited on the person's page",
    "accounts.Attempt": "a technical row: one counted event of a limit, kept a day",
    "accounts.PasswordHistory": "holds hashes alone; only compared with, never shown",
    "accounts.SignInChallenge": "a technical row: a sign-in between two steps, for minutes",
    "accounts.TwoFactorCode": "a technical row: the hash of a code that was sent, for ten minutes",
    "accounts.UsageTally": "a technical row: counted calls of a day, read over REST as sums",
    "accounts.SecurityKey": "added and removed on its owner's account page",
    "accounts.PasswordPolicy": "edited as one form with a preview, below Settings",
    "accounts.EnterpriseUserRole": "shown with the people on the role's page",
    "parts.StoredBlob": "a technical row: bytes in the store, shown as the documents that own them",
    "parts.FetchedPage": "a technical row: the cache of what a link answered, kept a day",
    "parts.Counter": "a technical row: its lock draws the next box number",
    "parts.RetiredPartId": "a technical row: an id that is not to be given again",
    "parts.PartSearchRow": "a technical row: what the search reads, written anew with its part",
    "parts.SearchWord": "a technical row: the words that misspelt ones are compared with",
    "parts.BoxLocation": "drawn as a place of the grid on its box's page",
    "parts.PartLocation": "shown under Where on its part's page and in the grid of its box",
    "parts.StockDocument": "shown under Documents on its part's page",
    "parts.PartSeller": "shown under Buy on its part's page",
    "parts.KitListLink": "shown as the shopping lists on its kit's page",
    "parts.ParameterDefinition": "added and shown on its type's page",
    "parts.PartParameter": "set and shown under Parameters on its part's page",
    "parts.ShoppingGroup": "drawn as the sellers of its list's page",
    "parts.StocktakeLine": "shown as the counts on its round's page",
    "parts.FabricationFile": "shown under Files on its part's page",
    "parts.ConvertedModel": "shown as the model on its part's page",
    "parts.PartView": "a picture that a front end keeps for itself",
    "parts.PartEvent": "shown under History on its part's page",
    "devices.ManagementAddress": "shown as the address of its devices, on their list and pages",
    "devices.DeviceHistory": "shown on the device's page",
    "devices.DeviceTagging": "a technical row between a device and a tag",
    "devices.DeviceGroupMember": "shown on the group's page",
    "devices.CredentialVersion": "holds ciphertext alone; kept for a way back, never shown",
    "devices.CredentialAssignment": "shown on the credential's page",
    "devices.CredentialUse": "shown as the log on the credential's page",
    "devices.CredentialRotation": "each rotation also stands in the log on the credential's page",
    "devices.InterfaceState": "shown as the ports on the device's page",
    "devices.OpticalSample": DEVICE_SAMPLE,
    "devices.OpticalHour": DEVICE_SAMPLE,
    "devices.InterfaceHour": DEVICE_SAMPLE,
    "devices.InterfaceSample": DEVICE_SAMPLE,
    "devices.AvailabilitySample": DEVICE_SAMPLE,
    "devices.HealthScore": DEVICE_SAMPLE,
    "devices.NetBoxCacheEntry": "a copy of what NetBox holds; each sync writes it anew",
    "devices.EnumMapping": "shown as the words of a column on its group's page",
    "devices.PollTypeGroup": "a technical row between a poll type and a group of OIDs",
    "devices.PollDeviceResult": "shown on the page of its run",
    "devices.PollData": DEVICE_SAMPLE,
    "devices.ScanResult": "shown on the scan's page",
    "devices.ExecutorResult": "shown on the run's page",
}


def label(model: type[Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_a_model_says_what_it_is(model: type[Model]) -> None:
    text = model.__doc__ or ""

    assert not text.startswith(f"{model.__name__}("), "Django wrote this docstring, not we"
    assert len(text.split()) >= 5


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_a_model_has_a_page_in_the_admin_or_a_reason_not_to(model: type[Model]) -> None:
    assert admin.site.is_registered(model) or model._meta.label in WITHOUT_ADMIN


@pytest.mark.django_db
@pytest.mark.parametrize("model", our_models(), ids=label)
def test_a_model_has_a_factory_that_makes_valid_rows(model: type[Model]) -> None:
    make = factories()[model]

    first, second = make(), make()

    assert first.pk != second.pk
    assert list(model._base_manager.filter(pk__in=[first.pk, second.pk]).order_by("pk")) == [
        first,
        second,
    ]


def test_no_exemption_is_stale() -> None:
    without = {model._meta.label for model in our_models() if not admin.site.is_registered(model)}

    assert set(WITHOUT_ADMIN) - without == set()
