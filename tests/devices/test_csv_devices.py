"""Devices as CSV: odd files name their rows and write nothing; what went out comes back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from devices.errors import Taken
from devices.models import (
    Device,
    DeviceHistory,
    DeviceType,
    ManagementAddress,
    Manufacturer,
    Site,
)
from devices.services import csv_devices, device_fields, inventory
from tests.factories.devices import DeviceFactory, DeviceTypeFactory, ManagementAddressFactory

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


def test_a_dry_run_reads_in_batches_and_writes_nothing(django_assert_max_num_queries):
    DeviceFactory(name="N7", serial_number="SN7")
    lines = [f"N{n},T{n % 20},S{n % 30},SN{n},10.9.{n // 250}.{n % 250 + 1}" for n in range(1000)]
    text = "\n".join(["name,device_type,site,serial_number,mgmt_ip", *lines])

    with django_assert_max_num_queries(12) as asked:
        answer = csv_devices.load(actor=None, text=text, dry_run=True)

    assert (answer["created"], answer["updated"], answer["errors"]) == (999, 1, [])
    assert {query["sql"].split()[0] for query in asked.captured_queries} == {"SELECT"}
    assert (Device.objects.count(), Site.objects.count()) == (1, 0)


def test_rows_of_one_file_build_on_each_other():
    old = DeviceFactory(name="OLD", serial_number="S-1", rack="R0")
    rows = [
        f"OLD,{old.device_type.name},S-2,R1,,10.1.1.1",  # gives S-1 up
        "NEW,ROADM,S-1,R2,,10.1.1.2",
        "NEW,ROADM,S-1,R3,,10.1.1.2",
        "NEW,ROADM,S-3,,P2,10.1.1.2",  # shares the address of its (type, name)
        "NEW,ROADM,S-1,R3,,10.1.1.3",  # takes the other along
    ]
    text = "\n".join(["name,device_type,serial_number,rack,polatis_name,mgmt_ip", *rows])

    done = csv_devices.load(actor=None, text=text, dry_run=False)

    assert done == {"created": 2, "updated": 3, "unchanged": 0, "errors": [], "applied": True}
    kept = Device.objects.order_by("serial_number")
    assert list(kept.values_list("name", "serial_number", "rack", "address__ip", "version")) == [
        ("NEW", "S-1", "R3", "10.1.1.3", 3),
        ("OLD", "S-2", "R1", "10.1.1.1", 2),
        ("NEW", "S-3", None, "10.1.1.3", 2),
    ]
    told = DeviceHistory.objects.filter(device__serial_number="S-1").order_by("pk")
    assert list(told.values_list("action", "field_name", "old_value", "new_value")) == [
        ("created", None, None, None),
        ("updated", "rack", "R2", "R3"),
        ("updated", "mgmt_ip", "10.1.1.2", "10.1.1.3"),
    ]
    assert AuditEntry.objects.filter(verb="device.created").count() == 2
    assert AuditEntry.objects.filter(verb="device.updated").count() == 3


def test_rows_that_collide_with_each_other_or_with_the_register_are_named():
    DeviceFactory(name="A", address=ManagementAddressFactory(ip="10.1.1.1"))
    rows = ["B,ROADM,X,10.1.1.1", "C,ROADM,Y,10.1.1.2", "D,ROADM,Z,10.1.1.2", "E,ROADM,W,x"]
    before = (Device.objects.count(), DeviceType.objects.count(), ManagementAddress.objects.count())

    text = "\n".join(["name,device_type,oi_id,mgmt_ip", *rows])
    answer = csv_devices.load(actor=None, text=text, dry_run=False)

    taken = "IP address already exists for another device"
    assert [(one["row"], one["error"]) for one in answer["errors"]] == [
        (2, taken),
        (4, taken),
        (5, "Invalid IP address: x"),
    ]
    after = (Device.objects.count(), DeviceType.objects.count(), ManagementAddress.objects.count())
    assert (answer["applied"], after) == (False, before)


@pytest.mark.parametrize("field", ["serial_number", "oi_id"])
def test_a_device_that_came_meanwhile_is_told_by_the_field_it_holds(monkeypatch, field):
    DeviceFactory(**{field: "X"})
    found, asked = device_fields.Database.is_held, []

    def late(known, device, name):
        asked.append(name)
        return len(asked) > 1 and found(known, device, name)

    monkeypatch.setattr(device_fields.Database, "is_held", late)
    values = {"name": "B", "device_type_id": DeviceTypeFactory().pk, field: "X"}
    with pytest.raises(Taken) as refused:
        inventory.create_device(actor=None, values=values)

    words = field.replace("_", " ") if field == "serial_number" else field
    assert refused.value.message == f"Device with {words} 'X' already exists"
    assert Device.objects.count() == 1
