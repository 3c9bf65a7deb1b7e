"""A poll's own SNMPv3 account: its five fields over REST, sealed, rotated, and what it ranks."""

import json

import pytest
from django.apps import apps
from django.conf import settings as site
from django.core.management import call_command

from accounts.models import AuditEntry
from devices.models import PollConfig
from devices.services import poll_configs, poll_secrets, polling, vault, vault_keys
from inventory_site.core import crypto
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
MASK = "••••••••"
CONFIGS = "/api/polling/configs"
POLL = {"name": "v3", "poll_type": "snmp_availability", "target_type": "all", "snmp_version": "3"}
ACCOUNT = {
    "snmpv3_username": "opuser",
    "snmpv3_auth_protocol": "SHA256",
    "snmpv3_auth_password": "pl4nted-auth",
    "snmpv3_priv_protocol": "aes-128",
    "snmpv3_priv_password": "pl4nted-priv",
}
SHOWN = {**ACCOUNT, "snmpv3_auth_password": MASK, "snmpv3_priv_password": MASK}
ASKED = {
    "security_name": "opuser",
    "auth_protocol": "SHA256",
    "auth_password": "pl4nted-auth",
    "priv_protocol": "aes-128",
    "priv_password": "pl4nted-priv",
}
NONE = dict.fromkeys(ACCOUNT)


@pytest.fixture
def poll(db):
    return poll_configs.create(actor=None, body={**POLL, **ACCOUNT})


def account_in(answer):
    return {name: answer.json()["data"][name] for name in ACCOUNT}


def put(api, poll, **body):
    return api("admin").put(f"{CONFIGS}/{poll.pk}", body, format="json")


def way_in(poll):
    return poll_secrets.way_in(PollConfig.objects.get(pk=poll.pk))


def stored():
    """Return the poll's row as the table has it."""
    return PollConfig.objects.values().get(name="v3")


def everything():
    """Return all that the tables hold, as text."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return "\n".join(str(list(model._base_manager.values_list())) for model in models)


def test_the_account_of_a_poll_is_taken_and_shown_without_its_passwords(api, caplog):
    made = api("admin").post(CONFIGS, {**POLL, **ACCOUNT}, format="json")
    bare = api("admin").post(CONFIGS, {**POLL, "name": "bare"}, format="json")

    assert (made.status_code, bare.status_code) == (201, 201)
    for role in ("admin", "operator", "viewer"):
        one = api(role).get(f"{CONFIGS}/{made.json()['data']['id']}")
        other = api(role).get(f"{CONFIGS}/{bare.json()['data']['id']}")
        listed = api(role).get(CONFIGS)
        assert (account_in(one), account_in(other)) == (SHOWN, NONE)
        assert "pl4nted" not in listed.content.decode()
    assert "pl4nted" not in everything() + caplog.text
    assert "opuser" not in PollConfig.objects.get(name="v3").account_encrypted


def test_the_audit_trail_names_the_fields_and_never_their_values(api, poll):
    put(api, poll, snmpv3_auth_password="pl4nted-two", snmpv3_username="another")

    entry = AuditEntry.objects.get(verb="poll.updated")
    assert entry.after == {"fields": ["snmpv3_auth_password", "snmpv3_username"]}
    assert "pl4nted" not in everything()


@pytest.mark.parametrize("blank", [None, ""])
@pytest.mark.parametrize("name", ACCOUNT)
def test_null_and_blank_forget_one_field_alone(api, poll, name, blank):
    answer = put(api, poll, **{name: blank})

    assert (answer.status_code, account_in(answer)) == (200, {**SHOWN, name: None})


def test_all_five_forgotten_leave_nothing(api, poll):
    answer = put(api, poll, **NONE)

    assert (answer.status_code, account_in(answer)) == (200, NONE)
    assert stored()["account_encrypted"] == ""


def test_the_mask_and_silence_keep_what_is_stored(api, poll):
    before = stored()["account_encrypted"]
    for body in (dict.fromkeys(ACCOUNT, MASK), {"description": "x"}, {"snmp_community": "c"}):
        assert put(api, poll, **body).status_code == 200

    changed = put(api, poll, **{**SHOWN, "snmpv3_username": " other "})

    assert account_in(changed) == {**SHOWN, "snmpv3_username": "other"}
    assert way_in(poll) == {**ASKED, "security_name": "other"}
    assert stored()["account_encrypted"] != before


AUTH = "must be one of MD5, SHA, SHA224, SHA256, SHA384, SHA512"
PRIV = "must be one of DES, AES, AES192, AES256, AES192B, AES256B"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        *((name, value, "must be a text") for name in ACCOUNT for value in (5, True, [], {})),
        ("snmpv3_auth_protocol", "ROT13", AUTH),
        ("snmpv3_auth_protocol", "AES", AUTH),
        ("snmpv3_priv_protocol", "3DES", PRIV),
        ("snmpv3_auth_password", "pl4nted", "must have 8 characters or more"),
        ("snmpv3_priv_password", "pl4nted", "must have 8 characters or more"),
        ("snmpv3_username", "x" * 33, "must have 32 bytes or less"),
        ("snmpv3_username", "é" * 17, "must have 32 bytes or less"),
    ],
)
def test_what_cannot_be_an_account_is_refused_and_nothing_is_written(api, poll, name, value, said):
    before = stored()

    changed = put(api, poll, description="new", snmp_community="c", **{name: value})
    made = api("admin").post(CONFIGS, {**POLL, **ACCOUNT, "name": "b", name: value}, format="json")

    for answer in (changed, made):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "VALIDATION_ERROR")
        assert (error["details"]["field"], error["message"]) == (name, f"{name} {said}")
        assert "pl4nted" not in answer.content.decode()
    assert stored() == before
    assert not AuditEntry.objects.filter(verb="poll.updated").exists()


@pytest.mark.parametrize("word", ["sha", "SHA-1", "sha-512", "Md5"])
def test_protocols_are_read_in_any_case_and_kept_as_they_were_sent(api, poll, word):
    answer = put(api, poll, snmpv3_auth_protocol=f" {word} ", snmpv3_auth_password="12345678")

    assert account_in(answer) == {**SHOWN, "snmpv3_auth_protocol": word}
    assert way_in(poll)["auth_password"] == "12345678"


def test_who_may_not_change_settings_changes_no_account(api, poll):
    before = stored()["account_encrypted"]

    answer = api("operator").put(f"{CONFIGS}/{poll.pk}", NONE, format="json")

    assert answer.status_code == 403
    assert stored()["account_encrypted"] == before


def asked_with(poll):
    (asked,) = polling.targets_of(PollConfig.objects.get(pk=poll.pk))
    return {name: asked.config[name] for name in asked.config if name not in COMMON}


COMMON = {"timeout", "retries", "port", "version"}


def test_an_account_ranks_as_a_community_does(api, poll):
    DeviceFactory(address=ManagementAddressFactory(ip="10.9.9.1"))
    way = vault.create_credential(
        actor=None, body={"name": "way", "credential_type": "snmp", "community": "of-vault"}
    ).credential

    assert asked_with(poll) == ASKED
    put(api, poll, snmp_community="own")
    assert asked_with(poll) == ASKED
    put(api, poll, credential_id=way.pk)
    assert asked_with(poll) == {"community": "of-vault"}
    put(api, poll, credential_id=None, snmp_version="2c")
    assert asked_with(poll) == {"community": "own"}
    put(api, poll, snmp_community=None)
    assert asked_with(poll) == {}
    put(api, poll, snmp_version="3", snmpv3_username=None)
    assert asked_with(poll) == {}


def test_rotation_seals_the_account_again(poll, settings):
    poll_secrets.keep(poll, {"snmp_community": "own"})
    settings.VAULT_KEYS = {"new": bytes(range(32)), **site.VAULT_KEYS}

    assert vault_keys.rotate_keys(dry_run=True).left == 2
    call_command("rotate_vault_keys", verbosity=0)

    assert vault_keys.rotate_keys(dry_run=True).left == 0
    settings.VAULT_KEYS = {"new": bytes(range(32))}
    row = PollConfig.objects.get(name="v3")
    assert crypto.key_id_of(row.account_encrypted) == "new"
    assert (way_in(poll), poll_secrets.community_of(row, True)) == (ASKED, "own")


def test_an_account_is_bound_to_its_poll_and_column(poll):
    other = poll_configs.create(actor=None, body={**POLL, "name": "other"})
    sealed = stored()["account_encrypted"]
    PollConfig.objects.filter(pk=other.pk).update(account_encrypted=sealed)
    row = PollConfig.objects.get(pk=other.pk)

    assert set(poll_secrets.account_shown(row).values()) == {MASK}
    place = f"devices.pollconfig:{poll.pk}:account_encrypted"
    assert json.loads(crypto.decrypt(sealed, bound_to=place)) == ASKED


@pytest.mark.parametrize(
    ("column", "version"), [("account_encrypted", "3"), ("community_encrypted", "2c")]
)
def test_a_poll_whose_secret_does_not_open_fails_and_says_so(api, poll, column, version):
    PollConfig.objects.filter(name="v3").update(**{column: "pb1:gone:AAAA"}, snmp_version=version)

    run = polling.poll(poll.pk, poll.created_at)

    text = "The secret does not open with the keys of this site"
    assert (run.status, run.error_message) == ("failed", text)


def test_an_account_that_does_not_open_is_forgotten_or_typed_whole(api, poll):
    PollConfig.objects.filter(name="v3").update(account_encrypted="pb1:gone:AAAA")

    one = put(api, poll, snmpv3_username="other")
    kept = stored()["account_encrypted"]
    whole = put(api, poll, **ACCOUNT)

    assert (one.status_code, one.json()["error"]["code"]) == (409, "SECRET_UNREADABLE")
    assert (kept, account_in(whole)) == ("pb1:gone:AAAA", SHOWN)
