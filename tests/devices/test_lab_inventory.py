"""`/api/inventory` and the scheduler's device list."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from devices.models import Device, DeviceAttachment, DeviceHistory
from tests.factories.devices import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
BASE = "/api/inventory"


@pytest.fixture
def lab(api):
    return api("lab_admin")


def post(client, path, body):
    return client.post(BASE + path, body, format="json")


@pytest.fixture
def roadm(lab):
    body = {"name": "ROADM", "category": "optical", "is_schedulable": True}
    return post(lab, "/device-types", body).json()["id"]


def test_registers_answer_with_the_labs_sentences(lab, roadm):
    again = post(lab, "/device-types", {"name": "ROADM", "category": "OPTICAL"})
    assert again.status_code == 400
    assert again.json() == {"detail": "Device type with name 'ROADM' already exists"}
    missing = lab.get(f"{BASE}/device-types/9999")
    assert (missing.status_code, missing.json()) == (
        404,
        {"detail": "Device type with ID 9999 not found"},
    )
    wrong = post(lab, "/device-types", {"name": "X", "category": "planet"})
    assert wrong.status_code == 422
    assert wrong.json()["detail"][0]["loc"] == ["body", "category"]
    assert wrong.json()["detail"][0]["msg"].startswith("Category must be one of: ")
    blank = post(lab, "/device-types", {})
    assert [entry["loc"][-1] for entry in blank.json()["detail"]] == ["name", "category"]
    assert blank.json()["detail"][0]["msg"] == "field required"
    url = post(lab, "/manufacturers", {"name": "M", "website": "ftp://x"}).json()["detail"][0]
    assert url["msg"] == "Website must be a valid URL starting with http:// or https://"
    red = post(lab, "/tags", {"name": "t", "color": "red"}).json()["detail"][0]["msg"]
    assert red == "Color must be a hex color starting with #"
    hexed = post(lab, "/tags", {"name": "t", "color": "#GG0000"}).json()["detail"][0]["msg"]
    assert hexed == "Color must be a valid hex color (e.g., #FF5733)"
    assert lab.get(f"{BASE}/sites?limit=501").status_code == 422


def test_a_type_in_use_stays(lab, roadm):
    post(lab, "/devices", {"name": "R-1", "device_type_id": roadm})

    answer = lab.delete(f"{BASE}/device-types/{roadm}")

    assert answer.status_code == 400
    assert answer.json() == {"detail": "Cannot delete device type: 1 device(s) are using it"}


def test_a_device_lives_and_its_history_tells(lab, roadm):
    made = post(
        lab,
        "/devices",
        {
            "name": "R-1",
            "device_type_id": roadm,
            "serial_number": "",
            "mgmt_ip": "10.0.0.1",
            "maintenance_start": "All Day/2031-05-11",
            "maintenance_end": "12 PM - 6 PM/2031-05-12",
        },
    )
    assert made.status_code == 201
    device = made.json()
    assert (device["status"], device["serial_number"], device["mgmt_ip"]) == (
        "active",
        None,
        "10.0.0.1",
    )
    assert device["maintenance_end"] == "12 PM - 6 PM/2031-05-12"
    pk = device["id"]

    lab.put(f"{BASE}/devices/{pk}", {"rack": "B2", "name": "R-1"}, format="json")
    lab.put(f"{BASE}/devices/{pk}", {"rack": "B2"}, format="json")
    history = lab.get(f"{BASE}/devices/{pk}/history").json()
    assert [(row["action"], row["field_name"]) for row in history] == [
        ("updated", "rack"),
        ("created", None),
    ]
    assert (history[0]["old_value"], history[0]["new_value"]) == (None, "B2")
    assert history[1]["notes"] == "Device created: R-1"
    assert lab.put(f"{BASE}/devices/{pk}", {"name": None}, format="json").status_code == 422
    assert lab.delete(f"{BASE}/devices/{pk}").status_code == 204
    gone = lab.delete(f"{BASE}/devices/{pk}")
    assert (gone.status_code, gone.json()) == (404, {"detail": f"Device with ID {pk} not found"})


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("bogus", "All Day/2031-05-11"),
        ("All Day/2031-02-30", "All Day/2031-03-01"),
        ("All Day/2031-05-11", None),
        ("All Day/2031-05-12", "All Day/2031-05-11"),
    ],
)
def test_a_bad_maintenance_window_is_422(lab, roadm, start, end):
    answer = post(
        lab,
        "/devices",
        {
            "name": "R-1",
            "device_type_id": roadm,
            "maintenance_start": start,
            "maintenance_end": end,
        },
    )

    assert answer.status_code == 422
    assert not Device.objects.exists()


def test_serial_and_oi_ids_are_unique(lab, roadm):
    post(lab, "/devices", {"name": "A", "device_type_id": roadm, "serial_number": "SN1"})
    other = post(lab, "/devices", {"name": "B", "device_type_id": roadm, "oi_id": "OI-1"}).json()

    twin = post(lab, "/devices", {"name": "C", "device_type_id": roadm, "serial_number": "SN1"})
    assert twin.json() == {"detail": "Device with serial number 'SN1' already exists"}
    assert twin.status_code == 400
    put = lab.put(f"{BASE}/devices/{other['id']}", {"serial_number": "SN1"}, format="json")
    assert put.status_code == 400
    oi = post(lab, "/devices", {"name": "D", "device_type_id": roadm, "oi_id": "OI-1"})
    assert oi.json() == {"detail": "Device with oi_id 'OI-1' already exists"}
    assert lab.get(f"{BASE}/devices/oi/OI-1").json()["name"] == "B"
    assert post(lab, "/devices", {"name": "E", "device_type_id": 99}).json() == {
        "detail": "Device type with ID 99 not found"
    }


def test_one_group_shares_an_address_and_another_may_not(lab, roadm):
    def body(name, port):
        return {
            "name": name,
            "device_type_id": roadm,
            "mgmt_ip": "10.0.0.1",
            "polatis_name": port,
        }

    assert post(lab, "/devices", body("R-1", "P1")).status_code == 201
    assert post(lab, "/devices", body("R-1", "P2")).status_code == 201
    stranger = post(lab, "/devices", body("R-2", "P3"))
    assert (stranger.status_code, stranger.json()) == (
        400,
        {"detail": "IP address already exists for another device"},
    )
    twin = post(lab, "/devices", body("R-1", "P1"))
    assert twin.json() == {"detail": "Polatis name already exists in this device group"}
    assert Device.objects.count() == 2


def test_a_bulk_update_is_all_or_nothing_per_device(lab, roadm):
    ids = [
        post(lab, "/devices", {"name": name, "device_type_id": roadm}).json()["id"]
        for name in ("A", "B")
    ]

    good = post(
        lab,
        "/devices/bulk-update",
        {"device_ids": [*ids, 99999], "updates": {"status": "retired", "rack": "B2"}},
    ).json()
    forbidden = post(
        lab, "/devices/bulk-update", {"device_ids": ids[:1], "updates": {"created_by_id": 1}}
    ).json()
    garbage = post(
        lab, "/devices/bulk-update", {"device_ids": ids, "updates": {"status": "garbage"}}
    ).json()

    assert good == {
        "succeeded": ids,
        "failed": [{"device_id": 99999, "error": "Device not found"}],
    }
    assert forbidden["succeeded"] == []
    assert forbidden["failed"][0]["error"] == "Field 'created_by_id' is not allowed for update"
    assert len(garbage["failed"]) == 2
    assert set(Device.objects.values_list("lab_status", "rack")) == {("retired", "B2")}
    row = DeviceHistory.objects.filter(action="bulk_updated").first()
    assert row.notes == "Bulk update: status, rack"
    assert row.extra == {"updates": {"status": "retired", "rack": "B2"}}
    assert post(lab, "/devices/bulk-update", {"device_ids": [], "updates": {}}).status_code == 422


def test_tags_are_put_on_and_taken_off(lab, roadm):
    pk = post(lab, "/devices", {"name": "A", "device_type_id": roadm}).json()["id"]
    one, two = (post(lab, "/tags", {"name": name}).json()["id"] for name in ("x", "y"))

    tags = post(lab, f"/devices/{pk}/tags", {"tag_ids": [one, one, two]}).json()
    assert [tag["id"] for tag in tags] == [one, two]
    assert post(lab, f"/devices/{pk}/tags", {"tag_ids": [7777]}).json() == {
        "detail": "Tag(s) with ID(s) {7777} not found"
    }
    assert lab.delete(f"{BASE}/devices/{pk}/tags/{two}").status_code == 204
    assert lab.delete(f"{BASE}/devices/{pk}/tags/{two}").json() == {
        "detail": f"Tag {two} is not assigned to device {pk}"
    }
    assert lab.get(f"{BASE}/devices?tag_ids={one},{two}").json()["total"] == 1
    assert lab.get(f"{BASE}/devices?tag_ids=x").status_code == 422
    assert lab.delete(f"{BASE}/tags/{one}").status_code == 204
    assert Device.objects.get().tags.count() == 0


def test_attachments_keep_only_the_last_part_of_their_name(lab, roadm, commits):
    pk = post(lab, "/devices", {"name": "A", "device_type_id": roadm}).json()["id"]
    file = SimpleUploadedFile("pic.png", b"\x89PNG\r\n\x1a\n123", content_type="image/png")
    file.name = "../../etc/pic.png"

    answer = lab.post(f"{BASE}/devices/{pk}/attachments", {"file": file}, format="multipart")

    assert answer.status_code == 200
    listed = lab.get(f"{BASE}/devices/{pk}/attachments").json()
    assert (listed[0]["file_name"], listed[0]["file_type"]) == ("pic.png", "image")
    got = lab.get(f"{BASE}/attachments/{listed[0]['id']}/download")
    assert b"".join(got.streaming_content) == b"\x89PNG\r\n\x1a\n123"
    assert got["Content-Disposition"] == 'attachment; filename="pic.png"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert lab.post(f"{BASE}/devices/{pk}/attachments", {}, format="multipart").status_code == 422
    with commits():
        assert lab.delete(f"{BASE}/attachments/{listed[0]['id']}").status_code == 204
    assert not DeviceAttachment.objects.exists()
    missing = lab.get(f"{BASE}/attachments/1234/download")
    assert (missing.status_code, missing.json()) == (404, {"detail": "Attachment not found"})


def test_an_attachment_over_its_limit_is_refused(lab, roadm, settings):
    settings.DEVICES_MAX_ATTACHMENT_BYTES = 10
    pk = post(lab, "/devices", {"name": "A", "device_type_id": roadm}).json()["id"]
    file = SimpleUploadedFile("a.bin", b"x" * 11)

    answer = lab.post(f"{BASE}/devices/{pk}/attachments", {"file": file}, format="multipart")

    assert answer.status_code == 413
    assert not DeviceAttachment.objects.exists()


def test_the_scheduler_sees_only_what_may_be_booked(lab, roadm):
    post(
        lab,
        "/devices",
        {
            "name": "R-1",
            "device_type_id": roadm,
            "polatis_name": "P1",
            "polatis_port_range": "In=12;Out=11",
            "mgmt_ip": "10.0.0.1",
        },
    )
    DeviceFactory(device_type=DeviceTypeFactory(is_schedulable=False))

    for path in ("/devices", "/lab/devices", "/lab/api/devices", "/devices/"):
        rows = lab.get(path).json()
        assert rows == [
            {
                "id": rows[0]["id"],
                "polatis_name": "P1",
                "deviceType": "ROADM",
                "deviceName": "R-1",
                "ip_address": "10.0.0.1",
                "status": "Available",
                "maintenance_start": None,
                "maintenance_end": None,
                "Out_Port": 11,
                "In_Port": 12,
            }
        ]


def test_stats_name_only_what_has_devices(lab, roadm):
    post(lab, "/sites", {"name": "Empty"})
    post(lab, "/devices", {"name": "R-1", "device_type_id": roadm})

    assert lab.get(f"{BASE}/stats/summary").json() == {
        "total_devices": 1,
        "by_status": {"active": 1},
        "by_device_type": {"ROADM": 1},
        "by_site": {},
    }


def test_a_page_of_devices_takes_few_queries(lab, django_assert_max_num_queries):
    DeviceFactory.create_batch(20)

    with django_assert_max_num_queries(8):
        lab.get(f"{BASE}/devices?limit=20")


def test_a_bulk_update_speaks_in_the_order_and_words_of_the_lab(lab, roadm):
    made = post(lab, "/devices", {"name": "R-7", "device_type_id": roadm}).json()["id"]

    def bulk(**updates):
        body = {"device_ids": [made, 999], "updates": updates}
        return lab.post("/api/inventory/devices/bulk-update", body, format="json").json()

    assert bulk(rack="B2", status="retired")["succeeded"] == [made]
    newest = lab.get(f"/api/inventory/devices/{made}/history?limit=1").json()[0]
    assert newest["notes"] == "Bulk update: rack, status"
    assert list(newest["extra"]["updates"]) == ["rack", "status"]
    gone = {"device_id": 999, "error": "Device not found"}
    assert bulk(site_id=77)["failed"] == [
        {"device_id": made, "error": "Site with ID 77 not found"}, gone
    ]  # fmt: skip
    assert bulk(created_by_id=1)["failed"][1] == gone


def test_strangers_and_unknown_paths_get_the_labs_words(api, lab):
    gone = api.anonymous.delete("/api/inventory/attachments/1")
    assert (gone.status_code, gone.json()) == (401, {"detail": "Authentication required"})
    other = api.anonymous.get("/api/inventory/sites").json()
    assert other == {"detail": "Not authenticated"}
    assert lab.get("/api/inventory/planets").json() == {"detail": "Not Found"}


def test_a_new_address_goes_to_all_rows_of_the_old_group(lab, roadm):
    twin, moved = (
        post(
            lab,
            "/devices",
            {"name": "R-1", "device_type_id": roadm, "polatis_name": port, "mgmt_ip": "10.0.0.1"},
        ).json()["id"]
        for port in ("P1", "P2")
    )
    body = {"name": "R-9", "mgmt_ip": "10.0.0.2"}

    answer = lab.put(f"{BASE}/devices/{moved}", body, format="json")

    assert (answer.status_code, answer.json()["mgmt_ip"]) == (200, "10.0.0.2")
    other = lab.get(f"{BASE}/devices/{twin}").json()
    assert (other["name"], other["mgmt_ip"]) == ("R-1", "10.0.0.2")
    told = lab.get(f"{BASE}/devices/{twin}/history?limit=1").json()[0]
    assert (told["field_name"], told["old_value"], told["new_value"]) == (
        "mgmt_ip",
        "10.0.0.1",
        "10.0.0.2",
    )
    assert lab.put(f"{BASE}/devices/{moved}", body, format="json").status_code == 200


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/devices/abc", ["path", "device_id"]),
        ("/device-types/x", ["path", "device_type_id"]),
        ("/sites/1.5", ["path", "site_id"]),
        ("/devices/1x/history", ["path", "device_id"]),
        ("/attachments/x/download", ["path", "attachment_id"]),
        ("/devices?status=garbage", ["query", "status"]),
    ],
)
def test_what_is_no_number_or_word_is_422_and_named(lab, path, place):
    answer = lab.get(BASE + path)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == place


def test_an_id_of_zero_finds_nothing_and_a_form_is_no_body(lab, roadm):
    post(lab, "/devices", {"name": "A", "device_type_id": roadm})

    assert lab.get(f"{BASE}/devices?device_type_id=0").json()["total"] == 0
    assert lab.post(f"{BASE}/sites", {"name": "x"}, format="multipart").status_code == 415


def test_the_last_day_of_all_is_no_end_of_a_window(lab, roadm):
    day = "All Day/9999-12-31"
    body = {"name": "R-1", "device_type_id": roadm}

    answer = post(lab, "/devices", {**body, "maintenance_start": day, "maintenance_end": day})

    assert (answer.status_code, answer.json()["detail"][0]["msg"]) == (
        422,
        "maintenance_start lies too far ahead",
    )
    assert not Device.objects.exists()


def test_an_id_that_can_be_nobodys_fails_alone(lab, roadm):
    pk = post(lab, "/devices", {"name": "R-1", "device_type_id": roadm}).json()["id"]

    answer = post(
        lab, "/devices/bulk-update", {"device_ids": [-1, pk, 10**12], "updates": {"rack": "B2"}}
    )

    assert answer.json()["succeeded"] == [pk]
    assert [row["device_id"] for row in answer.json()["failed"]] == [-1, 10**12]
    assert {row["error"] for row in answer.json()["failed"]} == {"Device not found"}
    tagged = post(lab, f"/devices/{pk}/tags", {"tag_ids": [-7]})
    assert tagged.json() == {"detail": "Tag(s) with ID(s) {-7} not found"}
