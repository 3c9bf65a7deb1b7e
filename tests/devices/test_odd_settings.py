"""Settings of other systems: what could never be used is refused before it is stored."""

import pytest

from accounts.models import Setting
from devices.models import PrtgAlert

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


@pytest.mark.parametrize("body", [b'{"a":' * 3000, b"[" * 200_000, b"{]", b"[1]"])
def test_a_notice_that_is_no_shallow_object_is_refused(api, body):
    answer = api.anonymous.post("/api/prtg/webhook", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {"VALIDATION_ERROR", "INVALID_JSON", "PARSE_ERROR"}
    assert not PrtgAlert.objects.exists()
