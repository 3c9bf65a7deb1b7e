"""The peers as fixtures of a test session; each is started when the first test asks for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from tests.peers.nginx import Nginx, running_nginx
from tests.peers.postgres import Postgres, running_postgres
from tests.peers.process import MissingPeer
from tests.peers.rabbitmq import Rabbit, running_rabbitmq
from tests.peers.s3 import S3, running_s3
from tests.peers.site import Home, Site, home, running_site
from tests.peers.slapd import Directory, running_slapd
from tests.peers.smtp import SmtpSink, running_smtp

Peer = TypeVar("Peer")


@contextlib.contextmanager
def required(peer: contextlib.AbstractContextManager[Peer]) -> Iterator[Peer]:
    """Run a peer; where its program is missing, skip loudly, and fail under `CI=true`."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(peer)
        except MissingPeer as missing:
            text = f"MISSING PEER: {missing}"
            if os.environ.get("CI") == "true":
                pytest.fail(text)
            pytest.skip(text)
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; `create_database(name)` gives a database of one's own."""
    with required(running_postgres()) as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Rabbit]:
    """A RabbitMQ broker."""
    with required(running_rabbitmq()) as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """An S3 server over HTTP with the site's buckets; `env` makes a site use it."""
    with running_s3() as server:
        yield server


@pytest.fixture(scope="session")
def slapd() -> Iterator[Directory]:
    """A directory server over LDAP and LDAPS; its people are not changed by tests."""
    with required(running_slapd()) as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    """An SMTP server, empty for each test."""
    with running_smtp() as sink:
        yield sink


@pytest.fixture
def nginx() -> Iterator[Callable[[str, int], Nginx]]:
    """Start nginx with given blocks on a given port; ended with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda sites, port: stack.enter_context(required(running_nginx(sites, port)))


@pytest.fixture
def site_home() -> Iterator[Callable[..., Home]]:
    """Make a migrated state folder with a super administrator: `site_home({"NAME": "value"})`."""
    with contextlib.ExitStack() as stack:
        yield lambda env=None: stack.enter_context(home(env))


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Serve a home with granian: `serve(home, workers=1, threads=2)`; ended with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda place, **options: stack.enter_context(running_site(place, **options))
