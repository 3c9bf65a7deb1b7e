"""Verbs on devices in the admin: where they lead, what they refuse, whom they leave out."""

import pytest
from django.urls import reverse

from devices.models import CredentialAssignment, ExecutorRun, Scan
from devices.services import scans, vault
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
DIALOG = {"headers": {"X-Patchbay-Dialog": "1"}}


def verb_url(slug, model="device"):
    return reverse(f"admin:devices_{model}_verb", args=[slug])


def at(ip, **fields):
    return DeviceFactory(address=ManagementAddressFactory(ip=ip), **fields)


def stored(**body):
    return vault.create_credential(actor=None, body=body).credential


@pytest.mark.parametrize(
    ("executor", "command", "sentence"),
    [
        ("ssh", "", "Say what to run; SSH needs it."),
        ("ssh", " \n", "Say what to run; SSH needs it."),
        ("snmp", "", "Say what to run; SNMP needs it."),
        ("snmp", "nonsense.0", "nonsense.0 is no numeric OID. 1.3.6.1.2.1.1.5.0 or a name as"),
    ],
)
def test_a_command_that_says_nothing_is_refused_at_its_field(
    admin_page, executor, command, sentence
):
    device = at("10.0.0.1")

    answer = admin_page.post(
        verb_url("run"),
        {"ids": device.pk, "confirm": "1", "executor": executor, "command": command},
    )

    field = answer.content.decode().partition('name="command"')[2].partition("pb-help")[0]
    assert answer.status_code == 200
    assert sentence in field
    assert f'<option value="{executor}" selected>' in answer.content.decode()
    assert not ExecutorRun.objects.exists()


@pytest.mark.parametrize(("executor", "command"), [("ping", ""), ("snmp", "sysName.0")])
def test_a_command_leads_to_its_run_at_once(admin_page, executor, command):
    device = at("10.0.0.1")

    answer = admin_page.post(
        verb_url("run"),
        {"ids": device.pk, "confirm": "1", "executor": executor, "command": command},
        **DIALOG,
    )

    run = ExecutorRun.objects.get()
    page = reverse("admin:devices_executorrun_change", args=[run.pk])
    assert (run.executor, run.command, run.total_targets) == (executor, command, 1)
    assert answer.json() == {"location": page}
    assert "1 target queued." in admin_page.get(page).content.decode()


def test_a_credential_of_another_kind_is_refused_by_its_name(admin_page):
    device = at("10.0.0.1")
    row = stored(name="NOC", credential_type="snmp", community="c")
    sent = {"ids": device.pk, "confirm": "1", "credential": row.pk}

    answer = admin_page.post(verb_url("run"), {**sent, "executor": "ssh", "command": "uptime"})

    assert "NOC is of the type SNMP; SSH cannot use it." in answer.content.decode()
    assert not ExecutorRun.objects.exists()
    admin_page.post(verb_url("run"), {**sent, "executor": "snmp", "command": "sysName.0"})
    assert ExecutorRun.objects.get().credential == row


@pytest.mark.parametrize("slug", ["run", "read-ports", "read-light"])
def test_devices_without_an_address_are_rows_with_the_reason(admin_page, slug):
    reached, silent = at("10.0.0.1", name="agg-1"), DeviceFactory(name="EDFA-1", address=None)
    model = ExecutorRun if slug == "run" else Scan

    answer = admin_page.post(
        verb_url(slug),
        {"ids": [reached.pk, silent.pk], "confirm": "1", "executor": "ping"},
    )

    text, work = answer.content.decode(), model.objects.get()
    page = reverse(f"admin:devices_{model._meta.model_name}_change", args=[work.pk])
    assert [row.target for row in work.results.all()] == ["10.0.0.1"]
    assert "1 target queued, 1 left out." in text
    assert "<b>EDFA-1</b><span>Refused: It has no management address.</span>" in text
    assert f'href="{page}">To the work under way</a>' in text


@pytest.mark.parametrize("slug", ["run", "read-ports", "read-light"])
def test_a_device_without_an_address_is_refused_by_its_name(admin_page, slug):
    silent = DeviceFactory(name="EDFA-1", address=None)

    answer = admin_page.post(verb_url(slug), {"ids": silent.pk, "confirm": "1", "executor": "ping"})

    assert "EDFA-1 has no management address." in answer.content.decode()
    assert not ExecutorRun.objects.exists()
    assert not Scan.objects.exists()


def test_a_credential_for_a_device_without_an_address_is_refused_by_its_name(admin_page):
    silent = DeviceFactory(name="EDFA-1", address=None)
    row = stored(name="shell", username="op", password="x")

    answer = admin_page.post(
        verb_url("assign-credential"),
        {"ids": silent.pk, "confirm": "1", "credential": row.pk, "priority": "0"},
    )

    assert "EDFA-1 has no management address." in answer.content.decode()
    assert not CredentialAssignment.objects.exists()


def test_verbs_with_a_page_of_their_own_lead_there_at_once(admin_page):
    row = stored(name="lab", username="op", password="x")
    scan = scans.start_scan(actor=None, targets=["10.255.255.1"], accept="review")
    for model, slug, obj, view in (
        ("credential", "reveal-page", row, "credential_reveal"),
        ("scan", "review-each", scan, "scan_review"),
    ):
        page = reverse(f"admin:devices_{view}", args=[obj.pk])

        opened = admin_page.get(verb_url(slug, model), {"ids": obj.pk}, **DIALOG)
        plain = admin_page.get(verb_url(slug, model), {"ids": obj.pk})

        assert opened.json() == {"location": page}
        assert (plain.status_code, plain.url) == (302, page)
