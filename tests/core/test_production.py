"""Production refuses to start half configured; secrets stay out of logs."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import RequestFactory

from inventory_site.core.redaction import mask_secrets, masked
from inventory_site.settings import env

WHOLE = {
    "SECRET_KEY": "x" * 40,
    "VAULT_KEYS": "one:" + base64.b64encode(b"k" * 32).decode(),
    "ALLOWED_HOSTS": "patchbay.example",
}


SHOW_MAIL = "; from inventory_site.settings import prod; print(prod.EMAIL_BACKEND)"


def start(tmp_path: Path, *, then: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", f"import inventory_site.settings.prod{then}"],
        env={"PATH": os.environ["PATH"], "PATCHBAY_VAR": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_configuration_starts(tmp_path: Path):
    assert start(tmp_path, **WHOLE).returncode == 0


@pytest.mark.parametrize(("url", "kind"), [("", "dummy"), ("smtp://mail.example", "smtp")])
def test_mail_is_never_printed_into_the_log(tmp_path: Path, url: str, kind: str):
    outcome = start(tmp_path, then=SHOW_MAIL, EMAIL_URL=url, **WHOLE)

    assert outcome.stdout.strip() == f"django.core.mail.backends.{kind}.EmailBackend"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://mail.example", "patchbay@localhost"),
        ("smtp://noc%40x.example:pw@mail.example", "noc@x.example"),
        ("smtp://noc@mail.example?from=patchbay@x.example", "patchbay@x.example"),
    ],
)
def test_the_sender_of_mail_can_be_chosen(url: str, sender: str):
    assert env.email(url)["DEFAULT_FROM_EMAIL"] == sender


@pytest.mark.parametrize("missing", sorted(WHOLE))
def test_a_missing_setting_stops_the_start_and_is_named(tmp_path: Path, missing: str):
    outcome = start(tmp_path, **{name: text for name, text in WHOLE.items() if name != missing})

    assert outcome.returncode != 0
    assert f"{missing} is" in outcome.stderr


def test_a_short_vault_key_is_refused(tmp_path: Path):
    outcome = start(tmp_path, **{**WHOLE, "VAULT_KEYS": "one:" + base64.b64encode(b"k").decode()})

    assert "32 bytes" in outcome.stderr


def test_secrets_are_masked_at_any_depth():
    event = {
        "event": "token refreshed",
        "token": "t",
        "headers": {"Cookie": "c", "n": [{"password": 1}]},
    }

    assert mask_secrets(None, "info", event) == {
        "event": "token refreshed",
        "token": "••••",
        "headers": {"Cookie": "••••", "n": [{"password": "••••"}]},
    }
    assert masked({"password": ""}) == {"password": ""}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("payload {'password': 'x', 'n': 1}", "payload {'password': ••••, 'n': 1}"),
        ("""{'api-key': b'a"b', 'who': "it's"}""", """{'api-key': ••••, 'who': "it's"}"""),
        ('got {"access_token":"a\\"b","n":1}', 'got {"access_token":••••,"n":1}'),
        ("""body '{"password": "a\\\\"b", "n": 1}'""", """body '{"password": ••••, "n": 1}'"""),
        ("{'tokens': ['a', {'b': 1}], 'c': 'd'}", "{'tokens': ••••"),
        ("{'password': 'cut off here", "{'password': ••••"),
        ("Login(name='jo', secret='x')", "Login(name='jo', secret=••••)"),
        ("{'password': '', 'token': None}", "{'password': '', 'token': None}"),
        ("the password: it was wrong", "the password: it was wrong"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ••••"),
        ("curl -H 'Authorization: Basic dTpw' -d x", "curl -H 'Authorization: Basic ••••' -d x"),
        ("sent Bearer eyJhbGciOi.J9x to the host", "sent Bearer •••• to the host"),
        ("bearer authentication failed", "bearer authentication failed"),
        ("Cookie: session_id=a1; other=b2", "Cookie: ••••"),
        ("X-Api-Key: k-1", "X-Api-Key: ••••"),
        ("user=a password=h,u;n2, next", "user=a password=••••, next"),
        ("a=1&password=p&x=1", "a=1&password=••••&x=1"),
        ("call(token=t-9)", "call(token=••••)"),
        ("api_key=[1, 2]", "api_key=••••"),
        ("password= token=None secret={}", "password= token=None secret={}"),
        ("user: jo, password: swordfish", "user: jo, password: ••••"),
        ("Password: swordfish; retry in 5 s", "Password: ••••; retry in 5 s"),
        ("a (password: x)\nnext line", "a (password: ••••)\nnext line"),
        ("password: hunter2 was sent", "password: •••• was sent"),
        ("the SNMP community: 'two words' failed", "the SNMP community: •••• failed"),
        ("access-token:a1b2c3 expires", "access-token:•••• expires"),
        ("password: required", "password: required"),
        ("password: at least 12 characters", "password: at least 12 characters"),
        ("password: 12 characters at least", "password: 12 characters at least"),
        ("Unexpected token: '}'", "Unexpected token: '}'"),
        ("invalid_token: signature", "invalid_token: signature"),
        ("tokens: 1500, secret:view", "tokens: 1500, secret:view"),
        ("def a(password: str, token: str)", "def a(password: str, token: str)"),
        ("amqp://user:s3:cr@t@mq:5672/v", "amqp://user:••••@mq:5672/v"),
        ("redis://:pw@cache and https://a.net/", "redis://:••••@cache and https://a.net/"),
        ("GET http://host:80/x@y, http://me@host/", "GET http://host:80/x@y, http://me@host/"),
    ],
)
def test_secrets_within_a_text_are_masked(text: str, shown: str):
    event = {"event": text, "seen": [text], "fault": ValueError(text)}

    told = mask_secrets(None, "info", event)

    assert (told["event"], told["seen"]) == (shown, [shown])
    assert ("••••" in told["fault"]) == ("••••" in shown)


def test_keys_in_addresses_are_masked():
    request = RequestFactory().get("/api/parts/", {"search": "x", "api_key": "k-1", "n": "2"})
    event = {"event": "Not Found: /a?X-Api-Key=k-1", "request": request, "url": "/b?token=k-1"}

    assert mask_secrets(None, "info", event) == {
        "event": "Not Found: /a?X-Api-Key=••••",
        "request": "<WSGIRequest: GET '/api/parts/?search=x&api_key=••••&n=2'>",
        "url": "/b?token=••••",
    }
