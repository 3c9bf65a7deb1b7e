"""Fields under the names that answers give them, and texts that people paste."""

import pytest

from accounts.models import Setting
from devices.models import Device, DeviceType
from devices.services import integration
from tests.devices.test_making_on_the_side import person

pytestmark = pytest.mark.django_db
IP = "10.20.0.10"


def test_serial_and_type_are_taken_under_the_names_they_are_shown_by(api):
    client = api("admin")
    sent = {"ip_address": IP, "serial": "S9", "device_type": " 5160 ", "software_version": "6.18"}

    made = client.post("/api/devices", sent, format="json")

    shown = made.json()["data"]
    assert made.status_code == 201
    assert (shown["serial"], shown["serial_number"], shown["device_type"]) == ("S9", "S9", "5160")
    again = client.put(f"/api/devices/{IP}", {"device_type": "5160", "serial": ""}, format="json")
    assert again.json()["data"]["serial_number"] is None
    assert DeviceType.objects.filter(name="5160").count() == 1
    whole = client.put(f"/api/devices/{IP}", again.json()["data"], format="json")
    assert whole.json()["data"]["version"] == again.json()["data"]["version"]


@pytest.mark.parametrize("kind", [5, ["x"], {"name": "x"}])
def test_a_type_that_is_no_text_is_refused_and_nothing_is_made(api, kind):
    answer = api("admin").post(
        "/api/devices", {"ip_address": IP, "device_type": kind}, format="json"
    )

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "device_type")
    assert not Device.objects.exists()


def test_who_may_make_no_types_makes_none_on_the_side(api):
    client = api.as_user(person("view_device", "add_device", "change_device"))

    answer = client.post("/api/devices", {"ip_address": IP, "device_type": "New"}, format="json")

    assert answer.status_code == 403
    assert not DeviceType.objects.filter(name="New").exists()
    assert not Device.objects.exists()


@pytest.mark.parametrize("token", [5, ["x"], "a\nb", "tök", "two words"])
def test_a_token_that_no_header_carries_is_refused_and_the_old_one_stays(api, token):
    client = api("super_admin")
    pasted = {"url": " http://127.0.0.1:9/ ", "token": " 0123456789abcdef\n"}
    client.put("/api/netbox/settings", pasted, format="json")

    for verb, path in (("put", "settings"), ("post", "test")):
        answer = getattr(client, verb)(f"/api/netbox/{path}", {"token": token}, format="json")
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "token")
    assert integration.read("netbox_token") == "0123456789abcdef"


@pytest.mark.parametrize("url", ["http://a b", "http://a\nb", "http://a/?x=1", "http://a/#f"])
def test_a_base_that_no_path_can_follow_is_refused(api, url):
    for name in ("netbox", "prtg", "mcp"):
        answer = api("super_admin").put(f"/api/{name}/settings", {"url": url}, format="json")
        said = answer.json()["error"]
        assert said["message"] == "URL must not hold blanks, a query or a fragment"
        assert not Setting.objects.filter(key=f"{name}_url").exists()
