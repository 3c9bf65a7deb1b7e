"""No address answers a stranger who is not meant to be answered, and none breaks on odd input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from devices.services import live_snmp

PUBLIC = {
    "/": "the front page has links only",
    "/health": "for probes",
    "/api/health": "for probes",
    "/api/health/status": "for probes",
    "/system/v1/health": "for probes; its details are for signed-in people",
    "/api/info": "name, version and addresses only",
    "/api/system/health": "for probes; its checks are for signed-in people",
    "/api/schema": "the description of the interface holds no data",
    "/docs": "shows the schema",
    "/redoc": "shows the schema",
    "/api/auth/login": "how one stops being a stranger",
    "/auth/login": "how one stops being a stranger",
    "/api/auth/login/2fa": "the challenge of the first step is the proof",
    "/auth/login/2fa": "the challenge of the first step is the proof",
    "/api/auth/verify-2fa": "the challenge of the first step is the proof",
    "/api/auth/login/2fa/key": "the challenge of the first step is the proof",
    "/auth/login/2fa/key": "the challenge of the first step is the proof",
    "/api/auth/login/2fa/resend": "the challenge of the first step is the proof",
    "/auth/login/2fa/resend": "the challenge of the first step is the proof",
    "/api/auth/refresh": "the refresh token is the proof",
    "/auth/refresh": "the refresh token is the proof",
    "/auth/logout": "who is not signed in is signed out too",
    "/identity/v1/auth/logout": "who is not signed in is signed out too",
    "/api/auth/password-policy": "read before one has an account",
    "/identity/v1/password-policy": "read before one has an account",
    "/api/auth/validate-password": "asked before one has an account; nothing is kept",
    "/identity/v1/validate-password": "asked before one has an account; nothing is kept",
    "/api/auth/password-reset": "how who forgot a password gets back in",
    "/auth/password-reset": "how who forgot a password gets back in",
    "/api/auth/password-reset/confirm": "the mailed link is the proof",
    "/auth/password-reset/confirm": "the mailed link is the proof",
    "/api/auth/login/enterprise": "how one stops being a stranger",
    "/auth/login/enterprise": "how one stops being a stranger",
    "/api/auth/enterprise-configs": "what the sign-in page offers",
    "/identity/v1/enterprise-configs": "what the sign-in page offers",
    "/admin/login/": "how one stops being a stranger",
    "/admin/password_reset/": "how who forgot a password gets back in",
    "/admin/password_reset/confirm/": "the mailed link is the proof",
    "/admin/logout/": "ends a session that is not there",
    "/admin/jsi18n/": "translated words of the date picker",
    "/admin": "redirects to the admin",
}
PUBLIC |= {
    f"{root}{path}": why
    for root in ("", "/lab")
    for path, why in {
        "/session": "tells whether somebody is signed in",
        "/users/register": "how a researcher joins the lab",
        "/login": "how one stops being a stranger",
        "/logout": "ends a session that is not there",
        "/admin/register": "asks for a secret of the settings",
        "/admin/login": "how one stops being a stranger",
        "/admin/checkAdminSession": "tells whether somebody is signed in",
        "/admin/v2/invitations/accept": "the token of a letter is the proof",
    }.items()
}
PUBLIC |= dict.fromkeys(
    ("/api/prtg/webhook", "/integrations/v1/prtg/webhook"), "the shared secret is the proof"
)
HIDDEN = {"/metrics": "not there for machines outside METRICS_ALLOWED"}
SLOW = {"/api/schema": "builds the whole schema; it reads no query of ours"}
METHODS = ("get", "post", "put", "patch", "delete")
CLOSED = {401, 403, 405}
UPSTREAM = {502, 503, 504}  # another system is not set up or does not answer, said as JSON
ANY_UUID = "5f0c2f4e-8d0a-4a55-9c55-3a1d8a6d0b51"
ODD_VALUES = ("0", "-1", "9" * 30, "x", "\x00", "../..", "é中%a'b\"<b>")
OVERFLOWING = ("9" * 30,)  # all else PostgreSQL is the stricter judge of
QUERY_NAMES = ("q", "search", "ordering", "limit", "offset", "cursor", "fields", "p", "o")
ODD_QUERIES = ("-1", "9" * 30, "\x00", "é'\"<b>%", "id,-id,nothing")
PARAMETER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>(?:[^()]|\([^()]*\))*\)")


def patterns(found: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for entry in found:
        text = prefix + str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, text)
        else:
            yield text


ALL = sorted(set(patterns(get_resolver().url_patterns)))
CATCH_ALL = {text for text in ALL if PARAMETER.sub("", text) == "/admin/"} - {"/admin/"}


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait shortly for devices that are not there."""
    monkeypatch.setattr(live_snmp, "TIMEOUT_S", 0.02)


def filled(text: str, value: str) -> str:
    def word(found: re.Match[str]) -> str:
        return ANY_UUID if value == "1" and "uuid:" in found[0] else quote(value, safe="")

    return PARAMETER.sub(word, text).replace("\\", "")


def tried(values: tuple[str, ...]) -> tuple[str, ...]:
    """All of them on PostgreSQL; on SQLite what only SQLite may trip over."""
    return values if connection.vendor == "postgresql" else OVERFLOWING


def is_broken(answer: HttpResponse) -> bool:
    if answer.status_code in UPSTREAM:
        return "error" not in answer.json()
    return answer.status_code >= 500


def is_redirect_to_sign_in(answer: object) -> bool:
    return answer.status_code == 302 and "/admin/login/" in answer["Location"]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("text", sorted(set(ALL) - set(PUBLIC) - set(HIDDEN) - CATCH_ALL))
def test_an_address_is_closed_to_strangers(text: str, client: Client) -> None:
    client.raise_request_exception = False
    open_methods = {}

    for method in METHODS:
        answer = getattr(client, method)(filled(text, "1"))
        if answer.status_code not in CLOSED and not is_redirect_to_sign_in(answer):
            open_methods[method] = answer.status_code

    assert open_methods == {}


@pytest.mark.django_db
@pytest.mark.parametrize("text", sorted(PUBLIC))
def test_a_public_address_exists_and_answers_a_stranger(text: str, client: Client) -> None:
    assert text in ALL
    assert {getattr(client, method)(text).status_code for method in METHODS} & {
        200,
        302,
        400,
        401,
        415,
        503,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("text", [t for t in ALL if PARAMETER.search(t)])
def test_odd_words_in_an_address_are_never_an_error_page(text: str, admin_page: Client) -> None:
    """Asked for with GET, or with what the address allows instead."""
    admin_page.raise_request_exception = False
    first = admin_page.get(filled(text, "1"))
    allowed = (
        first.headers.get("Allow", "POST").lower().split(", ") if first.status_code == 405 else ()
    )
    call = getattr(admin_page, next((name for name in METHODS if name in allowed), "get"))

    broken = {
        value: answer.status_code
        for value in tried(ODD_VALUES)
        if is_broken(answer := call(filled(text, value)))
    }

    assert broken == {}


@pytest.mark.django_db
@pytest.mark.parametrize("text", sorted(HIDDEN))
def test_a_hidden_address_is_not_there_for_strangers(text: str, client: Client) -> None:
    client.raise_request_exception = False

    stranger = {"REMOTE_ADDR": "192.0.2.7"}
    answers = [getattr(client, method)(text, **stranger).status_code for method in METHODS]

    assert set(answers) <= {404, 405}


@pytest.mark.django_db
@pytest.mark.parametrize("text", [t for t in ALL if not PARAMETER.search(t) and t not in SLOW])
def test_odd_words_in_a_query_are_never_an_error_page(text: str, admin_page: Client) -> None:
    """All known names at once: a page reads those it knows, and must survive each."""
    admin_page.raise_request_exception = False

    broken = {
        value: answer.status_code
        for value in tried(ODD_QUERIES)
        if is_broken(answer := admin_page.get(text, dict.fromkeys(QUERY_NAMES, value)))
    }

    assert broken == {}
