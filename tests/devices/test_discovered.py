"""What a discovery as a command finds becomes devices, where its starter may make them."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, RoleAssignment
from devices.executors.discovery import DiscoveryExecutor
from devices.models import Device, ManagementAddress
from devices.services import runs
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
MAY_NOT = "You may not add and change devices, so none was made"
QUICK = {"ping_timeout": 0.3, "snmp_retries": 0, "snmp_timeout": 0.5}


def discovered(targets, config, actor=None):
    """Return what a run says of each target."""
    who = actor or UserFactory(roles=["super_admin"])
    run = runs.start_run(actor=who, executor="discovery", targets=targets, config=config)
    runs.perform_run(run.pk)
    return {row.target: row.extra for row in run.results.all()}


def test_what_answers_is_a_device_with_all_that_was_found(api, simulated, commits):
    body = {"targets": ["127.0.10.11"], "config": {**QUICK, **simulated.options}}
    with commits():
        started = api("admin").post("/api/executors/discovery/execute", body, format="json")

    run = api("admin").get(f"/api/executors/runs/{started.json()['data']['run_id']}").json()["data"]
    one = api("admin").get("/api/devices/127.0.10.11").json()["data"]

    assert run["results"][0]["device_id"] == one["id"] == Device.objects.get().pk
    assert run["results"][0].get("inventory_error") is None
    assert (one["hostname"], one["vendor"], one["ping_status"], one["snmp_status"]) == (
        "bel-acc-1",
        "Ciena",
        "online",
        "YES",
    )
    address = ManagementAddress.objects.get()
    assert (address.snmp_port, address.ssh_port) == (simulated.snmp_port, simulated.ssh_port)
    assert AuditEntry.objects.get(verb="device.created").actor_id is not None


def test_a_known_device_is_refreshed_and_a_silent_address_makes_none(simulated):
    here = DeviceFactory(address=ManagementAddressFactory(ip="127.0.10.11"))
    gone = DeviceFactory(address=ManagementAddressFactory(ip="127.0.10.12", ping_status="online"))

    found = discovered("127.0.10.8/29", {**QUICK, **simulated.options})

    ids = {target: extra["device_id"] for target, extra in found.items()}
    assert (ids["127.0.10.11"], ids["127.0.10.12"]) == (here.pk, gone.pk)
    assert (ids["127.0.10.13"], ids["127.0.10.14"]) == (None, None)
    assert {extra["inventory_error"] for extra in found.values()} == {None}
    addresses = {row.ip: row for row in ManagementAddress.objects.all()}
    assert set(addresses) == {f"127.0.10.{n}" for n in (9, 10, 11, 12)}
    assert addresses["127.0.10.12"].ping_status == "offline"
    assert {row.network_range for row in addresses.values()} == {"127.0.10.8/29"}
    assert Device.objects.count() == 4


def test_who_may_not_make_devices_gets_results_and_no_devices(simulated):
    found = discovered(
        "127.0.10.11", {**QUICK, **simulated.options}, UserFactory(roles=["operator"])
    )["127.0.10.11"]

    assert (found["hostname"], found["device_id"]) == ("bel-acc-1", None)
    assert found["inventory_error"] == MAY_NOT
    assert not ManagementAddress.objects.exists()


@pytest.mark.parametrize("wish", [True, "yes"])
def test_a_key_without_the_right_makes_no_devices_by_its_owners(simulated, wish):
    person = UserFactory(roles=["super_admin"])
    names = ("connect_device", "view_device", "add_device")
    person.narrowed_to = frozenset(f"devices.{name}" for name in names)
    config = {**QUICK, **simulated.options, "inventory": wish}

    found = discovered("127.0.10.11", config, person)["127.0.10.11"]

    assert (found["ping_status"], found["inventory_error"]) == ("online", MAY_NOT)
    assert not Device.objects.exists()


def test_a_right_that_was_lost_meanwhile_counts(simulated):
    person = UserFactory(roles=["admin"])
    config = {**QUICK, **simulated.options}
    run = runs.start_run(actor=person, executor="discovery", targets="127.0.10.11", config=config)
    RoleAssignment.objects.filter(user=person).delete()

    runs.perform_run(run.pk)

    assert run.results.get().extra["inventory_error"] == MAY_NOT
    assert not Device.objects.exists()


def test_a_host_name_makes_no_device_and_no_other_its_own(simulated):
    DeviceFactory(address=None)

    found = discovered("localhost", {**QUICK, "ping": False, "ports": "1"})["localhost"]

    assert found["device_id"] is None
    assert found["inventory_error"] == "localhost is no address, so no device was made"
    assert not ManagementAddress.objects.exists()


def test_a_whole_network_is_taken_in_by_those_who_may(simulated):
    config = {**QUICK, **simulated.options}
    executor = runs.executors().get_or_raise("discovery")

    refused = executor.execute_range("127.0.10.8/29", config, actor=UserFactory(roles=["operator"]))
    assert not Device.objects.exists()
    found = executor.execute_range("127.0.10.8/29", config)
    wrong = executor.execute_range("junk", config)

    assert {one["inventory_error"] for one in refused["devices"]} == {MAY_NOT}
    assert (found["total_ips"], found["online_count"]) == (6, 3)
    made = [one["target"] for one in found["devices"] if one["device_id"]]
    assert made == ["127.0.10.9", "127.0.10.10", "127.0.10.11"]
    assert Device.objects.count() == 3
    assert set(ManagementAddress.objects.values_list("network_range", flat=True)) == {
        "127.0.10.8/29"
    }
    assert (wrong["success"], wrong["network"]) == (False, "junk")


def test_an_address_that_could_not_be_asked_costs_no_other_its_device(simulated, monkeypatch):
    asked = DiscoveryExecutor.execute

    def execute(self, target, command, config):
        if target == "127.0.10.10":
            raise RuntimeError("strange")
        return asked(self, target, command, config)

    monkeypatch.setattr(DiscoveryExecutor, "execute", execute)
    config = {**QUICK, **simulated.options}

    found = runs.executors().get_or_raise("discovery").execute_range("127.0.10.8/29", config)
    again = discovered("127.0.10.8/29", config)

    rows = {one["target"]: one for one in found["devices"]}
    assert rows["127.0.10.10"]["device_id"] is None
    assert rows["127.0.10.11"]["device_id"] == again["127.0.10.11"]["device_id"] is not None
    assert again["127.0.10.10"] == {"device_id": None, "inventory_error": None}
    assert Device.objects.count() == 2
