"""Discovery as a command: by the vault's account, on the register's ports, told to NetBox."""

from __future__ import annotations

import pytest

from devices.executors.base import safe_execute
from devices.executors.discovery import DiscoveryExecutor
from devices.models import CredentialUse, ExecutorRun, Scan
from devices.services import runs, scans, vault, vault_groups
from tests.devices.netbox_stub import DEVICES, TOKEN, netbox
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
SWITCH = "127.0.10.11"


def credential(community, **more):
    body = {"name": community, "credential_type": "snmp", "community": community, **more}
    return vault.create_credential(actor=None, body=body).credential


def discovered(config, actor=None, **more):
    """Return what a run says of the switch."""
    who = actor or UserFactory(roles=["super_admin"])
    run = runs.start_run(actor=who, executor="discovery", targets=SWITCH, config=config, **more)
    runs.perform_run(run.pk)
    return run.results.get()


@pytest.mark.parametrize("how", ["named", "assigned"])
@pytest.mark.parametrize(("community", "said"), [("public", "responding"), ("no", "no_response")])
def test_it_asks_with_the_community_of_the_vault(simulated, how, community, said):
    row = credential(community)
    named = {"credential_id": row.pk} if how == "named" else {}
    if how == "assigned":
        vault_groups.assign(actor=None, ip_address=SWITCH, credential_id=row.pk)

    found = discovered({**simulated.options, "snmp_retries": 0}, **named)

    assert found.extra["snmp_status"] == said
    assert CredentialUse.objects.filter(action="used").count() == 1


def test_what_is_sent_wins_over_the_vault(simulated):
    row = credential("no")

    found = discovered({**simulated.options, "snmp_community": "public"}, credential_id=row.pk)

    assert found.extra["snmp_status"] == "responding"


def test_it_asks_on_the_ports_that_the_register_knows(simulated):
    ports = {"snmp_port": simulated.snmp_port, "ssh_port": simulated.ssh_port}
    DeviceFactory(address=ManagementAddressFactory(ip=SWITCH, **ports))

    known = discovered({"snmp_timeout": 1})
    sent = discovered({"snmp_timeout": 0.2, "snmp_retries": 0, "snmp_port": 9, "ssh_port": 9})

    assert (known.extra["snmp_status"], known.extra["ssh_status"]) == ("responding", "YES")
    assert (sent.extra["snmp_status"], sent.extra["ssh_status"]) == ("no_response", "NO")


def test_a_scan_asks_devices_on_their_own_ports_but_on_those_that_were_sent(simulated):
    person = UserFactory(roles=["super_admin"])
    ports = {"snmp_port": simulated.snmp_port, "ssh_port": simulated.ssh_port}
    DeviceFactory(address=ManagementAddressFactory(ip=SWITCH, **ports))
    quick = {"snmp_timeout": 0.2, "snmp_retries": 0}

    said = []
    for options in ({}, {"snmp_port": 9}, {"ssh_port": 9}):
        scan = scans.start_scan(actor=person, targets=[SWITCH], options={**quick, **options})
        scans.perform_scan(scan.pk)
        result = scan.results.get().result
        said.append((result["snmp_status"], result["ssh_status"]))

    assert said == [("responding", "YES"), ("no_response", "YES"), ("responding", "NO")]


@pytest.mark.parametrize(("version", "status"), [("3", 400), (3, 400), ("2c", 202)])
def test_a_scan_with_version_3_needs_a_user(api, version, status):
    body = {"type": "discovery", "targets": [SWITCH], "options": {"snmp_version": version}}

    answer = api("admin").post("/api/scans", body, format="json")

    assert answer.status_code == status
    assert Scan.objects.count() == (status == 202)
    if status == 400:
        assert answer.json()["error"]["message"] == "security_name is required for version 3"


def test_a_command_with_version_3_says_what_it_lacks():
    outcome = safe_execute(DiscoveryExecutor(), SWITCH, "", {"version": "3"})

    assert outcome.error == "Invalid configuration: security_name is required for version 3"


def test_a_key_that_may_not_use_credentials_is_discovered_without_them(simulated):
    person = UserFactory(roles=["super_admin"])
    row = credential("private", is_default=True)
    vault_groups.assign(actor=None, ip_address=SWITCH, credential_id=row.pk)
    names = ("connect_device", "view_device", "add_device", "change_device")
    person.narrowed_to = frozenset(f"devices.{name}" for name in names)

    found = discovered({**simulated.options, "snmp_timeout": 0.5}, actor=person)
    scan = scans.start_scan(actor=person, targets=[SWITCH], options=simulated.options)
    scans.perform_scan(scan.pk)
    ports = scans.start_scan(actor=person, kind="interfaces", targets=[SWITCH])
    scans.perform_scan(ports.pk)

    assert found.extra["snmp_status"] == "responding"
    assert scan.results.get().result["hostname"] == "bel-acc-1"
    assert ports.results.get().error.startswith("No SSH credential of the vault")
    assert not CredentialUse.objects.filter(action__in=["used", "accessed"]).exists()


def test_a_network_is_discovered_at_once(simulated):
    config = {**simulated.options, "ping_timeout": 0.3, "snmp_retries": 0, "snmp_timeout": 0.5}

    found = DiscoveryExecutor().execute_range("127.0.10.9/29", config)
    single = DiscoveryExecutor().execute_range("127.0.10.11/32", config)

    assert found["success"]
    assert (found["network"], found["total_ips"]) == ("127.0.10.8/29", 6)
    assert [one["target"] for one in found["devices"]] == [f"127.0.10.{n}" for n in range(9, 15)]
    online = [one["target"] for one in found["devices"] if one["ping_status"] == "online"]
    assert online == ["127.0.10.9", "127.0.10.10", SWITCH]
    assert (found["online_count"], found["snmp_responding_count"]) == (3, 3)
    assert found["netbox_synced_count"] == 0
    assert [one["hostname"] for one in single["devices"]] == ["bel-acc-1"]


@pytest.mark.parametrize("cidr", ["10.0.0.0/40", "junk", "10.0.0.0/8", ""])
def test_what_is_no_network_is_not_discovered(cidr):
    found = DiscoveryExecutor().execute_range(cidr, {})

    assert (found["success"], found["network"]) == (False, cidr)
    assert found["error"].startswith("Invalid network: ")


def test_wrong_settings_of_a_network_are_told_once():
    found = DiscoveryExecutor().execute_range("10.0.0.0/30", {"snmp_port": 0})

    assert found["error"] == "Invalid configuration: snmp_port must be a number above zero"


@pytest.fixture
def box(api):
    with netbox() as found:
        body = {"url": found.url, "token": TOKEN}
        assert api("admin").put("/api/netbox/settings", body, format="json").status_code == 200
        maker = found.add("/api/dcim/manufacturers/", name="Ciena", slug="ciena")
        found.ids = {
            "netbox_device_type_id": found.add(
                "/api/dcim/device-types/", model="3942", manufacturer=maker
            ),
            "netbox_role_id": found.add("/api/dcim/device-roles/", name="Access"),
            "netbox_site_id": found.add("/api/dcim/sites/", name="Lab"),
        }
        yield found


def told(config):
    return safe_execute(runs.executors().get_or_raise("discovery"), SWITCH, "", config)


def test_netbox_is_told_where_that_is_asked_for(simulated, box):
    config = {**simulated.options, **box.ids, "sync_to_netbox": True}

    first, again, silent = told(config), told(config), told({**config, "sync_to_netbox": "no"})

    made = next(iter(box.tables[DEVICES].values()))
    assert len(box.tables[DEVICES]) == 1
    assert (made["name"], made["site"]) == ("bel-acc-1", box.ids["netbox_site_id"])
    for row in (first, again):
        assert (row.extra["netbox_synced"], row.extra["netbox_device_id"]) == (True, made["id"])
        assert row.extra["netbox_error"] is None
    assert (silent.extra["netbox_synced"], silent.extra["netbox_device_id"]) == (False, None)


def test_a_netbox_that_refuses_is_told_in_the_row(api, simulated, box):
    lacking = told({**simulated.options, "sync_to_netbox": True})
    api("admin").put("/api/netbox/settings", {"token": "another"}, format="json")
    failing = told({**simulated.options, **box.ids, "sync_to_netbox": True})

    assert (lacking.success, lacking.extra["netbox_synced"]) == (True, False)
    assert lacking.extra["netbox_error"].startswith("site_id, role_id, and device_type_id")
    assert (failing.success, failing.extra["netbox_synced"]) == (True, False)
    assert "403" in failing.extra["netbox_error"]


def test_telling_netbox_needs_the_right_to_make_devices(api):
    body = {"targets": [SWITCH], "config": {"sync_to_netbox": True}}

    refused = api("operator").post("/api/executors/discovery/execute", body, format="json")
    body["config"]["sync_to_netbox"] = "perhaps"
    odd = api("admin").post("/api/executors/discovery/execute", body, format="json")

    assert (refused.status_code, odd.status_code) == (403, 400)
    assert odd.json()["error"]["details"]["field"] == "sync_to_netbox"
    assert not ExecutorRun.objects.exists()
