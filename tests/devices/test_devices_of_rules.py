"""Small rules of devices: who refreshes, words of a rule, long lists of ids, order by state."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from devices.models import Device, DeviceGroup, ManagementAddress, PollConfig, Scan, ScanResult
from tests.factories.accounts import RoleFactory, UserFactory
from tests.factories.devices import DeviceFactory, DeviceGroupFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
HERE = "10.4.0.1"
BULK = "/api/inventory/devices/bulk-update"


def only(api, *names):
    """Somebody whose only role has these permissions."""
    role = RoleFactory()
    role.group.permissions.add(*Permission.objects.filter(codename__in=names))
    return api.as_user(UserFactory(roles=[role.group.name]))


def test_who_may_make_devices_refreshes_known_ones_too_but_changes_none(api):
    maker = only(api, "add_device")

    made = maker.post("/api/devices", {"ip_address": HERE, "ping_status": "online"}, format="json")
    again = maker.post("/api/devices", {"ip_address": HERE, "rdp_status": "NO"}, format="json")
    pk = made.json()["data"]["id"]
    renamed = maker.post("/api/devices", {"ip_address": HERE, "name": "mine"}, format="json")
    put = maker.put(f"/api/devices/{pk}", {"ping_status": "offline"}, format="json")

    assert (made.status_code, again.status_code) == (201, 201)
    told = again.json()["data"]
    assert (told["id"], told["ping_status"], told["rdp_status"]) == (pk, "online", "NO")
    for refused in (renamed, put):
        assert refused.status_code == 403
        assert refused.json()["error"]["details"]["required"] == "devices.change_device"
    assert Device.objects.get().name == HERE
    assert ManagementAddress.objects.get().ping_status == "online"
    assert AuditEntry.objects.filter(verb__startswith="device.").count() == 2


def test_who_may_change_devices_alone_posts_none_and_puts_known_ones(api):
    DeviceFactory(address=ManagementAddressFactory(ip=HERE, ping_status="online"))
    editor = only(api, "change_device")
    body = {"ip_address": HERE, "ping_status": "offline"}

    refused = editor.post("/api/devices", body, format="json")
    stayed = ManagementAddress.objects.get().ping_status
    put = editor.put(f"/api/devices/{HERE}", body, format="json")

    assert (refused.status_code, stayed) == (403, "online")
    assert refused.json()["error"]["details"]["required"] == "devices.add_device"
    assert (put.status_code, ManagementAddress.objects.get().ping_status) == (200, "offline")


@pytest.mark.parametrize("wanted", ["online", "Up", "zz", "", ["up", "offline"]])
def test_a_rule_takes_the_words_of_the_list_for_a_state(api, wanted):
    admin, rule = api("admin"), {"status": wanted}

    answers = [
        admin.post("/api/groups", {"group_name": "G", "rule": rule}, format="json"),
        admin.post("/api/groups/preview", {"rule": rule}, format="json"),
        admin.post(
            "/api/polling/configs",
            {
                "name": "P",
                "poll_type": "snmp_availability",
                "target_type": "custom",
                "target_custom_filter": rule,
            },
            format="json",
        ),
    ]

    for answer, name in zip(answers, ("rule", "rule", "target_custom_filter"), strict=True):
        error = answer.json()["error"]
        assert (answer.status_code, error["details"]["field"]) == (400, name)
        assert error["message"] == f"{name}: status must be up, down or unknown"
    assert not DeviceGroup.objects.exists()
    assert not PollConfig.objects.filter(name="P").exists()


def test_each_word_of_a_state_is_taken_and_an_older_rule_is_still_read(api):
    admin, states = api("admin"), ["up", "down", "unknown"]
    good = {"group_name": "G", "rule": {"status": states}}
    older = DeviceGroupFactory(rule={"status": "online"})

    assert admin.post("/api/groups", good, format="json").status_code == 201
    path = f"/api/groups/{older.pk}"
    kept = admin.put(path, {"group_name": "older", "rule": {"status": "online"}}, format="json")
    worse = admin.put(path, {"rule": {"status": "offline"}}, format="json")

    assert (kept.status_code, worse.status_code) == (200, 400)
    read = admin.get(path).json()["data"]
    assert (read["group_name"], read["rule"]) == ("older", {"status": "online"})


def test_unknown_ids_of_a_bulk_update_take_one_question_per_chunk(api):
    admin, known = api("admin"), DeviceFactory()
    ids = [*range(10**6, 10**6 + 600), known.pk]

    with CaptureQueriesContext(connection) as few:
        body = {"device_ids": [10**6, known.pk], "updates": {"rack": "B1"}}
        admin.post(BULK, body, format="json")
    with CaptureQueriesContext(connection) as many:
        body = {"device_ids": ids, "updates": {"rack": "B2"}}
        answer = admin.post(BULK, body, format="json").json()

    assert len(many) <= len(few) + 1
    assert answer["succeeded"] == [known.pk]
    assert [one["device_id"] for one in answer["failed"]] == ids[:-1]
    assert {one["error"] for one in answer["failed"]} == {"Device not found"}


def test_a_bulk_update_takes_5000_ids_and_no_more(api):
    admin, known = api("admin"), DeviceFactory(rack="A1")
    ids = [known.pk, *range(10**6, 10**6 + 4999)]

    full = admin.post(BULK, {"device_ids": ids, "updates": {"rack": "B1"}}, format="json")
    over = admin.post(BULK, {"device_ids": [*ids, 10**7], "updates": {"rack": "B2"}}, format="json")

    assert (full.json()["succeeded"], len(full.json()["failed"])) == ([known.pk], 4999)
    assert over.status_code == 422
    assert over.json()["detail"][0]["loc"] == ["body", "device_ids"]
    assert over.json()["detail"][0]["msg"] == "ensure this value has at most 5000 items"
    known.refresh_from_db()
    assert known.rack == "B1"


def test_a_list_by_state_goes_by_the_word_that_is_shown(api):
    words = ("online", "maybe", "offline", "Responds to ping", None, "OFFLINE", "")
    for number, word in enumerate(words, 1):
        address = ManagementAddressFactory(ip=f"10.4.1.{number}", ping_status=word)
        DeviceFactory(address=address)
    DeviceFactory(address=None)
    viewer = api("viewer")

    def order(word):
        rows = viewer.get(f"/api/devices?sort=status&order={word}").json()["data"]
        return [(row["status"], row["id"]) for row in rows]

    assert [state for state, _ in order("asc")] == ["down"] * 2 + ["unknown"] * 4 + ["up"] * 2
    assert [state for state, _ in order("desc")] == ["up"] * 2 + ["unknown"] * 4 + ["down"] * 2
    assert order("asc") == sorted(order("asc"))


def test_accepting_all_takes_in_none_that_was_left_out_before(api):
    scan = Scan.objects.create(status="completed", accept="review", total_targets=2)
    first, _ = (
        ScanResult.objects.create(
            scan=scan,
            target=f"10.4.2.{number}",
            position=number,
            state="done",
            is_online=True,
            result={"ping_status": "online", "snmp_status": "no"},
        )
        for number in (1, 2)
    )
    admin, path = api("admin"), f"/api/scans/{scan.pk}/review"
    admin.post(path, {"reject": [first.pk]}, format="json")

    done = admin.post(path, {"accept": "all"}, format="json").json()["data"]

    assert done == {"accepted": 1, "rejected": 0}
    assert list(Device.objects.values_list("address__ip", flat=True)) == ["10.4.2.2"]
    first.refresh_from_db()
    assert first.review == "rejected"
    named = admin.post(path, {"accept": [first.pk]}, format="json").json()["data"]
    assert (named["accepted"], Device.objects.count()) == (1, 2)


@pytest.mark.parametrize("kind", ["interfaces", "lldp", "optical"])
def test_a_reading_of_known_devices_leaves_nothing_to_review(api, admin_page, kind):
    body = {"type": kind, "targets": ["10.4.2.1"], "accept": "review"}
    begun = api("admin").post("/api/scans", body, format="json").json()["data"]
    older = Scan.objects.create(kind=kind, status="completed", accept="review", total_targets=1)
    read = {"target": "10.4.2.1", "interfaces": 5, "optical_readings": 1}
    ScanResult.objects.create(
        scan=older, target="10.4.2.1", position=0, state="done", is_online=True, result=read
    )

    done = api("admin").post(f"/api/scans/{older.pk}/review", {"accept": "all"}, format="json")
    page = admin_page.get(f"/admin/devices/scan/{older.pk}/review/").content.decode()

    assert Scan.objects.get(pk=begun["scan_id"]).accept == "auto"
    assert (done.status_code, done.json()["data"]) == (200, {"accepted": 0, "rejected": 0})
    assert "Nothing waits for a decision." in page
    assert not Device.objects.exists()
