"""Outgoing HTTP over TLS, against real servers on loopback."""

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from inventory_site.core.outbound import OutboundRefused, fetch
from tests.core.test_outbound import reason_of, serving, web

__all__ = ["web"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for inventory.example.net that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inventory.example.net")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("inventory.example.net")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure_web(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked = []
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    with serving(context) as server:
        server.names = asked
        yield server


def call_secure(server, host="inventory.example.net", tls=None, **options):
    return fetch(
        f"https://{host}:{server.port}/",
        resolver=lambda *_: ["127.0.0.1"],
        allow=["127.0.0.1"],
        tls=tls,
        **options,
    )


def test_tls_asks_for_the_name_and_checks_it(secure_web, certificate):
    secure_web.pages["/"] = (200, {}, b"safe")
    trusting = ssl.create_default_context(cafile=str(certificate))

    assert call_secure(secure_web, tls=trusting).body == b"safe"
    assert secure_web.names == ["inventory.example.net"]
    assert reason_of(lambda: call_secure(secure_web)) == "tls"
    assert reason_of(lambda: call_secure(secure_web, "other.example.net", trusting)) == "tls"


def test_a_step_down_from_https_is_refused(secure_web, certificate, web):
    secure_web.pages["/"] = (302, {"Location": f"{web.url}/"}, b"")

    with pytest.raises(OutboundRefused):
        call_secure(secure_web, tls=ssl.create_default_context(cafile=str(certificate)))

    assert web.asked == []


def test_a_name_that_does_not_exist_is_a_failure():
    assert reason_of(lambda: fetch("http://nowhere.invalid/")) == "not_found"
    assert (
        reason_of(lambda: fetch("http://empty.example.net/", resolver=lambda *_: [])) == "not_found"
    )
