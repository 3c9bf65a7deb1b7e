"""Devices as CSV: odd files name their rows and write nothing; what went out comes back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from devices.models import Device, DeviceType, Manufacturer, Site
from devices.services import inventory
from tests.factories.devices import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
HEAD = "name,device_type,manufacturer,site,model\n"


@pytest.fixture
def admin(api):
    return api("admin")


def send(client, text, path="/api/devices/import"):
    file = SimpleUploadedFile("devices.csv", text.encode())
    return client.post(path, {"file": file, "dry_run": "false"}, format="multipart")


@pytest.mark.parametrize(
    ("path", "status"), [("/api/devices/import", 400), ("/api/inventory/devices/import", 422)]
)
def test_a_cell_without_end_is_refused_with_its_row(admin, path, status):
    text = f"name,device_type,notes\nA,ROADM,\nB,ROADM,{'x' * 131_073}\n"

    answer = send(admin, text, path)

    assert answer.status_code == status
    assert "Row 3 cannot be read: field larger than field limit (131072)" in str(answer.json())
    assert not Device.objects.exists()
    assert not DeviceType.objects.filter(name="ROADM").exists()


def test_a_head_without_end_is_row_1(admin):
    answer = send(admin, "x" * 131_073)

    assert answer.json()["error"]["message"].startswith("Row 1 cannot be read")


def test_lines_may_end_as_on_any_system(admin):
    for number, end in enumerate(("\r", "\n", "\r\n")):
        answer = send(admin, f"name,device_type{end}D{number},ROADM{end}")
        assert answer.json()["data"]["created"] == 1

    assert list(Device.objects.order_by("pk").values_list("name", flat=True)) == ["D0", "D1", "D2"]


def test_every_row_that_is_too_long_is_named_with_its_column(admin):
    long = "x" * 300
    rows = [f"{long},ROADM,,,", f"B,{long},,,", f"C,ROADM,{long},,", f"D,ROADM,,{long},"]
    rows += [f"E,ROADM,,,{long}", "F,ROADM,M,S,X"]
    before = DeviceType.objects.count()

    answer = send(admin, HEAD + "\n".join(rows)).json()["data"]

    at_most = "Ensure this value has at most {} characters (it has 300)."
    assert answer["errors"] == [
        {"row": 2, "field": "name", "error": at_most.format(200)},
        {"row": 3, "field": "device_type", "error": "device_type may have 100 characters at most"},
        {
            "row": 4,
            "field": "manufacturer",
            "error": "manufacturer may have 100 characters at most",
        },
        {"row": 5, "field": "site", "error": "site may have 100 characters at most"},
        {"row": 6, "field": "model", "error": at_most.format(100)},
    ]
    assert (answer["applied"], Device.objects.exists()) == (False, False)
    assert DeviceType.objects.count() == before
    assert (Manufacturer.objects.exists(), Site.objects.exists()) == (False, False)


def test_apostrophes_and_formulas_come_back_as_they_went_out(admin):
    kind = DeviceTypeFactory()
    names = ["'", "=x", "'=y", "''=z", "-5", "'a", "@", "'@"]
    for name in names:
        DeviceFactory(name=name, device_type=kind, notes="  two\r\n blanks ")

    text = b"".join(admin.get("/api/devices?format=csv").streaming_content).decode()
    same = send(admin, text).json()["data"]

    assert (same["unchanged"], same["errors"]) == (len(names), [])
    assert sorted(Device.objects.values_list("name", flat=True)) == sorted(names)
    cells = [line.partition(",")[0] for line in text.splitlines() if ",Type" in line]
    assert not [cell for cell in cells if cell.startswith(("=", "-", "@"))]


def test_a_bulk_update_names_the_device_that_cannot_take_a_value():
    device = DeviceFactory(rack="R-1")

    done = inventory.bulk_update(actor=None, device_ids=[device.pk], values={"rack": "x" * 51})

    wrong = "Ensure this value has at most 50 characters (it has 51)."
    assert done == ([], [{"device_id": device.pk, "error": wrong}])
    device.refresh_from_db()
    assert device.rack == "R-1"
