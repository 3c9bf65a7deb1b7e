"""A poll's own way in is taken away again, over REST and in the admin; and one without a secret."""

import pytest
from django.urls import reverse

from devices.models import Credential, PollConfig
from devices.services import poll_configs, poll_secrets, vault
from tests.devices.test_admin_ways_in import POLL

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll(db):
    way = vault.create_credential(
        actor=None, body={"name": "way in", "credential_type": "snmp", "community": "other"}
    ).credential
    return poll_configs.create(
        actor=None,
        body={
            "name": "Every night",
            "poll_type": "snmp_interfaces",
            "target_type": "all",
            "snmp_community": "pl4nted",
            "credential_id": way.pk,
        },
    )


def kept(row):
    row = PollConfig.objects.get(pk=row.pk)
    return poll_secrets.community_of(row, with_community=True), row.credential_id


@pytest.mark.parametrize("blank", [None, ""])
def test_null_and_blank_forget_a_poll_s_community_and_credential(api, poll, blank):
    body = {"snmp_community": blank, "credential_id": blank}

    answer = api("admin").put(f"/api/polling/configs/{poll.pk}", body, format="json")

    assert (answer.status_code, answer.json()["data"]["snmp_community"]) == (200, None)
    assert kept(poll) == (None, None)


def test_the_mask_and_silence_keep_a_poll_s_community(api, poll):
    way = poll.credential_id
    for body in ({"snmp_community": "••••••••"}, {"description": "x"}):
        api("admin").put(f"/api/polling/configs/{poll.pk}", body, format="json")

    assert kept(poll) == ("pl4nted", way)


def test_a_community_that_is_no_text_is_refused(api, poll):
    way = poll.credential_id

    answer = api("admin").put(
        f"/api/polling/configs/{poll.pk}", {"snmp_community": 5}, format="json"
    )

    error = answer.json()["error"]
    assert (answer.status_code, error["details"]["field"]) == (400, "snmp_community")
    assert kept(poll) == ("pl4nted", way)


def test_the_form_forgets_what_is_stored_and_offers_that_only_then(admin_page, poll):
    page = reverse("admin:devices_pollconfig_change", args=[poll.pk])
    typed = {**POLL, "target_type": "all", "snmp_community": "", "credential": ""}

    offered = admin_page.get(f"{page}?tab=details").content.decode()
    admin_page.post(page, {**typed, "forget_community": "on"})

    assert 'name="forget_community"' in offered
    assert kept(poll) == (None, None)
    assert 'name="forget_community"' not in admin_page.get(f"{page}?tab=details").content.decode()


def test_another_community_and_forgetting_are_not_both_taken(admin_page, poll):
    page = reverse("admin:devices_pollconfig_change", args=[poll.pk])

    answer = admin_page.post(page, {**POLL, "target_type": "all", "forget_community": "on"})

    assert "Either type another community, or forget the stored one." in answer.content.decode()
    assert kept(poll)[0] == "pl4nted"


def test_a_credential_without_a_secret_is_kept_with_a_warning(api):
    admin = api("admin")
    made = admin.post("/api/credentials", {"name": "later", "username": "op"}, format="json")
    pk = made.json()["data"]["credential"]["id"]

    renamed = admin.put(f"/api/credentials/{pk}", {"notes": "soon"}, format="json")
    filled = admin.put(f"/api/credentials/{pk}", {"password": "pl4nted"}, format="json")

    said = ["No secret is stored yet; ssh is used with password or private_key."]
    assert (made.status_code, made.json()["data"]["warnings"]) == (201, said)
    assert renamed.json()["data"]["warnings"] == said
    assert "warnings" not in filled.json()["data"]
    assert Credential.objects.get().username == "op"


@pytest.mark.parametrize("body", [{"credential_type": "ldap"}, {"credential_type": "database"}])
def test_types_that_the_contract_asks_no_secret_of_say_nothing(api, body):
    made = api("admin").post("/api/credentials", {"name": "x", **body}, format="json")

    assert (made.status_code, "warnings" in made.json()["data"]) == (201, False)
