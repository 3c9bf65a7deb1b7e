"""Polls and assigned credentials in the admin: made, changed, refused, and whose turn it is."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from devices.models import CredentialAssignment, PollConfig
from devices.services import (
    groups,
    poll_secrets,
    vault,
    vault_assign,
    vault_groups,
    vault_resolve,
)
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceFactory, DeviceGroupFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
POLL = {
    "name": "Every night",
    "poll_type": "snmp_interfaces",
    "enabled": "on",
    "interval_seconds": "600",
    "target_type": "site",
    "target_site_name": "Dublin",
    "snmp_community": "pl4nted",
    "snmp_version": "2c",
    "snmp_port": "161",
    "snmp_timeout": "5",
    "snmp_retries": "2",
}
ADD = "admin:devices_pollconfig_add"


def stored(name, **body):
    return vault.create_credential(actor=None, body={"name": name, **body}).credential


def verb(page, model, pk, slug, **data):
    return page.post(
        reverse(f"admin:devices_{model}_verb", args=[slug]), {"ids": pk, "confirm": "1", **data}
    )


def test_a_poll_is_made_changed_and_its_community_never_shown(admin_page):
    answer = admin_page.post(reverse(ADD), POLL)

    row = PollConfig.objects.get(name="Every night")
    assert (answer.status_code, row.name, row.target_site_name) == (302, "Every night", "Dublin")
    assert poll_secrets.community_of(row, with_community=True) == "pl4nted"
    page = reverse("admin:devices_pollconfig_change", args=[row.pk])
    shown = admin_page.get(f"{page}?tab=details").content.decode()
    assert "pl4nted" not in shown
    changed = {**POLL, "snmp_community": "", "interval_seconds": "900", "enabled": ""}
    admin_page.post(page, changed)
    row.refresh_from_db()
    assert (row.interval_seconds, row.enabled) == (900, False)
    assert poll_secrets.community_of(row, with_community=True) == "pl4nted"
    told = AuditEntry.objects.filter(verb__startswith="poll.").values_list("verb", flat=True)
    assert sorted(told) == ["poll.created", "poll.updated"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("target_site_name", "", "Say which, or choose another kind of target above."),
        ("cron_expression", "every day", "cron_expression: "),
        ("interval_seconds", "5", "greater than or equal to 10"),
    ],
)
def test_a_poll_that_cannot_be_is_refused_with_the_typing_kept(admin_page, field, value, sentence):
    answer = admin_page.post(reverse(ADD), {**POLL, field: value})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert "Every night" in answer.content.decode()
    assert not PollConfig.objects.filter(name="Every night").exists()


def test_a_second_poll_of_one_name_is_refused_in_words(admin_page):
    admin_page.post(reverse(ADD), POLL)

    answer = admin_page.post(reverse(ADD), POLL)

    assert "already exists" in answer.content.decode()
    assert PollConfig.objects.filter(name="Every night").count() == 1


def test_who_may_only_look_at_polls_sees_them_without_a_form(admin_page):
    admin_page.post(reverse(ADD), POLL)
    page = reverse("admin:devices_pollconfig_change", args=[PollConfig.objects.last().pk])
    reader = Client()
    reader.force_login(UserFactory(roles=["operator"]))

    shown = reader.get(f"{page}?tab=details")

    assert shown.status_code == 200
    assert "pl4nted" not in shown.content.decode()
    assert reader.post(page, POLL).status_code == 403
    assert reader.get(reverse(ADD)).status_code == 403


def test_a_poll_shows_what_its_last_run_did_not_read(admin_page):
    row = PollConfig.objects.first()
    run = row.executions.create(config_name=row.name, status="partial", devices_failed=1)
    run.device_results.create(device_ip="10.0.0.66", error_message="No SNMP response <b>")

    page = reverse("admin:devices_pollconfig_change", args=[row.pk])
    shown = admin_page.get(f"{page}?tab=runs").content.decode()

    assert "10.0.0.66" in shown
    assert "No SNMP response &lt;b&gt;" in shown
    assert f'<a href="{reverse("admin:devices_pollexecution_change", args=[run.pk])}">' in shown


def test_whose_turn_it_is_follows_the_order_of_resolution(admin_page):
    device = DeviceFactory(address=ManagementAddressFactory(ip="10.0.0.7"))
    low, high, off, shared, _ = (
        stored(name, credential_type="ssh", username="op", password="x", is_default=name == "usual")
        for name in ("low", "high", "off", "shared", "usual")
    )
    vault.update_credential(off.pk, actor=None, body={"status": "disabled"})
    group = DeviceGroupFactory(rule=None)
    groups.add_members(group.pk, ["10.0.0.7"], actor=None)
    for row, priority in ((low, 1), (high, 5), (off, 9)):
        vault_groups.assign(
            actor=None, ip_address="10.0.0.7", credential_id=row.pk, priority=priority
        )
    vault_assign.assign_to_group(actor=None, group_id=group.pk, credential_id=shared.pk)

    found = vault_assign.candidates("10.0.0.7", actor=None)

    assert [(one.credential.name, one.hindrance, one.is_chosen) for one in found] == [
        ("off", "disabled", False),
        ("high", "", True),
        ("low", "", False),
        ("shared", "", False),
        ("usual", "", False),
    ]
    assert vault_resolve.resolve("10.0.0.7", "ssh").credential_name == "high"
    page = reverse("admin:devices_device_change", args=[device.pk])
    shown = admin_page.get(f"{page}?tab=credentials").content.decode()
    assert shown.index("off") < shown.index("high") < shown.index(group.group_name)


def test_assignments_are_given_and_taken_on_both_pages(admin_page):
    device = DeviceFactory(address=ManagementAddressFactory(ip="10.0.0.8"))
    group, row = DeviceGroupFactory(rule=None), stored("shell", username="op", password="x")
    given = {"credential": row.pk, "priority": "7"}

    for model, obj in (("device", device), ("devicegroup", group)):
        verb(admin_page, model, obj.pk, "assign-credential", **given)
    assert sorted(CredentialAssignment.objects.values_list("ip_address", "group", "priority")) == [
        ("", group.pk, 7),
        ("10.0.0.8", None, 7),
    ]
    for model, obj in (("device", device), ("devicegroup", group)):
        verb(admin_page, model, obj.pk, "remove-credential", credential=row.pk)

    assert not CredentialAssignment.objects.exists()
    told = AuditEntry.objects.filter(verb__startswith="credential.").order_by("pk")
    assert [one.verb for one in told][1:] == [
        *("credential.assigned", "credential.assigned"),
        *("credential.unassigned", "credential.unassigned"),
    ]


def test_a_poll_offers_the_switch_that_has_sense(admin_page):
    row = PollConfig.objects.filter(enabled=True).first()
    page = reverse("admin:devices_pollconfig_change", args=[row.pk])

    before = admin_page.get(page).content.decode()
    verb(admin_page, "pollconfig", row.pk, "off")
    after = admin_page.get(page).content.decode()

    row.refresh_from_db()
    assert not row.enabled
    assert ("Switch off" in before, "Switch on" in before) == (True, False)
    assert "Switch on" in after
