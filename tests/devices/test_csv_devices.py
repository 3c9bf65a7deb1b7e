"""Devices as CSV: odd files name their rows and write nothing; what went out comes back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from devices.addresses import sort_key
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
from devices.services.csv_plan import Plan
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
    assert answer["errors"] == [
        {"row": 2, "field": "mgmt_ip", "error": taken},
        {"row": 4, "field": "mgmt_ip", "error": taken},
        {"row": 5, "field": "mgmt_ip", "error": "Invalid IP address: x"},
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


def rows_of(count, model="M"):
    cells = [
        f"SW{n},ROADM,S{n},Ciena,Lab,{model},10.0.{n // 200}.{n % 200 + 1}" for n in range(count)
    ]
    return "\n".join(["name,device_type,serial_number,manufacturer,site,model,mgmt_ip", *cells])


@pytest.mark.parametrize("what", ["created", "updated", "unchanged"])
def test_statements_do_not_grow_with_the_rows(what):
    asked = []
    csv_devices.load(actor=None, text=rows_of(1), dry_run=False)  # makes type, maker and site
    for count in (10, 200):
        Device.objects.all().delete()
        ManagementAddress.objects.all().delete()
        if what != "created":
            csv_devices.load(actor=None, text=rows_of(count), dry_run=False)
        text = rows_of(count, "M2" if what == "updated" else "M")
        with CaptureQueriesContext(connection) as found:
            done = csv_devices.load(actor=None, text=text, dry_run=False)
        asked.append(len(found))
        assert (done[what], done["applied"]) == (count, True)

    assert asked[0] == asked[1]


def test_what_an_import_tells_holds_the_ids_of_what_it_made():
    csv_devices.load(actor=None, text=rows_of(2), dry_run=False)

    device = Device.objects.get(name="SW1")
    assert (device.device_type.name, device.manufacturer.name) == ("ROADM", "Ciena")
    assert (device.ip, device.address.sort_key) == ("10.0.0.2", sort_key("10.0.0.2"))
    told = AuditEntry.objects.get(verb="device.created", object_id=str(device.pk))
    after = {name: told.after[name] for name in ("device_type_id", "manufacturer_id", "site_id")}
    assert after == {
        "device_type_id": device.device_type_id,
        "manufacturer_id": device.manufacturer_id,
        "site_id": device.site_id,
    }
    assert device.history.get().device_number == device.pk
    assert (device.metadata, device.is_placeholder, device.version) == ({}, False, 1)


def came_between(monkeypatch, change):
    """Do something between the moment a file was worked out and the lock."""
    looked = Plan.is_current

    def late(plan):
        change()
        return looked(plan)

    monkeypatch.setattr(Plan, "is_current", late)


def test_who_came_between_is_found_and_nothing_is_written(monkeypatch):
    kind = DeviceTypeFactory(name="OTHER")
    came_between(monkeypatch, lambda: DeviceFactory(name="X", device_type=kind, oi_id="OI-1"))

    text = "name,device_type,oi_id\nA,ROADM,\nB,ROADM,OI-1"
    done = csv_devices.load(actor=None, text=text, dry_run=False)

    assert (done["created"], done["updated"], done["applied"]) == (1, 1, True)
    assert set(Device.objects.values_list("name", "oi_id")) == {("A", None), ("B", "OI-1")}

    taken = ManagementAddressFactory(ip="10.1.1.1")
    monkeypatch.undo()
    came_between(monkeypatch, lambda: DeviceFactory(name="Y", device_type=kind, address=taken))
    before = Device.objects.count()
    done = csv_devices.load(
        actor=None, text="name,device_type,mgmt_ip\nC,ROADM,\nD,ROADM,10.1.1.1", dry_run=False
    )

    assert [one["row"] for one in done["errors"]] == [3]
    assert (done["applied"], Device.objects.count()) == (False, before)


@pytest.mark.parametrize("late", ["address", "type", "change", "device"])
def test_a_plan_is_made_anew_when_what_it_read_has_moved(monkeypatch, late):
    kind = DeviceTypeFactory(name="ROADM")
    old = DeviceFactory(name="A", device_type=kind, rack="R1", address=None)

    def change():
        if late == "address":
            ManagementAddressFactory(ip="10.9.9.9")
        elif late == "type":
            DeviceTypeFactory(name="NEW")
        elif late == "change":
            Device.objects.filter(pk=old.pk).update(rack="R2", version=5)
        else:
            DeviceFactory(name="B", device_type=kind, rack="R9", address=None)

    came_between(monkeypatch, change)
    rows = ["A,ROADM,R2,", "B,ROADM,R3,10.9.9.9", "C,NEW,R4,"]
    text = "\n".join(["name,device_type,rack,mgmt_ip", *rows])

    done = csv_devices.load(actor=None, text=text, dry_run=False)

    counts = (done["created"], done["updated"], done["unchanged"])
    usual = (2, 1, 0)
    assert counts == {"change": (2, 0, 1), "device": (1, 2, 0)}.get(late, usual)
    found = Device.objects.order_by("name").values_list("name", "rack", "version", "address__ip")
    assert list(found) == [
        ("A", "R2", 5 if late == "change" else 2, None),
        ("B", "R3", 2 if late == "device" else 1, "10.9.9.9"),
        ("C", "R4", 1, None),
    ]
    assert DeviceType.objects.filter(name__in=["NEW", "ROADM"]).count() == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,device_type,notes\nA,T,x\nB,T,rack 4, upper half\n", "Row 3 has more cells than"),
        ("name,device_type,name\nA,T,B\n", "The first line names name twice"),
    ],
)
def test_cells_that_belong_to_no_column_are_refused(admin, text, said):
    answer = send(admin, text)

    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert not Device.objects.exists()


def test_blank_cells_behind_the_last_column_are_none(admin):
    assert send(admin, "name,device_type\nA,T,,\n").json()["data"]["created"] == 1
