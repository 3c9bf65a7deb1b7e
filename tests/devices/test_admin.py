"""The admin's pages of devices: open, save, refuse, and never show a secret."""

import pytest
from django.contrib import admin
from django.urls import reverse

from devices.models import (
    Credential,
    CredentialUse,
    Device,
    ExecutorRun,
    InterfaceState,
    Scan,
)
from devices.services import inventory, runs, scans, secrets, vault, vault_use
from tests.factories.devices import (
    DeviceFactory,
    DeviceTypeFactory,
    ManagementAddressFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db
MODELS = (
    "device",
    "devicegroup",
    "scan",
    "executorrun",
    "pollconfig",
    "credential",
    "devicetype",
    "manufacturer",
    "site",
    "devicetag",
)
OF_A_PROFILE = ("oidgroup", "oidmapping", "polltype")  # tabs of its page lead there
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def credential():
    return vault.create_credential(
        actor=None, body={"name": "lab", "username": "op", "password": "pl4nted-s3cret"}
    ).credential


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_add_page_opens(admin_page, model):
    assert admin_page.get(reverse(f"admin:devices_{model}_changelist")).status_code == 200
    answer = admin_page.get(reverse(f"admin:devices_{model}_add"))
    assert answer.status_code == (403 if model == "executorrun" else 200)


def test_a_rival_change_is_told_with_a_way_on_and_the_typing_kept(admin_page):
    device = DeviceFactory(name="R-1")
    page = reverse("admin:devices_device_change", args=[device.pk])
    sent = {"name": "R-2", "device_type": device.device_type_id, "lab_status": "active"}
    inventory.update_device(device.pk, actor=None, values={"notes": "theirs"})

    answer = admin_page.post(page, {**sent, "expected_version": device.version})

    text = answer.content.decode()
    assert "Somebody else changed this device meanwhile." in text
    assert f'<a href="{page}" target="_blank">See what is stored now</a>' in text
    assert 'value="R-2"' in text
    device.refresh_from_db()
    assert (device.name, device.notes) == ("R-1", "theirs")


def test_an_export_says_names_not_numbers(admin_page, django_assert_max_num_queries):
    for number in range(5):
        DeviceFactory(name=f"R-{number}", site=SiteFactory(name=f"Cork {number}"))

    with django_assert_max_num_queries(12):
        answer = admin_page.get(reverse("admin:devices_device_changelist"), {"export": "csv"})
        lines = b"".join(answer.streaming_content).decode().splitlines()

    at = lines[0].lstrip("\ufeff").split(",").index("site")
    assert [line.split(",")[at] for line in lines[1:]] == [f"Cork {n}" for n in range(5)]


def test_every_list_stands_in_the_sidebar(admin_page):
    text = admin_page.get(reverse("admin:devices_sshhostkey_changelist")).content.decode()
    devices = admin_page.get(reverse("admin:devices_device_changelist")).content.decode()
    lists = {
        model._meta.model_name
        for model in admin.site._registry
        if model._meta.app_label == "devices"
    }

    missing = {
        name
        for name in lists - set(OF_A_PROFILE)
        if f'href="{reverse(f"admin:devices_{name}_changelist")}"' not in text + devices
    }

    assert missing == set()
    assert 'class="pb-section pb-open"' in text


def test_a_devices_page_shows_ports_and_escapes_what_devices_say(admin_page):
    device = inventory.save_address(
        actor=None,
        ip_address="10.0.0.1",
        facts={"snmp_hostname": HOSTILE, "snmp_description": HOSTILE, "ping_status": "online"},
    )
    InterfaceState.objects.create(
        ip_address="10.0.0.1",
        interface_index=10005,
        cli_port=5,
        interface_name="Port 5",
        status="up",
        rx_power="-7.2",
        lldp_remote_system_name=HOSTILE,
    )
    page = reverse("admin:devices_device_change", args=[device.pk])

    for tab in ("ports", "credentials", "scans", "history", "details"):
        answer = admin_page.get(page, {"tab": tab})
        assert answer.status_code == 200
        assert HOSTILE not in answer.content.decode()
    assert "Port 5" in admin_page.get(page, {"tab": "ports"}).content.decode()
    assert (
        HOSTILE not in admin_page.get(reverse("admin:devices_device_changelist")).content.decode()
    )


def test_a_refused_device_keeps_the_typing(admin_page):
    kind = DeviceTypeFactory()
    DeviceFactory(name="R-1", device_type=kind)

    answer = admin_page.post(
        reverse("admin:devices_device_add"),
        {"name": "R-9", "device_type": kind.pk, "lab_status": "active", "mgmt_ip": "10.0.0.999"},
    )

    assert answer.status_code == 200
    assert "10.0.0.999 is no IP address." in answer.content.decode()
    assert Device.objects.count() == 1


def test_a_device_is_added_through_the_service(admin_page):
    kind = DeviceTypeFactory()

    answer = admin_page.post(
        reverse("admin:devices_device_add"),
        {"name": "R-2", "device_type": kind.pk, "lab_status": "active", "mgmt_ip": "10.0.0.7"},
    )

    assert answer.status_code == 302
    device = Device.objects.get(name="R-2")
    assert device.ip == "10.0.0.7"
    assert (device.history.get().action, device.metadata) == ("created", {})


def test_the_form_of_a_new_device_folds_what_is_seldom_filled_in(admin_page):
    text = admin_page.get(reverse("admin:devices_device_add")).content.decode()

    assert text.count("<details>") == 3
    device = DeviceFactory()
    page = reverse("admin:devices_device_change", args=[device.pk])
    assert "<details>" not in admin_page.get(page, {"tab": "details"}).content.decode()


def test_wrong_fields_of_a_device_are_told_at_once_and_at_their_place(admin_page):
    held = DeviceFactory(name="agg-1", address=ManagementAddressFactory(ip="10.0.0.8"))
    sent = {"name": "R-9", "device_type": DeviceTypeFactory().pk, "lab_status": "active"}
    add = reverse("admin:devices_device_add")

    wrong = {**sent, "name": "", "mgmt_ip": "10.0.0.999", "u_position": "99999999999"}
    both = admin_page.post(add, wrong).content.decode()
    taken = admin_page.post(add, {**sent, "mgmt_ip": "10.0.0.8"}).content.decode()

    assert "Not saved: 3 fields to correct below." in both
    assert "10.0.0.999 is no IP address." in both
    assert "Ensure this value is less than or equal to 2147483647." in both
    field = taken.partition('name="mgmt_ip"')[2].partition("</div>")[0]
    assert "agg-1 is managed at 10.0.0.8 already." in field
    assert Device.objects.get() == held


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("hostname", "h" * 300, "Ensure this value has at most 100 characters"),
        ("maintenance_end", "2026-01-01 10:00", "must look like &#x27;All Day/2031-05-11&#x27;"),
    ],
)
def test_a_folded_group_with_a_wrong_field_stands_open(admin_page, field, value, sentence):
    sent = {"name": "R-3", "device_type": DeviceTypeFactory().pk, "lab_status": "active"}

    answer = admin_page.post(
        reverse("admin:devices_device_add"),
        {**sent, "maintenance_start": "2026-01-05 10:00", field: value},
    )

    text = answer.content.decode()
    group = text.partition(">Lab<")[2].partition("</fieldset>")[0]
    assert sentence in group
    assert text.count("<details>") == 2
    assert not Device.objects.exists()


def test_a_device_is_given_the_old_algorithms_and_commands_use_them(admin_page):
    device = DeviceFactory(
        address=ManagementAddressFactory(ip="10.0.0.8", ssh_port=2200), metadata={"rack_row": 4}
    )
    page = reverse("admin:devices_device_change", args=[device.pk])
    sent = {"name": device.name, "device_type": device.device_type_id, "lab_status": "active"}

    admin_page.post(page, {**sent, "mgmt_ip": "10.0.0.8", "ssh_legacy": "on"})

    device.refresh_from_db()
    assert device.metadata == {"rack_row": 4, "ssh_legacy": True}
    known = runs.known_settings(["10.0.0.8", "10.0.0.9"], "ssh")
    assert known == {"10.0.0.8": {"port": 2200, "legacy": True}}
    assert runs.known_settings(["10.0.0.8"], "snmp") == {}


def test_the_wizard_begins_a_reviewed_scan(admin_page):
    answer = admin_page.post(
        reverse("admin:devices_scan_add"),
        {"kind": "discovery", "where": "10.255.255.1-2", "accept": "review", "snmp_port": 1161},
    )

    scan = Scan.objects.get()
    assert answer.status_code == 302
    assert (scan.accept, scan.total_targets, scan.options) == ("review", 2, {"snmp_port": 1161})
    page = reverse("admin:devices_scan_change", args=[scan.pk])
    assert admin_page.get(page, {"tab": "results"}).status_code == 200
    bad = admin_page.post(
        reverse("admin:devices_scan_add"),
        {"kind": "discovery", "where": "10.0.0.999", "accept": "auto"},
    )
    assert "10.0.0.999 is neither an address" in bad.content.decode()
    assert Scan.objects.count() == 1


def test_no_page_but_the_strict_one_shows_a_secret(admin_page, credential):
    page = reverse("admin:devices_credential_change", args=[credential.pk])

    for tab in ("details", "devices", "log"):
        assert "pl4nted-s3cret" not in admin_page.get(page, {"tab": tab}).content.decode()
    strict = reverse("admin:devices_credential_reveal", args=[credential.pk])
    asked = admin_page.get(strict)
    assert "pl4nted-s3cret" not in asked.content.decode()
    assert not CredentialUse.objects.filter(action="accessed").exists()
    shown = admin_page.post(strict, {"reason": "outage 17"})
    assert "pl4nted-s3cret" in shown.content.decode()
    assert "script" not in shown.content.decode()
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert asked["Referrer-Policy"] == "same-origin"
    assert "no-store" in shown["Cache-Control"]
    assert CredentialUse.objects.get(action="accessed").action_detail == "outage 17"


def test_a_credential_is_changed_without_losing_its_secret(admin_page, credential):
    page = reverse("admin:devices_credential_change", args=[credential.pk])
    body = {
        "name": "lab",
        "credential_type": "ssh",
        "username": "op",
        "category": "core",
        "expiration_warning_days": 30,
        "access_level": "standard",
        "password": "",
        "expected_version": credential.version,
    }

    answer = admin_page.post(page, body)

    assert answer.status_code == 302, answer.content.decode()[:2000]
    row = Credential.objects.get()
    assert row.category == "core"
    from devices.services import vault_use

    assert vault_use.opened(row)["password"] == "pl4nted-s3cret"


def test_a_scan_of_hostile_answers_is_escaped(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1"])
    scan.results.update(is_online=True, state="done", result={"hostname": HOSTILE})

    page = reverse("admin:devices_scan_change", args=[scan.pk])

    assert HOSTILE not in admin_page.get(page, {"tab": "results"}).content.decode()


def test_the_vaults_form_takes_every_field_of_every_type(admin_page):
    radius = {"radius_server": "10.0.0.5", "radius_secret": "pl4nted", "radius_auth_port": "1645"}
    body = {"name": "r", "credential_type": "radius", "access_level": "standard", **radius}
    limits = {"expiration_warning_days": 30}

    page = admin_page.get(reverse("admin:devices_credential_add")).content.decode()
    saved = admin_page.post(reverse("admin:devices_credential_add"), {**body, **limits})

    for fields in secrets.TYPES.values():
        for spec in fields:
            assert f'name="{spec.sources[0]}"' in page
    assert saved.status_code == 302
    row = Credential.objects.get(name="r")
    _, document = vault_use.open_for_use(row.pk, actor=None)
    assert document == {
        "server": "10.0.0.5",
        "auth_port": 1645,
        "acct_port": 1813,
        "secret_key": "pl4nted",
        "timeout": 5,
        "retries": 3,
        "nas_identifier": "",
    }
    change = reverse("admin:devices_credential_change", args=[row.pk])
    assert "pl4nted" not in admin_page.get(change, {"tab": "details"}).content.decode()


def test_a_credential_of_another_type_keeps_it_in_the_form(admin_page):
    body = {"name": "db", "credential_type": "database", "dsn": "x"}
    row = vault.create_credential(actor=None, body=body).credential
    page = reverse("admin:devices_credential_change", args=[row.pk])
    sent = {"name": "db2", "credential_type": "database", "access_level": "standard"}

    answer = admin_page.post(page, {**sent, "expiration_warning_days": 30, "version": row.version})

    row.refresh_from_db()
    assert (answer.status_code, row.name, row.credential_type) == (302, "db2", "database")


def test_the_answers_of_a_run_are_shown_whole(admin_page):
    inventory.save_address(actor=None, ip_address="10.0.0.1", facts={"snmp_hostname": "agg-1"})
    run = ExecutorRun.objects.create(executor="ssh", command="port show", total_targets=1)
    output = f"line one\nline two\n{HOSTILE}"
    run.results.create(target="10.0.0.1", position=0, state="done", output=output)

    text = admin_page.get(
        reverse("admin:devices_executorrun_change", args=[run.pk])
    ).content.decode()

    assert f"Run {run.pk}: SSH" in text
    assert "line one\nline two\n&lt;script&gt;" in text
    assert "agg-1" in text


def test_a_devices_history_names_what_ids_stand_for(admin_page):
    site = SiteFactory(name="Cork exchange")
    device = DeviceFactory()
    inventory.update_device(device.pk, actor=None, values={"site_id": site.pk})

    page = reverse("admin:devices_device_change", args=[device.pk])
    text = admin_page.get(page, {"tab": "history"}).content.decode()

    assert "Cork exchange" in text
    assert "site_id" not in text


@pytest.mark.parametrize("answers", [True, False])
def test_discovery_begins_with_the_simulated_switches_where_they_answer(
    admin_page, monkeypatch, answers
):
    monkeypatch.setattr("devices.simulator.places.answers", lambda: answers)

    page = admin_page.get(reverse("admin:devices_scan_add")).content.decode()

    assert ("127.0.10.1-12" in page, 'value="1161"' in page) == (answers, answers)
    assert ('value="161"' in page) is not answers
