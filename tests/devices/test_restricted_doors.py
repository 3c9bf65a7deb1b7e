"""Each door by which the system opens a credential, and what others may do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import User
from devices.models import Credential, DeviceGroup, ExecutorRun, ManagementAddress, PollConfig, Scan
from devices.services import (
    live_snmp,
    netbox_autodiscovery,
    poll_targets,
    polling,
    runs,
    scan_reading,
    scans,
    vault,
    vault_assign,
)
from tests.factories.accounts import RoleFactory, UserFactory
from tests.factories.devices import DeviceFactory, ManufacturerFactory, SiteFactory

pytestmark = pytest.mark.django_db
HERE, THERE, SECRET = "127.9.9.1", "127.9.9.2", "pl4nted"
RIGHTS = (
    *("view_device", "add_device", "change_device", "connect_device", "change_devicegroup"),
    *("view_credential", "change_credential", "use_credential", "change_setting"),
)


@dataclass
class Stage:
    """A device at one address, a restricted credential, its owner and somebody else."""

    owner: Any
    planner: Any
    monkeypatch: pytest.MonkeyPatch
    kind: str = "snmp"
    named: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = DeviceFactory(
            name="sw-core",
            role="core",
            site=SiteFactory(name="Cork"),
            manufacturer=ManufacturerFactory(name="Zenith"),
            address=ManagementAddress.objects.create(ip=HERE),
        )
        self.group = DeviceGroup.objects.create(group_name="g", rule={"name_contains": "sw-core"})
        body = {"name": "core", "credential_type": self.kind, "community": SECRET}
        body |= {"password": SECRET, "username": "ops", "access_level": "restricted"}
        body |= {"owner": self.owner.user.username}
        self.row = vault.create_credential(actor=None, body=body).credential

    def assign(self, ip: str) -> None:
        body = {"credential_id": self.row.pk}
        self._done(self.owner.post(f"/api/credentials/devices/{ip}/assign", body, format="json"))

    def list_in_group(self, ip: str) -> None:
        place = f"/api/groups/{self.group.pk}/devices"
        self._done(self.owner.post(place, {"ip_address": ip}, format="json"))

    def aim(self, ip: str) -> None:
        place = f"/api/polling/configs/{PollConfig.objects.get(name='p').pk}"
        self._done(self.owner.put(place, {"target_device_ip": ip}, format="json"))

    def write_down(self, ip: str) -> None:
        self.named.append(ip)

    def _done(self, answer: Any) -> None:
        assert answer.status_code < 300, answer.content

    def others_do_their_worst(self) -> None:
        group = f"/api/groups/{self.group.pk}"
        moved = {"mgmt_ip": THERE}
        place = f"/api/inventory/devices/{self.device.pk}"
        self._done(self.planner.put(place, moved, format="json"))
        self.planner.post(f"{group}/devices", {"ip_address": THERE}, format="json")
        self.planner.put(group, {"rule": {"role": "core"}}, format="json")
        for poll in PollConfig.objects.filter(name="p"):
            answer = self.planner.put(
                f"/api/polling/configs/{poll.pk}", {"target_device_ip": THERE}, format="json"
            )
            assert answer.status_code == 403


def _poll(**target: Any) -> Any:
    def sent(stage: Stage) -> dict[str, Any]:
        body = {"name": "p", "poll_type": "snmp_availability", "credential_id": stage.row.pk}
        aims = {key: value(stage) if callable(value) else value for key, value in target.items()}
        if not PollConfig.objects.filter(name="p").exists():
            made = stage.owner.post("/api/polling/configs", {**body, **aims}, format="json")
            assert made.status_code == 201, made.content
        found = poll_targets.targets_of(PollConfig.objects.get(name="p"))
        return {one.ip: one.config.get("community") for one in found}

    return sent


def _asked_now(stage: Stage) -> dict[str, Any]:
    """Return what the limits of optical ports are asked with, by whoever looks at them."""
    ways = [live_snmp.way_to(ip, {}, actor=None) for ip in (HERE, THERE)]
    return {way.host: way.config.get("community") for way in ways}


def _asked_by_group(stage: Stage) -> dict[str, Any]:
    vault_assign.assign_to_group(
        actor=stage.owner.user, group_id=stage.group.pk, credential_id=stage.row.pk
    )
    return _asked_now(stage)


def _scan(kind: str, *words: str) -> Any:
    def sent(stage: Stage) -> dict[str, Any]:
        Credential.objects.update(is_default=True)
        lines = [word.format(group=stage.group.pk) for word in words]
        body = {"type": kind, "targets": [*lines, *stage.named], "accept": "review"}
        started = stage.owner.post("/api/scans", body, format="json")
        assert started.status_code == 202, started.content
        found: dict[str, Any] = {}

        async def discover(target: str, options: Any, **_: Any) -> dict[str, Any]:
            found[target] = options["snmp_communities"][0]
            return {"ping_status": "offline"}

        def stream(_: Any, targets: Any, *__: Any) -> list[Any]:
            found.update({one.address: one.config.get("password") for one in targets})
            return []

        with stage.monkeypatch.context() as patched:
            patched.setattr(scans, "discover", discover)
            patched.setattr(scan_reading, "stream_batch", stream)
            scans.perform_scan(Scan.objects.latest("pk").pk)
        return found

    return sent


DOORS = {
    "poll of ids": (
        _poll(target_type="device", target_device_ids=lambda s: [s.device.pk]),
        "assign",
    ),
    "poll of an address": (_poll(target_type="device", target_device_ip=HERE), "aim"),
    "poll of all": (_poll(target_type="all"), "assign"),
    "poll of a role": (_poll(target_type="role", target_role="core"), "assign"),
    "poll of a site": (_poll(target_type="site", target_site_name="Cork"), "assign"),
    "poll of a maker": (_poll(target_type="manufacturer", target_manufacturer="Zen"), "assign"),
    "poll of a query": (
        _poll(target_type="custom_query", target_custom_filter={"role": "core"}),
        "assign",
    ),
    "poll of a group": (
        _poll(target_type="device_group", target_group_id=lambda s: s.group.pk),
        "list_in_group",
    ),
    "limits by assignment": (_asked_now, "assign"),
    "limits by group": (_asked_by_group, "list_in_group"),
    "discovery of a group": (_scan("discovery", "group:{group}"), "write_down"),
    "discovery of all": (_scan("discovery", "all"), "write_down"),
    "reading a group": (_scan("interfaces", "group:{group}"), "assign"),
    "reading all": (_scan("optical", "all"), "assign"),
}


@pytest.fixture
def stage(api, monkeypatch, request) -> Stage:
    role = RoleFactory(group__name="planner")
    role.group.permissions.add(*Permission.objects.filter(codename__in=RIGHTS))
    people = [api.as_user(UserFactory(username=name, roles=["planner"])) for name in ("ann", "eve")]
    return Stage(*people, monkeypatch, kind=getattr(request, "param", "snmp"))


@pytest.mark.parametrize(
    ("stage", "sent", "give"),
    [("ssh" if "reading" in name else "snmp", *door) for name, door in DOORS.items()],
    indirect=["stage"],
    ids=DOORS,
)
def test_it_goes_where_its_owner_named_and_nowhere_by_the_doing_of_others(stage, sent, give):
    sent(stage)
    getattr(stage, give)(HERE)
    assert sent(stage).get(HERE) == SECRET

    stage.others_do_their_worst()
    assert sent(stage).get(THERE) != SECRET

    getattr(stage, give)(THERE)
    assert sent(stage).get(THERE) == SECRET


def test_a_poll_says_why_its_credential_was_not_sent(stage, monkeypatch):
    _poll(target_type="all")(stage)

    async def silent(asked, plan, at_once):
        return [polling.Answer(one.ip, error="No answer") for one in asked]

    monkeypatch.setattr(polling, "_ask_all", silent)
    polling.poll(PollConfig.objects.get(name="p").pk, timezone.now())

    told = stage.owner.get("/api/polling/executions?limit=1").json()["data"]["executions"][0]
    detail = stage.owner.get(f"/api/polling/executions/{told['id']}").json()["data"]
    (row,) = detail["device_results"]
    said = "No answer; credential core is restricted and was not given to this address"
    assert (row["device_ip"], row["error_message"]) == (HERE, said)


def test_where_it_does_not_go_the_poll_asks_as_if_it_named_none(stage):
    other = vault.create_credential(
        actor=None, body={"name": "open", "credential_type": "snmp", "community": "theirs"}
    ).credential
    stage.planner.post(
        f"/api/credentials/devices/{HERE}/assign", {"credential_id": other.pk}, format="json"
    )

    assert _poll(target_type="all")(stage) == {HERE: "theirs"}
    PollConfig.objects.filter(name="p").update(credential=other)
    assert _poll(target_type="all")(stage) == {HERE: "theirs"}


def _begin_run(client: Any) -> tuple[Any, Any]:
    body = {"targets": [HERE], "command": "x"}
    answer = client.post("/api/executors/ssh/execute", body, format="json")
    assert answer.status_code == 202
    return runs.perform_run, ExecutorRun.objects.get()


def _begin_autodiscovery(client: Any) -> tuple[Any, Any]:
    body = {"target_type": "ip_list", "ip_list": HERE, "create_in_netbox": False}
    answer = client.post("/api/netbox/autodiscovery", body, format="json")
    assert answer.status_code == 202, answer.content
    return netbox_autodiscovery.perform, ExecutorRun.objects.get()


def _begin_scan(client: Any) -> tuple[Any, Any]:
    answer = client.post("/api/scans", {"type": "interfaces", "targets": [HERE]}, format="json")
    assert answer.status_code == 202
    return scans.perform_scan, Scan.objects.get()


@pytest.mark.parametrize("is_deleted", [True, False])
@pytest.mark.parametrize("begin", [_begin_run, _begin_autodiscovery, _begin_scan])
def test_what_a_gone_account_began_goes_no_further(stage, monkeypatch, begin, is_deleted):
    for place in (runs, scan_reading):
        monkeypatch.setattr(place, "stream_batch", None)
    monkeypatch.setattr(netbox_autodiscovery, "_look_at_all", None)
    perform, row = begin(stage.planner)
    if is_deleted:
        stage.planner.user.delete()
    else:
        User.objects.filter(username="eve").update(status="inactive")

    perform(row.pk)

    row.refresh_from_db()
    said = "The account that began this was deleted or switched off, so it goes no further"
    assert (row.status, row.error, row.started_by is None) == ("failed", said, is_deleted)


def test_what_the_system_began_and_a_person_goes_on_with_is_the_persons(stage, monkeypatch):
    monkeypatch.setattr(scan_reading, "stream_batch", None)
    scan = scans.start_scan(actor=None, kind="interfaces", targets=[HERE])
    scans.cancel_scan(scan.pk, actor=None)
    scans.resume_scan(scan.pk, actor=stage.planner.user)
    stage.planner.user.delete()

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    assert (scan.status, scan.started_by) == ("failed", None)


@pytest.mark.parametrize("stage", ["ssh"], indirect=True)
def test_a_scan_goes_on_in_the_name_of_who_resumes_it(stage):
    body = {"type": "interfaces", "targets": [HERE]}
    stage.owner.post("/api/scans", body, format="json")
    pk = Scan.objects.get().pk
    stage.owner.post(f"/api/scans/{pk}/cancel")
    Scan.objects.update(status="failed", error="The worker was lost")

    assert stage.planner.post(f"/api/scans/{pk}/resume").status_code == 202

    scan = Scan.objects.get()
    assert (scan.started_by, scan.error) == (stage.planner.user, "")
