"""The vault's verbs and form in the admin: what REST can do, people do by clicks."""

import pytest
from django.urls import reverse

from devices.models import (
    Credential,
    CredentialAccessRequest,
    CredentialGroup,
    CredentialRotation,
    CredentialUse,
)
from devices.services import vault, vault_groups, vault_use
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
FORM = {"credential_type": "ssh", "access_level": "standard", "expiration_warning_days": 30}


@pytest.fixture
def credential():
    return vault.create_credential(
        actor=None, body={"name": "lab", "username": "op", "password": "pl4nted-s3cret"}
    ).credential


def verb(slug):
    return reverse("admin:devices_credential_verb", args=[slug])


def page(credential):
    return reverse("admin:devices_credential_change", args=[credential.pk])


def test_a_credential_is_rotated_by_its_verb(admin_page, credential):
    asked = admin_page.get(verb("rotate"), {"ids": credential.pk}).content.decode()
    assert 'name="password"' in asked
    assert 'name="community"' not in asked
    sent = {"rotation_type": "emergency", "valid_until": "2031-01-02T03:04", "notes": "left staff"}

    answer = admin_page.post(
        verb("rotate"),
        {**sent, "ids": credential.pk, "confirm": 1, "password": "n3w-one", "typed_name": "lab"},
    )

    assert answer.status_code == 302
    row, rotation = Credential.objects.get(), CredentialRotation.objects.get()
    assert vault_use.opened(row) == {**_document(), "password": "n3w-one"}
    assert (rotation.rotation_type, rotation.notes) == ("emergency", "left staff")
    assert rotation.new_valid_until == row.valid_until
    assert row.valid_until.isoformat() == "2031-01-02T03:04:00+00:00"
    text = admin_page.get(page(row), {"tab": "rotations"}).content.decode()
    for word in ("Emergency", "left staff", "Earlier secrets"):
        assert word in text
    assert "n3w-one" not in text
    assert "pl4nted-s3cret" not in text


def _document():
    return {
        "username": "op",
        "password": "pl4nted-s3cret",
        "private_key": "",
        "passphrase": "",
        "port": 22,
    }


def test_a_rotation_without_a_new_secret_is_refused(admin_page, credential):
    answer = admin_page.post(
        verb("rotate"),
        {
            "rotation_type": "manual",
            "ids": credential.pk,
            "confirm": 1,
            "typed_name": "lab",
            "port": 2200,
        },
    )

    assert "Type the new secret; without one nothing is rotated." in answer.content.decode()
    assert (CredentialRotation.objects.count(), credential.versions.count()) == (0, 0)
    assert vault_use.opened(Credential.objects.get()) == _document()


@pytest.mark.parametrize(
    "body", [{}, {"password": "pl4nted-s3cret"}, {"notes": "no"}, {"password": ""}]
)
def test_a_rotation_that_leaves_the_secret_is_refused(api, credential, body):
    answer = api("super_admin").post(f"/api/credentials/{credential.pk}/rotate", body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "NO_DATA")
    row = Credential.objects.get()
    assert (row.last_rotation_at, row.version, row.versions.count()) == (None, 1, 0)


def test_a_rotation_to_an_end_that_has_passed_is_refused(api, credential):
    body = {"password": "fresh", "valid_until": "2020-01-01"}

    answer = api("super_admin").post(f"/api/credentials/{credential.pk}/rotate", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "valid_until"
    assert vault_use.opened(Credential.objects.get()) == _document()
    assert CredentialRotation.objects.count() == 0


def test_a_rotation_to_an_end_before_the_start_is_refused(credential):
    vault.update_credential(credential.pk, actor=None, body={"valid_from": "2127-05-01"})

    with pytest.raises(vault.Invalid) as caught:
        vault.rotate_credential(
            credential.pk, actor=None, body={"password": "x", "valid_until": "2127-04-01"}
        )

    assert caught.value.field == "valid_until"
    assert (CredentialRotation.objects.count(), credential.versions.count()) == (0, 0)


def test_a_credential_is_disabled_enabled_and_revoked(admin_page, credential):
    seen = []
    for slug, more in (("disable", {}), ("enable", {}), ("revoke", {"typed_name": "lab"})):
        admin_page.post(verb(slug), {"ids": credential.pk, "confirm": 1, **more})
        credential.refresh_from_db()
        seen.append(credential.status)

    assert seen == ["disabled", "active", "revoked"]
    assert vault_use.opened(credential) == _document()


def test_who_may_only_look_is_offered_no_verb(client, credential):
    client.force_login(UserFactory(roles=["viewer"]))

    answers = [
        client.post(verb(slug), {"ids": credential.pk, "confirm": 1, "target": "10.0.0.1"})
        for slug in ("rotate", "test", "disable", "revoke", "add-to-group")
    ]

    assert {answer.status_code for answer in answers} == {403}
    credential.refresh_from_db()
    assert (credential.status, credential.version) == ("active", 1)


@pytest.mark.parametrize("works", [True, False])
def test_a_credential_is_tried_on_a_device(admin_page, credential, monkeypatch, works):
    asked = []
    answer = {"success": works, "message": "SSH to 10.0.0.1 …", "duration": 0.2}

    def tried(pk, **kwargs):
        asked.append((pk, kwargs["target"], kwargs["port"], kwargs["kind"]))
        return answer

    monkeypatch.setattr("devices.services.vault_test.test_credential", tried)
    vault_groups.assign(actor=None, ip_address="10.0.0.1", credential_id=credential.pk)
    assert (
        'value="10.0.0.1"' in admin_page.get(verb("test"), {"ids": credential.pk}).content.decode()
    )

    said = admin_page.post(
        verb("test"), {"ids": credential.pk, "confirm": 1, "target": "10.0.0.1"}, follow=True
    )

    assert asked == [(credential.pk, "10.0.0.1", None, "")]
    assert "SSH to 10.0.0.1 …" in said.content.decode()
    assert ("it does not work" in said.content.decode()) is not works


@pytest.mark.parametrize("status", ["authenticated", "unreachable"])
def test_an_enterprise_server_is_tried(admin_page, credential, monkeypatch, status):
    body = {"name": "r", "auth_type": "radius", "credential_id": credential.pk}
    row = vault_groups.save_config(None, actor=None, body=body).config
    asked = []
    answer = {"server": "10.0.0.5:1812", "status": status, "message": "so it is", "duration": 0.1}
    monkeypatch.setattr(
        "devices.services.vault_test.test_enterprise",
        lambda pk, **kwargs: asked.append(pk) or answer,
    )

    said = admin_page.post(
        reverse("admin:devices_enterpriseauthconfig_verb", args=["test"]),
        {"ids": row.pk, "confirm": 1},
        follow=True,
    ).content.decode()

    assert asked == [row.pk]
    assert "so it is" in said
    assert ("it does not work" in said) is (status == "unreachable")


def test_who_may_only_look_is_told_nothing_of_the_secrets_fields(client, credential):
    body = {"access_level": "restricted", "allowed_users": ["mira"], "allowed_groups": ["operator"]}
    vault.update_credential(credential.pk, actor=None, body=body)
    client.force_login(UserFactory(roles=["operator"]))

    text = client.get(page(credential), {"tab": "details"}).content.decode()

    assert "Allowed users" in text
    assert "mira" in text
    for word in ("Password", "Private key", "Passphrase", "Community", "None", "[&"):
        assert word not in text


def test_a_restricted_credential_is_asked_for(client, credential):
    vault.update_credential(credential.pk, actor=None, body={"access_level": "restricted"})
    person = UserFactory(roles=["operator"])
    client.force_login(person)
    assert "Ask for access" in client.get(page(credential)).content.decode()

    client.post(verb("ask"), {"ids": credential.pk, "confirm": 1, "reason": "outage 17"})
    again = client.post(verb("ask"), {"ids": credential.pk, "confirm": 1, "reason": "again"})

    asked = CredentialAccessRequest.objects.get()
    assert (asked.requester, asked.reason, asked.status) == (person, "outage 17", "pending")
    assert "You have asked for this credential already" in again.content.decode()


def test_restricted_names_its_people_and_roles(admin_page, credential):
    UserFactory(username="mira")
    sent = {
        **FORM,
        "name": "lab",
        "username": "op",
        "access_level": "restricted",
        "allowed_users": "mira",
        "allowed_groups": "viewer, operator",
        "tags": "core, lab",
        "rotation_interval_days": 90,
    }

    refused = admin_page.post(page(credential), {**sent, "allowed_users": "mira, nobody-such"})
    assert "Nobody is called nobody-such." in refused.content.decode()
    assert Credential.objects.get().access_level == "standard"
    admin_page.post(page(credential), sent)

    row = Credential.objects.get()
    assert (row.access_level, row.allowed_users) == ("restricted", ["mira"])
    assert (row.allowed_groups, row.tags) == (["viewer", "operator"], ["core", "lab"])
    assert row.rotation_interval_days == 90
    admin_page.post(page(credential), {**sent, "rotation_interval_days": "", "tags": ""})
    row.refresh_from_db()
    assert (row.rotation_interval_days, row.tags) == (None, [])


def test_a_refused_form_says_that_its_secret_was_dropped(admin_page):
    add = reverse("admin:devices_credential_add")
    sent = {**FORM, "name": "a", "username": "op", "password": "pl4nted"}
    window = {"valid_from": "2026-05-01T00:00", "valid_until": "2026-04-01T00:00"}

    text = admin_page.post(add, {**sent, **window}).content.decode()

    assert "Valid until must be later than Valid from." in text
    assert "Type it again: a page never sends a secret back." in text
    assert "Give it a" not in text
    assert "pl4nted" not in text
    again = admin_page.post(add, {**sent, "password": ""}).content.decode()
    assert "Give it a password or private key." in again
    assert Credential.objects.count() == 0


def test_a_taken_name_asks_for_the_secret_again(admin_page, credential):
    add = reverse("admin:devices_credential_add")

    text = admin_page.post(add, {**FORM, "name": "lab", "password": "x"}).content.decode()

    assert "A credential with this name already exists" in text
    assert "Type it again: a page never sends a secret back." in text
    assert Credential.objects.count() == 1


def test_a_certificate_that_cannot_be_read_is_kept_with_a_warning(admin_page, api):
    sent = {**FORM, "name": "c", "credential_type": "certificate", "certificate": "not a pem"}
    warning = "The certificate could not be read; stored as it is."

    answer = admin_page.post(reverse("admin:devices_credential_add"), sent, follow=True)

    row = Credential.objects.get()
    assert warning in answer.content.decode()
    assert vault_use.opened(row)["certificate"] == "not a pem"
    rotated = api("super_admin").post(
        f"/api/credentials/{row.pk}/rotate", {"certificate": "nor this"}
    )
    assert rotated.json()["data"]["warnings"] == [warning]


def test_credentials_go_into_groups_and_out_of_them(admin_page, credential):
    group = vault_groups.create_group(actor=None, name="Core")

    admin_page.post(verb("add-to-group"), {"ids": credential.pk, "confirm": 1, "group": group.pk})
    assert list(group.credentials.all()) == [credential]
    take = reverse("admin:devices_credentialgroup_verb", args=["remove-credentials"])
    admin_page.post(take, {"ids": group.pk, "confirm": 1, "credentials": [credential.pk]})
    assert list(group.credentials.all()) == []
    give = reverse("admin:devices_credentialgroup_verb", args=["add-credentials"])
    admin_page.post(give, {"ids": group.pk, "confirm": 1, "credentials": [credential.pk]})

    assert list(group.credentials.all()) == [credential]
    assert CredentialUse.objects.filter(action="created").count() == 1
    changed = admin_page.post(
        reverse("admin:devices_credentialgroup_change", args=[group.pk]),
        {"name": "Core and edge", "description": "switches"},
    )
    assert changed.status_code == 302
    row = CredentialGroup.objects.get()
    assert (row.name, row.description) == ("Core and edge", "switches")


def test_the_page_leaves_an_id_among_the_people_an_id(admin_page, credential):
    UserFactory(username="mira")
    person = UserFactory()
    UserFactory(username=str(person.pk))
    Credential.objects.update(allowed_users=[person.pk])
    sent = {**FORM, "name": "lab", "username": "op", "access_level": "restricted"}

    admin_page.post(page(credential), {**sent, "allowed_users": f"{person.pk}, mira"})

    assert Credential.objects.get().allowed_users == [person.pk, "mira"]
