"""Secret documents: their fields by type, sealed and opened; only for the vault service."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from devices.errors import Invalid
from inventory_site.core import crypto
from inventory_site.core.whole import whole_number

MASK = "••••••••"
LEGACY_SALT = b"opsconductor-credential-vault-salt"
LEGACY_ROUNDS = 100_000
META = (
    "name",
    "description",
    "credential_type",
    "valid_from",
    "valid_until",
    "expires_at",
    "category",
    "environment",
    "owner",
    "tags",
    "notes",
    "access_level",
    "allowed_users",
    "allowed_groups",
    "expiration_warning_days",
    "rotation_interval_days",
    "status",
    "is_default",
    "created_by",
    "performed_by",
    "expected_version",
    "rotation_type",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One secret field: its key in the document, the request fields that give it, its default."""

    key: str
    sources: tuple[str, ...]
    default: Any = ""


def _fields(*specs: str | tuple[str, Any] | tuple[str, tuple[str, ...], Any]) -> tuple[Field, ...]:
    found = []
    for spec in specs:
        if isinstance(spec, str):
            found.append(Field(spec, (spec,)))
        elif len(spec) == 2:
            found.append(Field(spec[0], (spec[0],), spec[1]))
        else:
            found.append(Field(spec[0], spec[1], spec[2]))
    return tuple(found)


TYPES: dict[str, tuple[Field, ...]] = {
    "ssh": _fields("username", "password", "private_key", "passphrase", ("port", 22)),
    "snmp": _fields(
        ("version", ("snmp_version", "version"), "2c"),
        "community",
        "security_name",
        "auth_protocol",
        "auth_password",
        "priv_protocol",
        "priv_password",
    ),
    "api_key": _fields("api_key", "api_secret", "token"),
    "password": _fields("username", "password"),
    "winrm": _fields(
        "username",
        "password",
        "domain",
        ("transport", ("winrm_transport", "transport"), "ntlm"),
        ("port", ("winrm_port", "port"), 5985),
    ),
    "certificate": _fields(
        ("certificate", ("certificate", "cert"), ""), "private_key", "passphrase", "ca_certificate"
    ),
    "ldap": _fields(
        ("server", ("ldap_server", "server"), ""),
        ("port", ("ldap_port", "port"), 389),
        ("use_ssl", ("ldap_use_ssl", "use_ssl"), False),
        "bind_dn",
        "bind_password",
        "base_dn",
        ("user_search_filter", "(uid={username})"),
        "group_search_filter",
    ),
    "active_directory": _fields(
        ("host", ("domain_controller", "host"), ""),
        ("domain", ("ad_domain", "domain"), ""),
        ("port", ("ad_port", "port"), 636),
        ("use_ssl", ("ad_use_ssl", "use_ssl"), True),
        "username",
        "password",
        "base_dn",
        ("user_search_filter", "(sAMAccountName={username})"),
        ("bind_dn_template", "{username}@<domain>"),
    ),
    "tacacs": _fields(
        ("server", ("tacacs_server", "server"), ""),
        ("port", ("tacacs_port", "port"), 49),
        ("secret_key", ("tacacs_secret", "secret_key"), ""),
        ("timeout", ("tacacs_timeout", "timeout"), 5),
        ("authentication_type", ("tacacs_auth_type", "authentication_type"), "ascii"),
    ),
    "radius": _fields(
        ("server", ("radius_server", "server"), ""),
        ("auth_port", ("radius_auth_port", "auth_port"), 1812),
        ("acct_port", ("radius_acct_port", "acct_port"), 1813),
        ("secret_key", ("radius_secret", "secret_key"), ""),
        ("timeout", ("radius_timeout", "timeout"), 5),
        ("retries", ("radius_retries", "retries"), 3),
        "nas_identifier",
    ),
}
TYPES["pki"] = TYPES["certificate"]


# One of these is what a credential of the type is for.
NEEDED = {
    "ssh": ("password", "private_key"),
    "password": ("password",),
    "winrm": ("password",),
    "snmp": ("community", "security_name"),
    "api_key": ("api_key", "token"),
    "certificate": ("certificate",),
    "pki": ("certificate",),
    "tacacs": ("tacacs_secret",),
    "radius": ("radius_secret",),
}


def pack(
    kind: str, body: Mapping[str, Any], current: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the secret document of a request, merged field by field over the current one.

    A field that is absent, null or the mask keeps its value; without one its default. Types that
    are not in the table keep every field of the body that is no metadata.
    """
    if kind == "active_directory" and isinstance(body.get("credential_data"), Mapping):
        return {**(current or {}), **_given(dict(body["credential_data"]))}
    if kind not in TYPES:
        free = {name: value for name, value in body.items() if name not in META}
        return {**(current or {}), **_given(free)}
    document: dict[str, Any] = dict(current or {})
    for spec in TYPES[kind]:
        sent = next((body[name] for name in spec.sources if is_given(body.get(name))), None)
        if sent is not None:
            document[spec.key] = _typed(spec, sent)
        elif spec.key not in document:
            document[spec.key] = _default(spec, document)
    return document


def is_empty(kind: str, document: Mapping[str, Any]) -> bool:
    """Whether a document has none of the secrets that its type is for."""
    needed = [spec.key for spec in TYPES.get(kind, ()) if spec.sources[0] in NEEDED.get(kind, ())]
    return bool(needed) and not any(document.get(key) for key in needed)


def lacking(kind: str, document: Mapping[str, Any]) -> list[str]:
    """Say what a document lacks that its type is used with; a secret may come later."""
    if not is_empty(kind, document):
        return []
    return [f"No secret is stored yet; {kind} is used with {' or '.join(NEEDED[kind])}."]


def _default(spec: Field, document: Mapping[str, Any]) -> Any:
    if spec.key == "bind_dn_template":
        return f"{{username}}@{document.get('domain', '')}"
    return spec.default


def _typed(spec: Field, value: Any) -> Any:
    if isinstance(spec.default, bool):
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"true", "1", "yes", "false", "0", "no"}:
            return str(value).lower() in {"true", "1", "yes"}
        raise Invalid(spec.sources[0], f"{spec.sources[0]} must be true or false")
    if isinstance(spec.default, int):
        number = whole_number(value)
        if number is None or not 0 < number < 65536:
            raise Invalid(spec.sources[0], f"{spec.sources[0]} must be a whole number above zero")
        return number
    if not isinstance(value, str):
        raise Invalid(spec.sources[0], f"{spec.sources[0]} must be a text")
    return value


def is_given(value: Any) -> bool:
    """Whether a request field carries a value to store: not null, not the mask."""
    return value is not None and value != MASK


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if is_given(value)}


def seal(document: Mapping[str, Any], *, model: str, pk: int, name: str) -> tuple[str, str]:
    """Encrypt a document for one place; return the text and the id of its key."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return crypto.encrypt(text, bound_to=place(model, pk, name)), crypto.active_key_id()


def open_sealed(value: str, *, model: str, pk: int, name: str) -> dict[str, Any]:
    """Decrypt a document; raises `crypto.CannotDecrypt`."""
    found: dict[str, Any] = json.loads(crypto.decrypt(value, bound_to=place(model, pk, name)))
    return found


def place(model: str, pk: int, name: str) -> str:
    """Name the place a ciphertext lives in; it opens nowhere else."""
    return f"devices.{model}:{pk}:{name}"


def legacy_key(master: str) -> bytes:
    """Derive the replaced vault's Fernet key: PBKDF2-HMAC-SHA256, 100,000 rounds."""
    kdf = PBKDF2HMAC(
        algorithm=hashes.SHA256(), length=32, salt=LEGACY_SALT, iterations=LEGACY_ROUNDS
    )
    return base64.urlsafe_b64encode(kdf.derive(master.encode()))


def open_legacy(value: str, key: bytes) -> dict[str, Any]:
    """Open a document of the replaced vault (base64 around a Fernet token); raises `Invalid`."""
    try:
        token = base64.b64decode(value.encode(), validate=False)
        found = json.loads(Fernet(key).decrypt(token))
    except (InvalidToken, ValueError) as err:
        raise Invalid("encrypted_data", "The secret does not open with this key") from err
    if not isinstance(found, dict):
        raise Invalid("encrypted_data", "The secret is not an object")
    return found


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of itself; `warning` when it could not be read."""

    fingerprint: str = ""
    issuer: str = ""
    subject: str = ""
    serial: str = ""
    key_algorithm: str = ""
    key_size: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    warnings: list[str] = field(default_factory=list)


def read_certificate(pem: str) -> CertificateFacts:
    """Read a PEM certificate; one that does not parse gives a warning and nothing else."""
    try:
        return _facts(x509.load_pem_x509_certificate(pem.encode()))
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        return CertificateFacts(warnings=["The certificate could not be read; stored as it is."])


def _facts(found: x509.Certificate) -> CertificateFacts:
    key = found.public_key()
    algorithm, size = type(key).__name__, getattr(key, "key_size", None)
    if isinstance(key, rsa.RSAPublicKey):
        algorithm = "RSA"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        algorithm = "ECDSA"
    elif isinstance(key, ed25519.Ed25519PublicKey):
        algorithm, size = "Ed25519", 256
    return CertificateFacts(
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
        issuer=found.issuer.rfc4514_string(),
        subject=found.subject.rfc4514_string(),
        serial=str(found.serial_number),
        key_algorithm=algorithm,
        key_size=size,
        valid_from=found.not_valid_before_utc,
        valid_until=found.not_valid_after_utc,
    )
