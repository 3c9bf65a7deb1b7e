"""The vault: nothing leaks, nothing is lost, every use is told."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEntry
from devices.models import Credential, CredentialUse, CredentialVersion
from devices.services import secrets, vault, vault_groups, vault_keys, vault_resolve, vault_use
from devices.services.vault_use import Used
from inventory_site.core import crypto

pytestmark = pytest.mark.django_db
SECRET = "pl4nted-s3cret"


@pytest.fixture
def admin(api):
    return api("super_admin")


def store(client, **body):
    body = {"name": "lab", "credential_type": "ssh", "username": "op", "password": SECRET, **body}
    return client.post("/api/credentials", body, format="json")


def test_a_credential_is_stored_without_its_secret_anywhere(admin):
    answer = store(admin)

    assert answer.status_code == 201
    assert SECRET not in answer.content.decode()
    row = Credential.objects.get()
    assert SECRET not in row.encrypted_data
    assert row.encrypted_data.startswith(f"pb1:{crypto.active_key_id()}:")
    for path in (
        "/api/credentials",
        f"/api/credentials/{row.pk}",
        "/api/credentials/audit",
        f"/credentials/v1/{row.pk}/history",
        "/credentials/v1/credentials",
    ):
        assert SECRET not in admin.get(path).content.decode()
    told = json.dumps(list(AuditEntry.objects.values("before", "after"))) + json.dumps(
        list(CredentialUse.objects.values("previous_values", "new_values", "action_detail"))
    )
    assert SECRET not in told


def test_refusals_have_the_contracts_codes(admin):
    store(admin)

    def error(answer):
        return answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["message"]

    assert error(admin.post("/api/credentials", {}, format="json")) == (
        400,
        "NO_DATA",
        "No data provided",
    )
    assert error(store(admin, name="")) == (400, "MISSING_NAME", "Name is required")
    assert error(store(admin)) == (
        409,
        "DUPLICATE",
        "A credential with this name already exists",
    )
    assert error(admin.get("/api/credentials/999")) == (404, "NOT_FOUND", "Credential not found")
    assert error(store(admin, name="x", valid_until="soon"))[:2] == (400, "VALIDATION_ERROR")
    assert Credential.objects.count() == 1


def test_a_partial_update_keeps_the_other_secret_fields(admin):
    pk = store(admin, private_key="KEY").json()["data"]["credential"]["id"]

    admin.put(f"/api/credentials/{pk}", {"password": "new"}, format="json")
    admin.put(
        f"/api/credentials/{pk}",
        {"username": None, "private_key": "••••••••", "category": "core"},
        format="json",
    )

    got = admin.get(f"/api/credentials/{pk}?decrypt=true").json()["data"]["credential"]
    assert got["secret_data"] == {
        "username": "op",
        "password": "new",
        "private_key": "KEY",
        "passphrase": "",
        "port": 22,
    }
    details = [row.action_detail for row in CredentialUse.objects.filter(action="updated")]
    assert "Updated credential: password" in details
    assert "Updated credential: category" in details
    assert CredentialVersion.objects.count() == 1


def test_only_the_right_reveals_and_it_is_told(api, admin):
    pk = store(admin).json()["data"]["credential"]["id"]
    viewer = api("viewer")

    assert viewer.get(f"/api/credentials/{pk}").status_code == 200
    refused = viewer.get(f"/api/credentials/{pk}?decrypt=true")
    assert refused.status_code == 403
    assert SECRET not in refused.content.decode()
    assert not CredentialUse.objects.filter(action="accessed").exists()
    shown = admin.get(f"/api/credentials/{pk}?decrypt=true")
    assert shown.json()["data"]["credential"]["secret_data"]["password"] == SECRET
    assert shown["Cache-Control"] == "no-store"
    entry = CredentialUse.objects.get(action="accessed")
    assert entry.action_detail == "Secret data accessed"
    assert api.anonymous.get("/api/credentials").status_code == 401


def test_a_deleted_name_is_free_again(admin):
    pk = store(admin).json()["data"]["credential"]["id"]

    assert admin.delete(f"/api/credentials/{pk}").json()["message"] == "Credential deleted"
    assert admin.delete(f"/api/credentials/{pk}").status_code == 404
    assert store(admin).status_code == 201


def test_rotation_keeps_the_old_secret_as_a_version(admin):
    pk = store(admin).json()["data"]["credential"]["id"]

    answer = admin.post(
        f"/api/credentials/{pk}/rotate", {"password": "fresh", "notes": "quarterly"}, format="json"
    ).json()["data"]

    assert answer["rotation"]["rotation_type"] == "manual"
    version = CredentialVersion.objects.get()
    old = secrets.open_sealed(
        version.encrypted_data, model="credentialversion", pk=version.pk, name="encrypted_data"
    )
    assert old["password"] == SECRET
    assert vault_use.opened(Credential.objects.get())["password"] == "fresh"


def test_a_ciphertext_opens_in_no_other_row(admin):
    store(admin)
    store(admin, name="two")
    one, two = Credential.objects.order_by("pk")
    Credential.objects.filter(pk=two.pk).update(encrypted_data=one.encrypted_data)

    with pytest.raises(Exception, match="does not open"):
        vault_use.opened(Credential.objects.get(pk=two.pk))


def test_certificates_are_read(admin):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IE"),
            x509.NameAttribute(NameOID.COMMON_NAME, "lab.test"),
        ]
    )
    now = datetime.now(UTC)
    pem = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x1234)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )

    got = store(admin, name="pki", credential_type="pki", certificate=pem).json()["data"]
    bad = store(admin, name="bad", credential_type="certificate", cert="junk").json()["data"]

    shown = got["credential"]
    assert shown["certificate_serial"] == "4660"
    assert shown["certificate_subject"] == "CN=lab.test,C=IE"
    assert (shown["key_algorithm"], shown["key_size"]) == ("ECDSA", 256)
    assert shown["days_until_expiration"] == 89
    assert bad["warnings"]


def certificate(key, days, algorithm=None):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "renewed.test")])
    now = datetime.now(UTC).replace(microsecond=0)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now - timedelta(days=400)).not_valid_after(
        now + timedelta(days=days)
    )
    return made.sign(key, algorithm).public_bytes(serialization.Encoding.PEM).decode()


def test_a_renewed_certificate_brings_its_dates_and_an_unreadable_one_takes_them(admin):
    key = ed25519.Ed25519PrivateKey.generate()
    old, new = certificate(key, -1), certificate(key, 300)
    made = store(admin, name="tls", credential_type="certificate", certificate=old).json()["data"]
    pk = made["credential"]["id"]
    assert made["credential"]["expiration_status"] == "expired"

    rotated = admin.post(f"/api/credentials/{pk}/rotate", {"certificate": new}, format="json")

    shown = rotated.json()["data"]["credential"]
    assert (shown["expiration_status"], shown["key_algorithm"]) == ("valid", "Ed25519")
    assert (shown["key_size"], shown["certificate_serial"]) == (256, "7")
    admin.put(f"/api/credentials/{pk}", {"certificate": old}, format="json")
    assert vault_use.expire_due() == 1
    again = admin.put(f"/api/credentials/{pk}", {"certificate": new}, format="json").json()
    assert (again["data"]["credential"]["status"], again["data"]["credential"]["is_expired"]) == (
        "active",
        False,
    )
    junk = admin.put(f"/api/credentials/{pk}", {"certificate": "junk"}, format="json").json()
    assert junk["data"]["warnings"]
    assert junk["data"]["credential"]["certificate_fingerprint"] == ""
    assert junk["data"]["credential"]["valid_until"] is None


def test_a_key_of_another_kind_is_named_by_its_type(admin):
    pem = certificate(ed448.Ed448PrivateKey.generate(), 10)

    shown = store(admin, name="c", credential_type="pki", cert=pem).json()["data"]["credential"]

    assert (shown["key_algorithm"], shown["key_size"]) == ("Ed448PublicKey", None)


def test_statistics_overlap_as_the_contract_says(admin):
    soon = (timezone.now() + timedelta(days=20)).isoformat()
    past = (timezone.now() - timedelta(days=1)).isoformat()
    store(admin, name="a")
    store(admin, name="b", credential_type="snmp", expires_at=soon)
    store(admin, name="c", credential_type="database", dsn="x", valid_until=past)

    found = admin.get("/api/credentials/statistics").json()["data"]["statistics"]

    assert found["by_type"] == {"database": 1, "snmp": 1, "ssh": 1}
    assert found["expiration"] == {
        "no_expiration": 1,
        "expired": 1,
        "expiring_7_days": 0,
        "expiring_30_days": 1,
        "valid": 0,
    }
    assert found["usage"]["unused_90_days"] == 3
    checked = admin.post("/api/credentials/check-expirations").json()
    assert checked["message"] == "1 credentials marked as expired"
    assert admin.post("/api/credentials/check-expirations").json()["data"] == {"newly_expired": 0}
    assert CredentialUse.objects.filter(action="expired", performed_by="system").count() == 1


def test_resolution_goes_by_priority_and_skips_what_is_unusable(admin):
    rows = [store(admin, name=name).json()["data"]["credential"]["id"] for name in ("low", "high")]
    for pk, priority in zip(rows, (1, 5), strict=True):
        admin.post(
            "/api/credentials/devices/10.0.0.1/assign",
            {"credential_id": pk, "priority": priority},
            format="json",
        )

    assert vault_resolve.resolve("10.0.0.1", "ssh").credential_name == "high"
    vault.update_credential(rows[1], actor=None, body={"status": "disabled"})
    found = vault_resolve.resolve("10.0.0.1", "ssh")
    assert found.credential_name == "low"
    assert SECRET not in repr(found)
    assert vault_resolve.resolve("10.0.0.1", "snmp") is None
    assert vault_resolve.resolve("10.0.0.2", "ssh") is None
    listed = admin.get("/api/credentials/devices/10.0.0.1").json()["data"]["credentials"]
    assert [row["name"] for row in listed] == ["high", "low"]
    gone = admin.post(
        "/api/credentials/devices/10.0.0.1/unassign", {"credential_id": rows[0]}, format="json"
    )
    assert gone.json()["message"] == "Credential unassigned from device"
    again = admin.post(
        "/api/credentials/devices/10.0.0.1/unassign", {"credential_id": rows[0]}, format="json"
    )
    assert again.json()["error"]["message"] == "Failed to unassign credential"


def test_a_thousand_uses_are_a_bulk_insert(admin, django_assert_max_num_queries):
    store(admin)
    row = Credential.objects.get()
    uses = [Used(row, f"10.0.0.{n % 250}", "SSH", True) for n in range(1000)]

    with django_assert_max_num_queries(4):
        vault_use.log_uses(uses, actor=None)

    row.refresh_from_db()
    assert row.used_by_count == 1000
    assert CredentialUse.objects.filter(action="used").count() == 1000


def test_key_rotation_goes_on_after_it_was_killed(admin, settings):
    for number in range(30):
        store(admin, name=f"c{number}")
    vault.update_credential(Credential.objects.first().pk, actor=None, body={"password": "other"})
    old = dict(settings.VAULT_KEYS)
    settings.VAULT_KEYS = {"new": bytes(range(32)), **old}

    half = vault_keys.rotate_keys(limit=12)
    assert half.done == 12
    assert half.left == 19
    call_command("rotate_vault_keys", verbosity=0)

    settings.VAULT_KEYS = {"new": bytes(range(32))}
    assert Credential.objects.exclude(key_id="new").count() == 0
    for row in Credential.objects.all():
        assert vault_use.opened(row)["username"] == "op"
    assert CredentialVersion.objects.get().key_id == "new"


def test_the_replaced_vaults_format_is_read():
    master = "test-master-key-0123456789abcdef0123"
    key = secrets.legacy_key(master)
    assert key == b"xyAoMNMZBmQdXgns7wb5o8NUwIwmIVEcGcYpAakVkNA="
    token = Fernet(key).encrypt(json.dumps({"username": "u", "password": SECRET}).encode())
    row = {
        "name": "old",
        "credential_type": "ssh",
        "encrypted_data": base64.b64encode(token).decode(),
    }

    done, refused = vault_keys.import_legacy(
        [row, {"name": "bad", "encrypted_data": "eA=="}], master_key=master
    )

    assert done == 1
    assert refused == ["row 2 (bad): The secret does not open with this key"]
    assert vault_use.opened(Credential.objects.get(name="old"))["password"] == SECRET
    assert vault_keys.import_legacy([row], master_key=master)[0] == 0


def test_enterprise_servers_have_one_default_per_type(admin):
    pk = store(admin).json()["data"]["credential"]["id"]
    for name in ("a", "b"):
        answer = admin.post(
            "/api/credentials/enterprise/configs",
            {"name": name, "auth_type": "radius", "credential_id": pk, "is_default": True},
            format="json",
        )
        assert answer.status_code == 201

    rows = admin.get("/credentials/v1/credentials/enterprise/configs").json()["data"]["configs"]
    assert {row["name"]: row["is_default"] for row in rows} == {"a": False, "b": True}
    bad = admin.post(
        "/api/credentials/enterprise/configs",
        {"name": "c", "auth_type": "magic", "credential_id": pk},
        format="json",
    )
    assert bad.json()["error"]["code"] == "INVALID_AUTH_TYPE"


def test_groups_hold_credentials(admin):
    pk = store(admin).json()["data"]["credential"]["id"]
    group = vault_groups.create_group(actor=None, name="core")
    base = f"/api/credentials/groups/{group.pk}/members"

    assert admin.post(base, {"credential_id": pk}, format="json").json()["message"] == (
        "Credential added to group"
    )
    assert admin.delete(f"{base}/{pk}").json()["message"] == "Credential removed from group"
    assert admin.delete(f"{base}/{pk}").json()["error"]["message"] == "Credential not in group"


def test_the_log_keeps_the_callers_session_and_a_failed_use_keeps_its_sentence(admin):
    admin.post(
        "/api/credentials",
        {"name": "lab", "password": SECRET},
        format="json",
        headers={"X-Session-ID": "desk-7", "X-Request-ID": "req-9"},
    )
    row = Credential.objects.get()
    vault_use.log_uses([Used(row, "10.0.0.1", "SSH", False, "refused")], actor=admin.user)

    made, used = CredentialUse.objects.order_by("pk")
    assert (made.session_id, made.request_id) == ("desk-7", "req-9")
    assert used.action_detail == "Used for SSH authentication to 10.0.0.1"
    assert (used.success, used.error_message) == (False, "refused")


def test_a_credential_is_tried_as_the_type_that_was_named(admin, monkeypatch):
    monkeypatch.setattr("devices.services.vault_test.TRY_S", 0.2)
    store(admin, credential_type="api_key", token=SECRET)
    pk = Credential.objects.get().pk
    body = {"target": "127.0.0.1", "port": 9}

    own = admin.post(f"/api/credentials/{pk}/test", body, format="json").json()["error"]
    named = {**body, "credential_type": "snmp"}
    tried = admin.post(f"/api/credentials/{pk}/test", named, format="json").json()["data"]

    assert own["message"] == "Credentials of type api_key cannot be tested"
    assert tried["success"] is False
    assert CredentialUse.objects.filter(action="used", target_service="SNMP").count() == 1
