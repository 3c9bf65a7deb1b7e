"""Autodiscovery in the admin: looked at only, told to NetBox, watched, stopped."""

import re

import pytest
from django.urls import reverse

from devices.models import ExecutorRun
from devices.services import netbox_autodiscovery, netbox_settings
from tests.devices.netbox_stub import DEVICES, TOKEN, netbox
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/devices/device/autodiscovery/"
FORM = {
    "target_type": "ip_list",
    "sync_mode": "create_update",
    "match_by": "ip_or_name",
    "device_naming": "hostname_or_ip",
    "snmp_enabled": "on",
    "create_ip_addresses": "on",
}


@pytest.fixture
def box(db):
    with netbox() as box:
        numbers = {
            f"default_{name}_id": box.add(path, name="Lab", model="5160", slug=name)
            for name, path in (
                ("site", "/api/dcim/sites/"),
                ("role", "/api/dcim/device-roles/"),
                ("device_type", "/api/dcim/device-types/"),
            )
        }
        netbox_settings.save(actor=None, body={"url": box.url, "token": TOKEN, **numbers})
        yield box


def started(page, commits, simulated, targets, do):
    sent = {**FORM, "ip_list": targets, "snmp_port": simulated.snmp_port, "do": do}
    with commits():
        answer = page.post(PAGE, sent)
    run = ExecutorRun.objects.latest("pk")
    assert answer["Location"] == reverse("admin:devices_executorrun_change", args=[run.pk])
    return run, page.get(answer["Location"]).content.decode()


def test_a_look_says_what_answers_and_tells_netbox_nothing(admin_page, box, simulated, commits):
    run, text = started(admin_page, commits, simulated, "127.0.10.1\n127.0.10.2", "look")

    assert run.config["create_in_netbox"] is False
    assert "dub-agg-1" in text
    assert text.count("Found</span>") == 2
    assert "Ciena 5160" in text
    assert DEVICES not in box.tables
    recent = admin_page.get(PAGE).content.decode()
    assert f"Run {run.pk}" in recent
    assert re.search(r'data-label="Answered"[^>]*>2</td>', recent)


def test_what_is_found_is_told_to_netbox(admin_page, box, simulated, commits):
    run, text = started(admin_page, commits, simulated, "127.0.10.1", "tell")

    assert [row["name"] for row in box.tables[DEVICES].values()] == ["dub-agg-1"]
    assert "Made" in text
    assert run.results.get().extra["action"] == "created"
    assert re.search(r'data-label="Made"[^>]*>1</td>', admin_page.get(PAGE).content.decode())


def test_a_run_is_stopped_on_its_page(admin_page, box):
    run = netbox_autodiscovery.start(actor=None, body={"network_range": "10.9.0.0/29"})
    page = reverse("admin:devices_executorrun_change", args=[run.pk])

    waits = admin_page.get(page).content.decode()
    stop = reverse("admin:devices_executorrun_verb", args=["cancel"])
    admin_page.post(stop, {"ids": run.pk, "confirm": "1"})

    assert "of <b>6</b> targets done" in waits
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert set(run.results.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ip_list": ""}, "Say which, or choose another kind above."),
        ({"ip_list": "10.9.0.0/33"}, "10.9.0.0/33"),
        ({"target_type": "network_range"}, "Say which, or choose another kind above."),
        ({"ip_list": "10.9.0.1", "snmp_port": "99999"}, "less than or equal to 65535"),
        ({"ip_list": "10.9.0.1", "sync_mode": "x"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_begun_is_refused_with_the_typing_kept(admin_page, typed, sentence):
    answer = admin_page.post(PAGE, {**FORM, "exclude_ips": "10.9.0.77", **typed, "do": "look"})

    text = answer.content.decode()
    assert (answer.status_code, sentence in text) == (200, True)
    assert "10.9.0.77" in text
    assert not ExecutorRun.objects.exists()


def test_without_netbox_only_a_look_is_offered(admin_page):
    text = admin_page.get(PAGE).content.decode()

    assert "so this only looks" in text
    assert 'value="look"' in text
    assert 'value="tell"' not in text


def test_an_operator_sees_runs_and_begins_none(client):
    client.force_login(UserFactory(roles=["operator"]))

    text = client.get(PAGE).content.decode()
    answer = client.post(PAGE, {**FORM, "ip_list": "10.9.0.1", "do": "tell"})

    assert "Nothing was looked for yet" in text
    assert 'name="ip_list"' not in text
    assert "Permission denied" in answer.content.decode()
    assert not ExecutorRun.objects.exists()


def test_the_newest_runs_are_listed_first(admin_page):
    runs = [ExecutorRun.objects.create(executor=netbox_autodiscovery.SLUG) for _ in range(7)]

    text = admin_page.get(PAGE).content.decode()

    found = [int(pk) for pk in re.findall(r">Run (\d+)<", text)]
    assert found == [run.pk for run in reversed(runs)][:5]
