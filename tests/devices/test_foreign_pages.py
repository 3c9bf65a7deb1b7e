"""A page of another site has no secret sent by the visit of somebody who is signed in here."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Credential, CredentialUse
from devices.services import vault
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
HOST = "127.0.10.1"
MOZILLA = "Mozilla/5.0 (X11; Linux x86_64)"
SAID = "No page of this site asked for this; ask from one, or with a token"


@pytest.fixture
def browser(simulated) -> Client:
    body = {"name": "lab", "credential_type": "snmp", "community": "public", "is_default": True}
    vault.create_credential(actor=None, body=body)
    CredentialUse.objects.all().delete()
    client = Client()
    client.port = simulated.snmp_port
    client.force_login(UserFactory(roles=["super_admin"]))
    return client


@pytest.mark.parametrize("address", ["/api/snmp/system/", "/monitoring/v1/snmp/alarms/"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Referer": "http://testserver/admin/"},
        {"Sec-Fetch-Site": "none", "User-Agent": MOZILLA},
        {"User-Agent": MOZILLA},
        {"User-Agent": MOZILLA, "Referer": "http://[bad"},
        {"User-Agent": MOZILLA, "Referer": "http://elsewhere.example/"},
        {"User-Agent": MOZILLA, "Origin": "null"},
    ],
)
def test_another_sites_page_is_refused_and_nothing_is_asked(browser, address, headers):
    answer = browser.get(f"{address}{HOST}", headers=headers)

    assert answer.status_code == 403
    assert SAID in answer.content.decode()
    assert CredentialUse.objects.count() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"User-Agent": "curl/8.5"},
        {"Sec-Fetch-Site": "same-origin", "User-Agent": MOZILLA},
        {"User-Agent": MOZILLA, "Referer": "http://testserver/devices"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://lab.example"},
    ],
)
def test_our_own_pages_known_front_ends_and_scripts_are_answered(browser, headers, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://lab.example"]

    answer = browser.get(f"/api/snmp/system/{HOST}?port={browser.port}", headers=headers)

    assert answer.status_code == 200, answer.content
    assert CredentialUse.objects.count() == 1


def test_another_sites_page_has_no_secret_opened(browser):
    row = Credential.objects.get()
    address = f"/api/credentials/{row.pk}?decrypt=true&reason=mine"

    refused = browser.get(address, headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, CredentialUse.objects.count()) == (403, 0)

    shown = browser.get(address, headers={"Sec-Fetch-Site": "same-origin"})
    assert shown.json()["data"]["credential"]["secret_data"]["community"] == "public"


def test_a_token_is_no_cookie(browser, api):
    headers = {"Sec-Fetch-Site": "cross-site", "User-Agent": MOZILLA}

    address = f"/api/snmp/system/{HOST}?port={browser.port}"
    answer = api("super_admin").get(address, headers=headers)

    assert answer.status_code == 200
