"""One credential for many devices: opened once, told once, in few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Credential, CredentialAssignment, CredentialUse, DeviceGroup
from devices.services import (
    polling,
    runs,
    vault,
    vault_assign,
    vault_groups,
    vault_resolve,
    vault_use,
)
from devices.services.vault_use import Used
from inventory_site.core import crypto
from tests.factories.devices import DeviceFactory, ManagementAddressFactory, ManufacturerFactory
from tests.factories.devices_monitoring import PollConfigFactory

pytestmark = pytest.mark.django_db


def make(name: str, kind: str = "snmp", **more: object) -> Credential:
    community = {"community": f"of-{name}"} if kind == "snmp" else {"username": "op"}
    body = {"name": name, "credential_type": kind, **community, **more}
    return vault.create_credential(actor=None, body=body).credential


@pytest.fixture
def openings(monkeypatch):
    """Count how often ciphertext is opened."""
    seen: list[str] = []
    real = crypto.decrypt

    def counting(value: str, *, bound_to: str) -> str:
        seen.append(bound_to)
        return real(value, bound_to=bound_to)

    monkeypatch.setattr(crypto, "decrypt", counting)
    return seen


@pytest.mark.parametrize("what", ["server", "secret", "account"])
def test_what_is_switched_off_at_an_enterprise_server_is_skipped(what):
    own, server, default = make("own"), make("server", kind="tacacs"), make("default")
    vault.update_credential(default.pk, actor=None, body={"is_default": True})
    body = {"name": "t", "auth_type": "tacacs", "credential_id": server.pk}
    config = vault_groups.save_config(None, actor=None, body=body).config
    login = {"name": "svc", "auth_config_id": config.pk, "username": "svc", "password": "pw"}
    account = vault_groups.save_account(None, actor=None, body=login)
    CredentialAssignment.objects.create(
        ip_address="10.7.0.4",
        credential=own,
        credential_type="snmp",
        auth_method="tacacs",
        enterprise_auth_user=account,
    )

    def turn():
        found = vault_resolve.resolve("10.7.0.4", "snmp")
        chosen = [
            one.credential.pk
            for one in vault_assign.candidates("10.7.0.4", actor=None)
            if one.is_chosen
        ]
        return found.credential_id, bool(found.server_config), chosen

    assert account.last_used_at is None
    assert turn() == (own.pk, True, [own.pk])
    account.refresh_from_db()
    assert account.last_used_at is not None
    if what == "server":
        vault_groups.save_config(config.pk, actor=None, body={"enabled": False})
    elif what == "account":
        vault_groups.save_account(account.pk, actor=None, body={"enabled": False})
    else:
        vault.update_credential(server.pk, actor=None, body={"status": "disabled"})
    assert turn() == (default.pk, False, [default.pk])


def test_many_devices_of_one_credential_open_it_once(openings, django_assert_max_num_queries):
    row = make("default", is_default=True)
    addresses = [f"10.7.{n // 250}.{n % 250 + 1}" for n in range(1000)]

    with django_assert_max_num_queries(4):
        found = vault_resolve.resolve_many(addresses, "snmp")

    assert len(found) == 1000
    assert {one.credential_id for one in found.values()} == {row.pk}
    assert len(openings) == 1


def test_each_device_gets_its_own_first_then_its_groups_then_the_default():
    own, low, grouped, ruled, default = (
        make(name) for name in ("own", "low", "grouped", "ruled", "default")
    )
    vault.update_credential(default.pk, actor=None, body={"is_default": True})
    maker = ManufacturerFactory(name="Ciena Corporation")
    for ip in ("10.7.0.4", "10.7.0.5"):
        DeviceFactory(address=ManagementAddressFactory(ip=ip), manufacturer=maker)
    listed = DeviceGroup.objects.create(group_name="listed")
    for ip in ("10.7.0.1", "10.7.0.3"):
        listed.members.create(ip_address=ip)
    by_rule = DeviceGroup.objects.create(group_name="rule", rule={"manufacturer": "ciena"})
    assign = CredentialAssignment.objects.create
    assign(ip_address="10.7.0.1", credential=low, priority=1)
    assign(ip_address="10.7.0.1", credential=own, priority=2)
    assign(group=listed, credential=grouped, priority=9)
    assign(group=by_rule, credential=ruled, priority=1)

    addresses = ["10.7.0.1", "10.7.0.3", "10.7.0.4", "10.7.0.5", "10.7.0.9"]
    found = vault_resolve.resolve_many(addresses, "snmp")

    names = {ip: one.credential_name for ip, one in found.items()}
    assert names == {
        "10.7.0.1": "own",
        "10.7.0.3": "grouped",
        "10.7.0.4": "ruled",
        "10.7.0.5": "ruled",
        "10.7.0.9": "default",
    }
    assert found["10.7.0.4"].credentials["community"] == "of-ruled"
    assert "of-ruled" not in repr(found)


def test_one_that_does_not_open_gives_way_to_the_next():
    broken, good = make("broken"), make("good")
    Credential.objects.filter(pk=broken.pk).update(encrypted_data="pb1:gone:AAAA")
    for row, priority in ((broken, 5), (good, 1)):
        CredentialAssignment.objects.create(
            ip_address="10.7.0.1", credential=row, priority=priority
        )

    assert vault_resolve.resolve("10.7.0.1", "snmp").credential_name == "good"


def test_a_run_on_many_targets_opens_one_credential_once(openings, commits):
    make("ops", "ssh", password="pl4nted", is_default=True)
    row = runs.start_run(actor=None, executor="ssh", targets=["127.0.99.1-20"], command="x")
    row.config |= {"timeout": 0.2, "retries": 0, "port": 1}
    row.save()

    runs.perform_run(row.pk)

    assert len(openings) == 1
    assert CredentialUse.objects.filter(action="used", success=False).count() == 20
    assert Credential.objects.get().used_by_count == 20


def test_polls_tell_a_use_once_an_hour_and_count_all(openings, simulated):
    row = make("ops", community="public", is_default=True)
    for number in (1, 2, 12):
        ip = f"127.0.10.{number}"
        DeviceFactory(address=ManagementAddressFactory(ip=ip, snmp_port=simulated.snmp_port))
    config = PollConfigFactory(poll_type="snmp_interfaces", snmp_timeout=1, snmp_retries=0)
    now = timezone.now()

    done = [polling.poll(config.pk, now + timedelta(minutes=at)) for at in range(3)]

    assert [one.devices_success for one in done] == [2, 2, 2]
    assert len(openings) == 3
    told = CredentialUse.objects.filter(action="used").order_by("target_device")
    assert [(one.target_device, one.success, one.performed_by) for one in told] == [
        ("127.0.10.1", True, "system"),
        ("127.0.10.12", False, "system"),
        ("127.0.10.2", True, "system"),
    ]
    assert told[1].error_message == "No SNMP response received before timeout"
    row.refresh_from_db()
    assert row.used_by_count == 9
    CredentialUse.objects.update(performed_at=now - timedelta(hours=2))
    polling.poll(config.pk, now + timedelta(minutes=9))
    assert CredentialUse.objects.filter(action="used").count() == 6


def test_people_are_told_every_time():
    row = make("ops")
    for _ in range(3):
        vault_use.log_uses([Used(row, "10.7.0.1", "SNMP", True)], actor=None)

    assert CredentialUse.objects.filter(action="used").count() == 3


def test_silent_devices_do_not_hold_up_a_poll(simulated):
    alive = [f"127.0.10.{number}" for number in range(1, 9)]
    for ip in (*alive, *(f"127.0.99.{number}" for number in range(1, 9))):
        DeviceFactory(address=ManagementAddressFactory(ip=ip, snmp_port=simulated.snmp_port))
    config = PollConfigFactory(
        poll_type="snmp_interfaces", snmp_timeout=2, snmp_retries=0, max_concurrent=2
    )

    done = polling.poll(config.pk, timezone.now())

    assert (done.devices_success, done.devices_failed) == (8, 8)
    assert done.duration_ms < 7000, "eight silent devices wait beside each other"


def test_a_change_without_effect_leaves_version_and_log_alone():
    row = make("ops", "ssh", password="pl4nted", category="core")

    vault.update_credential(row.pk, actor=None, body={"password": "pl4nted", "category": "core"})

    row.refresh_from_db()
    assert (row.version, row.versions.count()) == (1, 0)
    assert not CredentialUse.objects.filter(action="updated").exists()


@pytest.mark.parametrize(
    ("status", "is_handed_out"),
    [
        ("active", True),
        ("pending_rotation", True),
        ("disabled", False),
        ("expired", False),
        ("revoked", False),
        ("deleted", False),
    ],
)
def test_what_is_to_be_rotated_works_until_it_is(status, is_handed_out):
    row = make("core", is_default=True)
    Credential.objects.filter(pk=row.pk).update(status=status)

    assert bool(vault_resolve.resolve("10.7.0.1", "snmp")) is is_handed_out
