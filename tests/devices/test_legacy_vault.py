"""Taking over the replaced vault: every format of its exports, once, without a readable trace."""

from __future__ import annotations

import base64
import csv
import json
import sqlite3

import pyotp
import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, Setting
from accounts.services import second_factor
from devices.models import Credential, CredentialAssignment, CredentialUse
from devices.services import integration, legacy_vault, secrets, vault_keys, vault_use
from devices.services import sealed as sealed_options
from tests.factories.accounts import UserFactory
from tests.factories.devices import ExecutorRunFactory, ScanFactory

pytestmark = pytest.mark.django_db
MASTER, SECRET = "test-master-key-0123456789abcdef0123", "planted-secret-7391"


def sealed(**document):
    token = Fernet(secrets.legacy_key(MASTER)).encrypt(json.dumps(document).encode())
    return base64.b64encode(token).decode()


@pytest.fixture
def rows(settings):
    settings.CREDENTIAL_MASTER_KEY = MASTER
    return [
        {
            "id": 7,
            "name": "core ssh",
            "credential_type": "ssh",
            "username": "ops",
            "encrypted_data": sealed(username="ops", password=SECRET, port=22),
            "is_deleted": False,
            "owner": "jana",
        },
        {
            "id": 8,
            "name": "lab snmp",
            "credential_type": "snmp",
            "encrypted_data": sealed(version="2c", community=SECRET),
            "is_deleted": False,
        },
        {"id": 9, "name": "gone", "encrypted_data": "", "is_deleted": True},
    ]


LINK = {"id": 1, "ip_address": "10.5.0.1", "credential_id": 7, "credential_type": "ssh"}


def write(folder, rows, kind):
    path = folder / f"credentials.{kind}"
    if kind == "json":
        path.write_text(json.dumps({"credentials": rows}))
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    elif kind == "csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, sorted({name for row in rows for name in row}))
            writer.writeheader()
            writer.writerows(rows)
    else:
        database = sqlite3.connect(path)
        names = sorted({name for row in rows for name in row})
        database.execute(f"CREATE TABLE credentials ({', '.join(names)})")
        for row in rows:
            values = [row.get(name) for name in names]
            marks = ", ".join("?" for _ in names)
            database.execute("INSERT INTO credentials VALUES (" + marks + ")", values)  # noqa: S608  marks alone
        database.execute("CREATE TABLE device_credentials (ip_address, credential_id, priority)")
        database.execute("INSERT INTO device_credentials VALUES ('10.5.0.1', 7, 20)")
        database.commit()
        database.close()
    return path


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "sqlite"])
def test_every_format_is_taken_over_once(rows, tmp_path, capsys, kind):
    path = write(tmp_path, rows, kind)
    links = tmp_path / "links.json"
    links.write_text(json.dumps([LINK]))
    extra = [] if kind == "sqlite" else ["--assignments", str(links)]

    call_command("import_legacy", "vault", "--credentials", str(path), *extra)
    call_command("import_legacy", "vault", "--credentials", str(path), *extra)

    said = capsys.readouterr().out
    assert "2 of 3 credentials taken over." in said
    assert "0 of 3 credentials taken over." in said
    assert "1 of 1 assignments taken over." in said
    ssh = Credential.objects.get(name="core ssh")
    assert vault_use.opened(ssh)["password"] == SECRET
    assert vault_use.opened(Credential.objects.get(name="lab snmp"))["community"] == SECRET
    assert CredentialAssignment.objects.get().credential == ssh
    assert Credential.objects.count() == 2
    for model in (Credential, CredentialUse, AuditEntry):
        assert SECRET not in str(list(model.objects.values()))
    assert SECRET not in said


def test_a_dry_run_keeps_nothing_and_a_wrong_key_says_so(rows, tmp_path, settings, capsys):
    path = write(tmp_path, rows, "json")
    call_command("import_legacy", "vault", "--credentials", str(path), "--dry-run")
    assert Credential.objects.count() == 0
    settings.CREDENTIAL_MASTER_KEY = "another-master-key-0123456789abcdef"

    call_command("import_legacy", "vault", "--credentials", str(path))

    said = capsys.readouterr().out
    assert "Left out: row 1 (core ssh): The secret does not open with this key" in said
    assert Credential.objects.count() == 0


def test_where_a_credential_stood_is_where_it_stands(rows, tmp_path):
    first = rows[0]
    words = {
        "on": {"status": "active"},
        "off": {"status": "disabled"},
        "gone bad": {"status": "revoked"},
        "over": {"status": "active", "is_expired": True},
        "odd": {"status": "suspended"},
    }
    kept = [{**first, "name": name, **more} for name, more in words.items()]

    path = write(tmp_path, kept, "json")
    call_command("import_legacy", "vault", "--credentials", str(path))

    found = {row.name: row for row in Credential.objects.all()}
    assert {name: row.status for name, row in found.items()} == {
        "on": "active",
        "off": "disabled",
        "gone bad": "revoked",
        "over": "expired",
        "odd": "disabled",
    }
    assert [name for name, row in found.items() if vault_use.usable(row)] == ["on"]
    assert found["over"].is_expired


def test_a_dry_run_says_what_the_real_run_does(rows, tmp_path, capsys):
    wrong = [
        {**rows[0], "name": ""},
        {**rows[0], "name": "n" * 300},
        {**rows[0], "name": "o", "owner": "o" * 300},
        {**rows[0], "name": "t", "tags": "[core"},
        dict(rows[0]),
    ]
    path = write(tmp_path, [*rows, *wrong], "json")

    call_command("import_legacy", "vault", "--credentials", str(path), "--dry-run")
    dry = capsys.readouterr().out
    assert (Credential.objects.count(), CredentialUse.objects.count()) == (0, 0)
    call_command("import_legacy", "vault", "--credentials", str(path))

    real = capsys.readouterr().out
    assert dry == f"{real}Dry run: nothing was kept.\n"
    assert "2 of 8 credentials taken over." in real
    assert real.count("Left out: row") == 4
    assert "n" * 61 not in real


def test_a_file_in_another_encoding_is_refused(rows, tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("name,owner\nKöln,jörg\n".encode("latin-1"))

    with pytest.raises(CommandError, match=r"latin\.csv is neither JSON"):
        call_command("import_legacy", "vault", "--credentials", str(path))


def test_what_is_missing_is_named(rows, tmp_path, settings):
    with pytest.raises(CommandError, match=r"nowhere\.json: there is no such file"):
        call_command("import_legacy", "vault", "--credentials", str(tmp_path / "nowhere.json"))
    junk = tmp_path / "junk"
    junk.write_text("[1, 2")
    with pytest.raises(CommandError, match="neither JSON"):
        call_command("import_legacy", "vault", "--credentials", str(junk))
    settings.CREDENTIAL_MASTER_KEY = ""
    with pytest.raises(CommandError, match="CREDENTIAL_MASTER_KEY"):
        call_command("import_legacy", "vault", "--credentials", str(junk))


def test_secrets_of_integrations_rotate_too(settings):
    integration.write(None, {"netbox_token": SECRET}, secrets=frozenset({"netbox_token"}))
    settings.VAULT_KEYS = {"new": bytes(range(32)), **settings.VAULT_KEYS}

    done = vault_keys.rotate_keys()

    settings.VAULT_KEYS = {"new": bytes(range(32))}
    assert (done.done, done.unreadable) == (1, [])
    assert integration.read("netbox_token") == SECRET
    settings.VAULT_KEYS = {"other": bytes(range(1, 33))}
    assert vault_keys.rotate_keys().unreadable == ["setting netbox_token"]
    assert SECRET not in str(list(Setting.objects.values()))


def test_secrets_of_runs_and_scans_are_counted_and_rotate_too(settings, capsys):
    run, scan = ExecutorRunFactory(), ScanFactory()
    sealed_options.keep(run, {"a": 1}, {"password": SECRET})
    sealed_options.keep(scan, {}, {"community": SECRET})
    integration.write(None, {"netbox_token": SECRET}, secrets=frozenset({"netbox_token"}))
    second_factor.set_up(user=UserFactory(two_factor_enabled=False))
    settings.VAULT_KEYS = {"new": bytes(range(32)), **settings.VAULT_KEYS}

    call_command("rotate_vault_keys", "--dry-run")
    done = vault_keys.rotate_keys()

    assert capsys.readouterr().out == "0 secrets encrypted again, 5 left.\n"
    settings.VAULT_KEYS = {"new": bytes(range(32))}
    run.refresh_from_db()
    scan.refresh_from_db()
    assert (done.done, done.left, done.unreadable) == (4, 0, [])  # a person's two are one
    assert (sealed_options.opened(run), sealed_options.without(run)) == (
        {"password": SECRET},
        {"a": 1},
    )
    assert sealed_options.opened(scan) == {"community": SECRET}
    settings.VAULT_KEYS = {"other": bytes(range(1, 33))}
    assert vault_keys.rotate_keys().left == 5
    assert integration.shown("netbox_token", "") == ""


def test_second_factors_rotate_too(settings):
    person = UserFactory(two_factor_enabled=False)
    setup = second_factor.set_up(user=person)
    settings.VAULT_KEYS = {"new": bytes(range(32)), **settings.VAULT_KEYS}

    done = vault_keys.rotate_keys()

    settings.VAULT_KEYS = {"new": bytes(range(32))}
    assert (done.done, done.unreadable) == (1, [])
    assert vault_keys.rotate_keys().done == 0
    second_factor.enable(user=person, session=None, code=pyotp.TOTP(setup.secret).now())
    person.refresh_from_db()
    assert person.two_factor_enabled is True


def test_lists_of_postgresql_are_read_from_csv(tmp_path):
    path = tmp_path / "credentials.csv"
    path.write_text('name,allowed_users,tags\nshell,"{anna,""bob, c""}",{}\n')

    (row,) = legacy_vault.read_rows(path, "credentials")

    assert row == {"name": "shell", "allowed_users": ["anna", "bob, c"], "tags": []}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_notes_keep_their_lines(tmp_path, kind):
    path, notes = tmp_path / f"credentials.{kind}", "first\nsecond\u2028third"
    if kind == "csv":
        path.write_text(f'name,notes\nshell,"{notes}"\n')
    else:
        path.write_text(json.dumps({"name": "shell", "notes": notes}, ensure_ascii=False) + "\n")

    assert list(legacy_vault.read_rows(path, "credentials")) == [{"name": "shell", "notes": notes}]
