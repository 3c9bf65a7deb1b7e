"""What no column holds is refused by the lab's register in its own words, on both databases."""

from __future__ import annotations

import pytest

from devices.models import Device, DeviceAttachment, DeviceHistory
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db
BASE = "/api/inventory"
FORBIDDEN = ("role", "metadata", "software_version", "mac_address")


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_bulk_update_takes_the_lab_s_fields_alone(api, name):
    device = DeviceFactory(notes="old")
    told = DeviceHistory.objects.count()
    body = {"device_ids": [device.pk, 999_999], "updates": {name: "x", "notes": "a\x00b"}}

    answer = api("admin").post(f"{BASE}/devices/bulk-update", body, format="json")

    assert answer.status_code == 200
    assert answer.json() == {
        "succeeded": [],
        "failed": [
            {"device_id": device.pk, "error": f"Field '{name}' is not allowed for update"},
            {"device_id": 999_999, "error": "Device not found"},
        ],
    }
    device.refresh_from_db()
    assert (device.notes, DeviceHistory.objects.count()) == ("old", told)


@pytest.mark.parametrize("updates", [{"role": "x"}, {"status": "garbage"}, {"notes": "x"}])
def test_who_may_change_nothing_is_told_so_before_anything_else(api, settings, updates):
    settings.LAB_INVENTORY_OPEN_WRITE = False
    device = DeviceFactory(notes="old")
    nobody = api.as_user(UserFactory())

    answer = nobody.post(
        f"{BASE}/devices/bulk-update",
        {"device_ids": [device.pk], "updates": updates},
        format="json",
    )

    assert answer.status_code == 403
    assert Device.objects.get().notes == "old"


@pytest.mark.parametrize("odd", [b"\x00", b"\n ", b"\r", b"\x1b"])
def test_an_attachment_s_kind_is_stored_without_what_no_column_or_head_holds(api, odd):
    device = DeviceFactory()
    lines = (
        b"--x",
        b'Content-Disposition: form-data; name="file"; filename="a.png"',
        b"Content-Type: image/" + odd + b"png",
        b"",
        b"abc",
        b"--x--",
        b"",
    )

    answer = api("admin").post(
        f"{BASE}/devices/{device.pk}/attachments",
        b"\r\n".join(lines),
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 200
    row = DeviceAttachment.objects.get()
    assert row.mime_type.replace(" ", "") == "image/png"
    assert (row.file_type, row.file_name) == ("image", "a.png")
    got = api("admin").get(f"{BASE}/attachments/{row.pk}/download")
    assert b"".join(got.streaming_content) == b"abc"
