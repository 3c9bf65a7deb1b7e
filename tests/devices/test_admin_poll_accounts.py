"""A poll's own SNMPv3 account in the admin: typed, kept, never shown, forgotten."""

import pytest
from django.test import Client
from django.urls import reverse

from devices.models import PollConfig
from devices.services import poll_secrets
from tests.devices.test_admin_ways_in import POLL
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ADD = "admin:devices_pollconfig_add"
USER = {"snmpv3_username": "opuser", "snmpv3_auth_protocol": "SHA256", "snmpv3_priv_protocol": ""}
TYPED = {
    **{**POLL, "target_type": "all", "snmp_version": "3", "snmp_community": ""},
    **USER,
    "snmpv3_auth_password": "pl4nted-auth",
    "snmpv3_priv_password": "pl4nted-priv",
}
ASKED = {
    "security_name": "opuser",
    "auth_protocol": "SHA256",
    "auth_password": "pl4nted-auth",
    "priv_password": "pl4nted-priv",
}
QUIET = {**TYPED, "snmpv3_auth_password": "", "snmpv3_priv_password": ""}


@pytest.fixture
def page(admin_page):
    assert admin_page.post(reverse(ADD), TYPED).status_code == 302
    return reverse(
        "admin:devices_pollconfig_change", args=[PollConfig.objects.get(name="Every night").pk]
    )


def way_in():
    return poll_secrets.way_in(PollConfig.objects.get(name="Every night"))


def test_an_account_is_typed_and_its_passwords_stay_when_they_are_blank(admin_page, page):
    shown = admin_page.get(f"{page}?tab=details").content.decode()
    changed = admin_page.post(page, {**QUIET, "snmpv3_auth_protocol": "SHA512"})

    assert 'value="opuser"' in shown
    assert '<option value="SHA256" selected' in shown
    assert "pl4nted" not in shown
    assert changed.status_code == 302
    assert way_in() == {**ASKED, "auth_protocol": "SHA512"}


def test_an_account_is_forgotten_and_only_one_that_is_stored(admin_page, page):
    both = admin_page.post(page, {**TYPED, "forget_account": "on"}).content.decode()
    kept = way_in()
    admin_page.post(page, {**QUIET, "forget_account": "on"})

    assert "Either type another password, or forget the stored account." in both
    assert "pl4nted" not in both
    assert (kept, way_in()) == (ASKED, {})
    assert 'name="forget_account"' not in admin_page.get(f"{page}?tab=details").content.decode()


def test_a_short_password_is_refused_at_its_field(admin_page, page):
    answer = admin_page.post(page, {**QUIET, "snmpv3_priv_password": "pl4nted"})

    assert "snmpv3_priv_password must have 8 characters or more" in answer.content.decode()
    assert way_in() == ASKED


def test_who_may_only_look_sees_no_field_of_the_account(page):
    reader = Client()
    reader.force_login(UserFactory(roles=["operator"]))

    shown = reader.get(f"{page}?tab=details").content.decode()

    assert "Every night" in shown
    assert "snmpv3" not in shown
    assert "opuser" not in shown
