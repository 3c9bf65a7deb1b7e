"""Pages of the site in Debian's Chromium: light, dark and phone, each of them watched.

A watched page may load from the site only, and may not complain on its console; what it did is in
`complaints(page)`, which must be empty when the test ends; clear it where a complaint is meant.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from accounts.models import User
from accounts.services import sessions
from tests.factories.accounts import UserFactory
from tests.peers.fixtures import required
from tests.peers.process import find_program

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
AXE_CALL = """async (tags) => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
    return found.violations.flatMap(
        rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}: ${rule.help}`));
}"""
PHONE_WIDTH, DESK_WIDTH = 390, 1440
PATIENCE_MS = 45_000  # against hanging; the machine may have much else to do

NewPage = Callable[..., Page]


@contextlib.contextmanager
def _running_chromium() -> Iterator[Browser]:
    program = find_program("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One headless browser for all browser tests."""
    with required(_running_chromium()) as browser:
        yield browser


@pytest.fixture
def site(live_server: Any) -> str:
    """Base address of the site under test, on the database of the test; no slash at the end."""
    return str(live_server.url)


_complaints: dict[Page, list[str]] = {}


def complaints(page: Page) -> list[str]:
    """What went wrong on a watched page so far: other hosts asked for, errors of the console."""
    return _complaints[page]


def _watch(page: Page, origin: str) -> None:
    seen = _complaints.setdefault(page, [])

    def note(request: Request) -> None:
        url = request.url
        if urlsplit(url).scheme not in {"data", "blob"} and not url.startswith(f"{origin}/"):
            seen.append(f"asks another host: {url}")

    page.on("request", note)
    page.on("pageerror", lambda error: seen.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: (
            seen.append(f"console: {message.text}") if message.type == "error" else None
        ),
    )


def sign_in(page: Page, user: User, site: str) -> None:
    """Give the page a session of that person, as after the sign-in form."""
    token = sessions.open_session(user).session_token
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": token, "url": site}
    page.context.add_cookies([cookie])


@pytest.fixture
def new_page(chromium: Browser, site: str) -> Iterator[NewPage]:
    """Open pages: `new_page(user, scheme="dark", width=390)`; without a user not signed in."""
    opened: list[Page] = []

    def open_page(
        user: User | None = None, *, scheme: str = "light", width: int = DESK_WIDTH
    ) -> Page:
        context = chromium.new_context(
            base_url=site,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        _watch(page, site)
        if user is not None:
            sign_in(page, user, site)
        opened.append(page)
        return page

    yield open_page
    found = [complaint for page in opened for complaint in _complaints.pop(page)]
    for page in opened:
        page.context.close()
    assert found == []


@pytest.fixture
def person(transactional_db: None) -> User:
    """The super administrator who is signed in on `page`, `dark_page` and `phone_page`."""
    return UserFactory(roles=["super_admin"])


@pytest.fixture
def page(new_page: NewPage, person: User) -> Page:
    """A light page at a desk."""
    return new_page(person)


@pytest.fixture
def dark_page(new_page: NewPage, person: User) -> Page:
    """A dark page at a desk."""
    return new_page(person, scheme="dark")


@pytest.fixture
def phone_page(new_page: NewPage, person: User) -> Page:
    """A light page on a phone, 390 px wide."""
    return new_page(person, width=PHONE_WIDTH)


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Return what axe finds on a page (WCAG 2.1 A and AA), one line per element."""

    def run(page: Page) -> list[str]:
        page.evaluate(AXE.read_text())
        return list(page.evaluate(AXE_CALL, AXE_TAGS))

    return run
