"""Settings of other systems: what could never be used is refused before it is stored."""

import pytest

from accounts.models import Setting
from devices.models import NetBoxCacheEntry, PrtgAlert
from devices.services import integration

pytestmark = pytest.mark.django_db
SYSTEMS = ("netbox", "prtg", "mcp")
ODD_URLS = ("http://h:99999/", "http://[x", "http://h:x", "ftp://h")


@pytest.mark.parametrize("url", ODD_URLS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_url_that_leads_nowhere_is_not_stored(api, system, url):
    answer = api("super_admin").put(f"/api/{system}/settings", {"url": url}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "url"
    assert not Setting.objects.filter(key=f"{system}_url").exists()


@pytest.mark.parametrize("url", ODD_URLS)
@pytest.mark.parametrize("system", ["netbox", "prtg"])
def test_a_url_that_leads_nowhere_is_not_tested(api, system, url):
    body = {"url": url, "token": "x", "api_token": "x"}

    answer = api("super_admin").post(f"/api/{system}/test", body, format="json")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "url")


@pytest.mark.parametrize("system", SYSTEMS)
def test_only_a_plain_no_ends_the_check_of_certificates(api, system):
    client, path = api("super_admin"), f"/api/{system}/settings"
    for odd in ("banana", [], 2):
        answer = client.put(path, {"verify_ssl": odd}, format="json")
        assert (answer.status_code, answer.json()["error"]["message"]) == (
            400,
            "verify_ssl must be true or false",
        )
    client.put(path, {"verify_ssl": None}, format="json")
    assert client.get(path).json()["data"]["verify_ssl"] is True

    client.put(path, {"verify_ssl": "no"}, format="json")
    client.put(path, {"verify_ssl": None}, format="json")

    assert client.get(path).json()["data"]["verify_ssl"] is False


MOVED = {
    "netbox": {"token": "secret-1"},
    "prtg": {"api_token": "secret-1", "passhash": "secret-2"},
    "mcp": {"password": "secret-1"},
}
SECRETS = "What was stored for the other host is forgotten: type the new host&#x27;s secrets."
FORGOTTEN = {
    "netbox": "What was stored for the other host is forgotten: the token.",
    "prtg": SECRETS,
    "mcp": SECRETS,
}


@pytest.mark.parametrize(
    "url", ["https://b.example", "http://a.example", "https://a.example:8", ""]
)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_secret_does_not_go_to_another_host_with_the_url(api, admin_page, system, url):
    client, path = api("super_admin"), f"/api/{system}/settings"
    secrets, bullets = MOVED[system], dict.fromkeys(MOVED[system], "••••••••")
    held = [f"{system}_{name}" for name in secrets]
    client.put(path, secrets, format="json")
    client.put(path, {"url": "https://a.example"}, format="json")
    client.put(path, {"url": "https://A.example/sub", **bullets}, format="json")
    before = [bool(integration.read(key)) for key in held]

    moved = client.put(path, {"url": url, **bullets}, format="json")
    gone = [integration.read(key) for key in held]
    client.put(path, {"url": "https://c.example", **secrets}, format="json")
    anew = [integration.read(key) for key in held]
    page = f"/admin/devices/device/{system}/"
    said = admin_page.post(page, {"do": "save", "url": "https://d.example"}, follow=True)

    assert (moved.status_code, before, gone) == (200, [True] * len(held), [""] * len(held))
    assert anew == list(secrets.values())
    assert FORGOTTEN[system] in said.content.decode()
    assert [integration.read(key) for key in held] == [""] * len(held)


def test_the_first_values_of_netbox_do_not_go_to_another_host_either(api, settings):
    settings.NETBOX_URL, settings.NETBOX_TOKEN = "https://a.example", "from-outside"
    path = "/api/netbox/settings"

    moved = api("super_admin").put(path, {"url": "https://b.example"}, format="json").json()["data"]

    assert (moved["url"], moved["token_configured"]) == ("https://b.example", False)


IDS = ("default_site_id", "default_role_id", "default_device_type_id")


def test_what_belongs_to_a_netbox_goes_with_it(api):
    client, path = api("super_admin"), "/api/netbox/settings"
    client.put(path, dict.fromkeys(IDS, 5), format="json")
    whole = {"url": "https://a.example", "token": "secret-1"}
    first = client.put(path, whole, format="json").json()["data"]
    NetBoxCacheEntry.objects.create(netbox_id=7, device_ip="10.0.0.7", told={"serial": "S"})

    same = client.put(path, {"url": "https://A.example/sub"}, format="json").json()["data"]
    kept = NetBoxCacheEntry.objects.count()
    moved = client.put(path, {"url": "https://b.example", IDS[1]: 9}, format="json").json()
    again = client.put(path, {"url": "https://c.example", IDS[1]: 9}, format="json").json()

    assert ("dropped" in first, "dropped" in same, kept) == (False, False, 1)
    assert [first[name] for name in IDS] == [5, 5, 5]
    assert moved["message"] == "NetBox settings saved"
    assert moved["data"]["dropped"] == ["token", IDS[0], IDS[2], "cached_devices"]
    assert [moved["data"][name] for name in IDS] == [None, 9, None]
    assert NetBoxCacheEntry.objects.count() == 0
    assert "dropped" not in again["data"]
    assert not Setting.objects.filter(key="netbox_default_site_id").exists()


def test_the_page_leaves_ids_behind_that_nobody_typed_anew(api, admin_page):
    ids = dict(zip(IDS, (5, 6, 7), strict=True))
    body = {"url": "https://a.example", "token": "secret-1", **ids}
    api("super_admin").put("/api/netbox/settings", body, format="json")
    NetBoxCacheEntry.objects.create(netbox_id=7)
    page = "/admin/devices/device/netbox/"
    form = {"do": "save", **ids, IDS[2]: 8}

    same = admin_page.post(page, {**form, "url": "https://a.example"}, follow=True)
    kept = [integration.read(f"netbox_{name}") for name in IDS]
    moved = admin_page.post(page, {**form, IDS[1]: 9, "url": "https://b.example"}, follow=True)

    assert "forgotten" not in same.content.decode()
    assert kept == [5, 6, 8]
    words = "the token, the site of new devices, the type, the devices that were read."
    assert f"is forgotten: {words}" in moved.content.decode()
    assert [integration.read(f"netbox_{name}") for name in IDS] == [None, 9, None]
    assert not NetBoxCacheEntry.objects.exists()


@pytest.mark.parametrize("body", [b'{"a":' * 3000, b"[" * 200_000, b"{]", b"[1]"])
def test_a_notice_that_is_no_shallow_object_is_refused(api, body):
    answer = api.anonymous.post("/api/prtg/webhook", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {"VALIDATION_ERROR", "INVALID_JSON", "PARSE_ERROR"}
    assert not PrtgAlert.objects.exists()
