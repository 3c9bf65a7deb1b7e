"""Sign-in with a directory, against OpenLDAP's own server."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from accounts.directory import client
from accounts.directory.client import Person, Refused, Server, Unavailable
from tests.peers.process import LOOPBACK, free_port
from tests.peers.slapd import BASE, PASSWORD, Directory


@pytest.fixture
def plain(slapd: Directory) -> Server:
    """The directory without TLS."""
    return Server(LOOPBACK, BASE, slapd.port)


@pytest.fixture
def secured(slapd: Directory) -> Server:
    """The directory over TLS, with its authority known."""
    return Server(LOOPBACK, BASE, slapd.tls_port, use_ssl=True, ca_file=slapd.ca_file)


def test_right_password_tells_who_the_person_is(plain: Server) -> None:
    found = client.check(plain, "ada", PASSWORD)

    assert found == Person("ada", "Ada L.", "ada@example.net", "Ada", "Lovelace", ())


def test_bind_name_can_be_a_template(plain: Server) -> None:
    server = replace(plain, bind_dn_template=f"uid={{username}},{BASE}")

    assert client.check(server, " bo ", PASSWORD).username == "bo"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("ada", ""),
        ("", PASSWORD),
        ("", ""),
        ("  ", PASSWORD),
        ("*", PASSWORD),
        ("a*", PASSWORD),
        ("ada)(uid=*", PASSWORD),
        ("*)(|(uid=bo", PASSWORD),
        (f"ada,{BASE}", PASSWORD),
        ("ada,ou=x", PASSWORD),
        ("ada+cn=Ada", PASSWORD),
        ("a\\64a", PASSWORD),
        ("ada\x00", PASSWORD),
    ],
)
def test_wrong_empty_or_injected_name_is_refused(plain: Server, name: str, password: str) -> None:
    with pytest.raises(Refused):
        client.check(plain, name, password)


def test_name_stays_one_value_of_filter_and_entry_name(plain: Server) -> None:
    assert client.search_filter(plain, "*)(uid=*") == "(uid=\\2a\\29\\28uid=\\2a)"
    assert client.bind_name(plain, "a,b=c") == f"uid=a\\,b\\=c,{BASE}"


def test_tls_with_a_known_authority_works(secured: Server) -> None:
    assert client.check(secured, "ada", PASSWORD).email == "ada@example.net"


def test_start_tls_with_a_known_authority_works(plain: Server, secured: Server) -> None:
    server = replace(plain, start_tls=True, ca_file=secured.ca_file)

    assert client.check(server, "ada", PASSWORD).username == "ada"


def test_certificate_of_an_unknown_authority_is_refused(secured: Server, plain: Server) -> None:
    for server in (replace(secured, ca_file=""), replace(plain, start_tls=True)):
        with pytest.raises(Unavailable, match=r"The certificate of the directory .* not accepted"):
            client.check(server, "ada", PASSWORD)


def test_certificate_of_another_name_is_refused(secured: Server) -> None:
    with pytest.raises(Unavailable, match="certificate"):
        client.check(replace(secured, host="localhost"), "ada", PASSWORD)


def test_unverified_tls_is_possible_only_when_asked_for(secured: Server) -> None:
    server = replace(secured, ca_file="", verify=False)

    assert client.check(server, "ada", PASSWORD).username == "ada"


def test_directory_that_is_down_is_said_at_once() -> None:
    server = Server(LOOPBACK, BASE, free_port())

    with pytest.raises(Unavailable) as caught:
        client.check(server, "ada", PASSWORD)

    assert str(caught.value) == f"The directory {LOOPBACK} does not answer. Try again later."


def test_directory_that_is_silent_is_given_up_within_ten_seconds() -> None:
    with socket.socket() as deaf:
        deaf.bind((LOOPBACK, 0))
        deaf.listen()
        server, began = Server(LOOPBACK, BASE, deaf.getsockname()[1]), time.monotonic()

        with pytest.raises(Unavailable, match="does not answer"):
            client.check(server, "ada", PASSWORD)

    assert time.monotonic() - began < 10


def test_no_error_quotes_the_password(plain: Server) -> None:
    for server in (plain, replace(plain, port=free_port())):
        with pytest.raises((Refused, Unavailable)) as caught:
            client.check(server, "ada", "a very secret word")
        assert "secret" not in f"{caught.value} {caught.value.__cause__!r}"
