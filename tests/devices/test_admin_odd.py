"""What no browser sends: ids that no table holds, JSON without end; a sentence, never a bug."""

import pytest
from django.test import Client

from devices.models import Device, DeviceGroup
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db
HUGE, HOME = "9" * 30, "/admin/devices/"


@pytest.fixture
def browser():
    client = Client()
    client.force_login(UserFactory(roles=["super_admin"]))
    return client


def test_ids_that_no_table_holds_are_nobody(browser):
    device = DeviceFactory()
    verbs = f"{HOME}device/verbs"

    nobody = browser.get(f"{verbs}/run/", {"ids": HUGE})
    tags = {"ids": device.pk, "confirm": "1", "tags": HUGE}
    tagged = browser.post(f"{verbs}/add-tags/", tags)
    added = browser.post(f"{HOME}device/add/", {"name": "x", "device_type": HUGE})

    assert nobody.status_code == 302
    assert (tagged.status_code, added.status_code) == (200, 200)  # the form again
    assert "Select a valid choice" in added.content.decode()
    assert (Device.objects.count(), device.tags.count()) == (1, 0)


def test_a_rule_that_nests_without_end_is_no_rule(browser):
    answer = browser.post(f"{HOME}devicegroup/add/", {"group_name": "x", "rule": "[" * 5000})

    assert answer.status_code == 200
    assert "Enter a valid JSON" in answer.content.decode()
    assert not DeviceGroup.objects.exists()
