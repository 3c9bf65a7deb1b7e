"""What every test stands on: closed network, quick databases, clients of the API."""

from __future__ import annotations

import gc
import itertools
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from tests import clean_slate
from tests.network_guard import close_network

pytest_plugins = ["tests.peers.fixtures"]

ROUNDS, SOAK_ROUNDS = 30, 1000
GROUPED_FIXTURES = ("chromium", "rabbitmq", "postgres", "s3", "slapd")
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})
LIVE_FIXTURES = frozenset({"rabbitmq", "postgres", "nginx", "serve", "slapd"})

_numbers = itertools.count()

hypothesis_settings.register_profile(
    "patchbay",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("patchbay")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak",
        action="store_true",
        help=f"only the long proofs, {SOAK_ROUNDS} rounds each",
    )
    parser.addoption("--write-access", action="store_true", help="write docs/access-table.csv anew")


def pytest_configure(config: pytest.Config) -> None:
    close_network()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in our thread


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the collector what is loaded by now: it would look at all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes by their argument: packed ones hold the time, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark users of peers and what needs no database, choose daily or long proofs, keep users of
    one peer in one process, begin with what takes long.
    """
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "chromium" in names:
            item.add_marker(pytest.mark.browser)
        if names & LIVE_FIXTURES:
            item.add_marker(pytest.mark.live)
        if not names & DATABASE_FIXTURES and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.once)
    soak = config.getoption("--soak")
    kept = [item for item in items if _belongs(item, soak=soak)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept
    for item in items:
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_is_short)


def _belongs(item: pytest.Item, *, soak: bool) -> bool:
    marked = item.get_closest_marker("soak") is not None
    return marked or "rounds" in getattr(item, "fixturenames", ()) if soak else not marked


def _is_short(item: pytest.Item) -> bool:
    """What is long, or waits for its peer's other users, begins first: nobody waits for it last."""
    return not any(item.get_closest_marker(name) for name in ("xdist_group", "live", "browser"))


def _group(item: pytest.Item) -> str | None:
    if item.get_closest_marker("xdist_group") is not None:
        return None
    names = getattr(item, "fixturenames", ())
    return next((name for name in GROUPED_FIXTURES if name in names), None)


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> int:
    """How often a race is run: 30 in `make test`, 1,000 in `make soak`."""
    return SOAK_ROUNDS if pytestconfig.getoption("--soak") else ROUNDS


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite in a file, as in production: in memory its locks answer differently."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        name = tmp_path_factory.getbasetemp() / "test.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep what the migrations wrote, for after tests that commit."""
    with django_db_blocker.unblock():
        clean_slate.keep()


@pytest.fixture(autouse=True)
def media_folder(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    """Give each test stored files of its own; the folder is made by the first file."""
    folder = tmp_path_factory.getbasetemp() / "media" / str(next(_numbers))
    settings.MEDIA_ROOT = str(folder)
    return folder


class Api:
    """Makes clients of the REST surface; call it with a role, or ask for `anonymous`."""

    @property
    def anonymous(self) -> APIClient:
        """A caller who is not signed in."""
        return APIClient()

    def as_user(self, user: Any) -> APIClient:
        """A caller who is signed in as `user`; CSRF is not asked for."""
        client = APIClient()
        client.force_authenticate(user)
        client.user = user
        return client

    def __call__(self, *roles: str) -> APIClient:
        """A caller who holds the named roles; `client.user` is the account."""
        from tests.factories.accounts import UserFactory

        return self.as_user(UserFactory(roles=roles))


@pytest.fixture
def api(db: None) -> Api:
    """Clients of the REST surface: `api.anonymous`, `api("viewer")`, `api.as_user(user)`."""
    return Api()


@pytest.fixture
def admin_page(db: None) -> Client:
    """A browser-like client of the admin, signed in as a super administrator (`client.user`)."""
    from tests.factories.accounts import UserFactory

    client = Client()
    client.user = UserFactory(roles=["super_admin"])
    client.force_login(client.user)
    return client


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    """Run what waits for the commit: `with commits(): …` in tests inside a transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
