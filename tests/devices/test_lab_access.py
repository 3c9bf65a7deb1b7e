"""Who may read and write the lab's registers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.devices.test_lab_inventory import BASE, post
from tests.factories.devices import DeviceTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def roadm():
    return DeviceTypeFactory(name="ROADM", category="OPTICAL", is_schedulable=True).pk


def test_who_may_read_and_write(api, roadm, settings):
    assert api.anonymous.get(f"{BASE}/devices").status_code == 401
    assert api.anonymous.get(f"{BASE}/devices").json() == {"detail": "Not authenticated"}
    reader = api()
    assert reader.get(f"{BASE}/devices").status_code == 200
    assert post(reader, "/sites", {"name": "x"}).json() == {"detail": "Insufficient permissions"}
    strange = reader.post(
        f"{BASE}/sites", {"name": "x"}, format="json", HTTP_ORIGIN="https://evil.example"
    )
    assert (strange.status_code, strange.json()) == (403, {"detail": "Origin not allowed"})


def test_open_write_lets_every_signed_in_person_write(api, settings):
    settings.LAB_INVENTORY_OPEN_WRITE = True
    kind = DeviceTypeFactory()

    person = api()
    answer = post(person, "/devices", {"name": "A", "device_type_id": kind.pk})
    others = [
        post(person, f"/{register}", {"name": "x", **more}).status_code
        for register, more in (
            ("sites", {}),
            ("tags", {}),
            ("manufacturers", {}),
            ("device-types", {"category": "Infra"}),
        )
    ]
    file = SimpleUploadedFile("d.csv", f"name,device_type\nB,{kind.name}\n".encode())
    body = {"file": file, "dry_run": "false"}
    read = person.post(f"{BASE}/devices/import", body, format="multipart")

    assert (answer.status_code, others) == (201, [201] * 4)
    assert (read.status_code, read.json()["created"]) == (200, 1)
    assert APIClient().post(f"{BASE}/sites", {"name": "y"}, format="json").status_code == 401


def test_a_fresh_lab_has_empty_registers(api):
    client = api("lab_admin")

    for name in ("device-types", "manufacturers", "sites", "tags"):
        assert client.get(f"/api/inventory/{name}").json() == []
