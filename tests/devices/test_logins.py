"""Names and passwords checked by a directory and by a RADIUS server."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import socket
import threading
import time

import pytest

from accounts.directory import client
from devices.executors import logins
from devices.executors.snmp_codec import encode_integer, read, tlv
from devices.models import CredentialUse
from devices.services import vault

NAME, PASSWORD, SECRET = "ops", "right-pass-1", "shared-1"


class Radius(threading.Thread):
    """Checks the Message-Authenticator and the hidden password as a server does."""

    def __init__(self, forged: bool = False) -> None:
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port, self.forged = self.sock.getsockname()[1], forged

    def run(self) -> None:
        while True:
            try:
                data, sender = self.sock.recvfrom(4096)
            except OSError:
                return
            key, body = SECRET.encode(), data[20:]
            found = {}
            while body:
                found[body[0]], body = body[2 : body[1]], body[body[1] :]
            blank = data.replace(found[80], bytes(16))
            if hmac.new(key, blank, hashlib.md5).digest() != found[80]:
                continue
            good = found[2] == logins.hidden(PASSWORD.encode(), key, data[4:20])
            head = bytes((2 if good and found[1] == NAME.encode() else 3, data[1])) + b"\x00\x14"
            signed = head + data[4:20] + (b"" if self.forged else key)
            proof = hashlib.md5(signed).digest()  # noqa: S324  the protocol's own
            self.sock.sendto(head + proof, sender)


@pytest.fixture
def radius():
    server = Radius()
    server.start()
    yield server
    server.sock.close()


class Directory(threading.Thread):
    """Answers LDAP binds: success for one name and password, code 49 for others."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                link, _ = self.sock.accept()
            except OSError:
                return
            with link:
                data = link.recv(4096)
                good = NAME.encode() in data and PASSWORD.encode() in data
                _, at, end = read(data, 0, len(data))
                _, start, stop = read(data, at, end)
                number = int.from_bytes(data[start:stop], "big")
                result = tlv(0x0A, b"\x00" if good else b"\x31") + tlv(4, b"") + tlv(4, b"")
                link.sendall(tlv(0x30, encode_integer(number) + tlv(0x61, result)))
                link.recv(64)


@pytest.fixture
def directory():
    server = Directory()
    server.start()
    yield server
    server.sock.close()


def test_radius_tells_right_from_wrong(radius):
    def ask(name=NAME, password=PASSWORD, secret=SECRET):
        return logins.radius_login(
            "127.0.0.1", radius.port, secret, name, password, timeout_s=0.3, retries=0
        )

    assert ask().success
    assert ask(password="wrong").error_code == "auth_failed"
    assert ask(password="x" * 40).error_code == "auth_failed"
    assert ask(secret="other").error_code == "timeout"
    assert ask(secret="").error_code == "invalid"


def test_a_forged_answer_of_radius_is_no_answer():
    server = Radius(forged=True)
    server.start()
    found = logins.radius_login(
        "127.0.0.1", server.port, SECRET, NAME, PASSWORD, timeout_s=0.2, retries=0
    )
    server.sock.close()
    assert (found.success, found.error_code) == (False, "timeout")


def test_a_directory_tells_right_from_wrong(directory):
    pytest.importorskip("ldap3")

    def ask(password=PASSWORD, port=directory.port):
        return logins.ldap_bind("127.0.0.1", port, f"uid={NAME},dc=lab", password)

    assert ask().success
    assert ask("wrong").error_code == "auth_failed"
    assert ask("").error_code == "invalid"
    assert ask(port=9).error_code == "unreachable"


def test_a_directory_that_drips_is_left_in_time(monkeypatch):
    pytest.importorskip("ldap3")
    monkeypatch.setattr(logins, "WHOLE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as sock:

        def serve() -> None:
            line, _ = sock.accept()
            with line, contextlib.suppress(OSError):
                line.recv(4096)
                line.sendall(b"\x30\x83\x00\xff\xff")
                for _ in range(50):
                    line.sendall(b"\x00")
                    time.sleep(0.1)

        threading.Thread(target=serve, daemon=True).start()
        began = time.monotonic()
        found = logins.ldap_bind("127.0.0.1", sock.getsockname()[1], NAME, PASSWORD)

    assert (found.success, found.error_code) == (False, "unreachable")
    assert time.monotonic() - began < 3


JUNK = [
    bytes(50),
    b"\xff" * 50,
    bytes.fromhex("300c020101740c0a010004000400"),
    bytes.fromhex("300e020101610c0a0131040400fffe0400"),
    b"SSH-2.0-OpenSSH_9.2\r\n",
]


@contextlib.contextmanager
def saying(junk: bytes):
    with socket.create_server(("127.0.0.1", 0)) as sock:

        def serve() -> None:
            with contextlib.suppress(OSError):
                line, _ = sock.accept()
                with line:
                    line.recv(4096)
                    line.sendall(junk)

        threading.Thread(target=serve, daemon=True).start()
        yield sock.getsockname()[1]


@pytest.mark.parametrize("junk", JUNK)
def test_a_directory_of_junk_is_no_surprise(junk):
    pytest.importorskip("ldap3")
    with saying(junk) as port:
        found = logins.ldap_bind("127.0.0.1", port, NAME, PASSWORD)
    assert (found.success, found.error_code in {"protocol", "unreachable"}) == (False, True)

    with saying(junk) as port, pytest.raises(client.Unavailable, match="does not answer"):
        client.check(client.Server("127.0.0.1", "dc=x", port), NAME, PASSWORD)


@pytest.mark.django_db
def test_credentials_of_directories_and_radius_servers_are_really_tried(api, directory, radius):
    pytest.importorskip("ldap3")
    admin = api("admin")

    def store(**body):
        made = admin.post("/api/credentials", body, format="json").json()["data"]
        return made["credential"]["id"]

    ldap = store(
        name="dir",
        credential_type="ldap",
        ldap_server="127.0.0.1",
        ldap_port=directory.port,
        bind_dn=f"uid={NAME},dc=lab",
        bind_password=PASSWORD,
    )
    tested = admin.post(
        f"/api/credentials/{ldap}/test", {"target": "127.0.0.1"}, format="json"
    ).json()["data"]
    shared = store(
        name="rad",
        credential_type="radius",
        radius_server="127.0.0.1",
        radius_auth_port=radius.port,
        radius_secret=SECRET,
    )
    config = admin.post(
        "/api/credentials/enterprise/configs",
        {"name": "rad", "auth_type": "radius", "credential_id": shared},
        format="json",
    ).json()["data"]["config"]["id"]
    account = {"name": "svc", "auth_config_id": config, "username": NAME, "password": PASSWORD}
    admin.post("/api/credentials/enterprise/users", account, format="json")
    signed = admin.post(
        "/api/credentials/enterprise/test-connection", {"config_id": config}, format="json"
    ).json()["data"]

    assert (tested["success"], tested["message"]) == (True, "LDAP to 127.0.0.1 works")
    assert (signed["auth_type"], signed["status"]) == ("radius", "authenticated")
    assert CredentialUse.objects.filter(action="used", success=True).count() == 2
    (account,) = admin.get("/api/credentials/enterprise/users").json()["data"]["users"]
    assert account["last_used_at"] is not None


@pytest.mark.parametrize("target", ["-oProxyCommand=x", "not a host", "10.0.0.1;id"])
def test_a_credential_is_not_tried_on_what_is_no_host(api, target):
    body = {"name": "tried", "username": NAME, "password": PASSWORD}
    row = vault.create_credential(actor=None, body=body).credential

    answer = api("admin").post(f"/api/credentials/{row.pk}/test", {"target": target}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"Invalid target: {target}"
    assert not CredentialUse.objects.filter(action="used").exists()
