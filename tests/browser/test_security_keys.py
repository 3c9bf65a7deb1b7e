"""A security key in Chromium: added on the account's page, used at the sign-in, over CDP."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, SecurityKey, Session, User
from accounts.services import second_factor, sessions
from tests.accounts.ways import code_of
from tests.browser.conftest import NewPage, complaints
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICE = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": False,
    "isUserVerified": False,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(live_server: Any) -> str:
    """The site under a name: keys are bound to names, not to addresses."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def owner(db: None) -> User:
    """Somebody whose second factor is on."""
    user = UserFactory(username="keyowner", roles=["admin"])
    shown = second_factor.set_up(user=user)
    second_factor.enable(user=user, session=None, code=code_of(shown.secret))
    return User.objects.get(pk=user.pk)


def plug_in(page: Page) -> Any:
    """Give the page's browser a security key that is touched at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devtools


def test_a_key_is_added_and_opens_the_admin_in_place_of_a_code(
    new_page: NewPage, site: str, owner: User
) -> None:
    page = new_page(None)
    plug_in(page)
    tokens = sessions.open_session(owner, two_factor_verified=True)
    page.context.add_cookies([{"name": "session_id", "value": tokens.session_token, "url": site}])
    page.goto(f"{site}/admin/account/")
    page.get_by_text("Add a security key").click()
    page.get_by_label("Name of the key").fill("Blue key")
    page.locator("#id_key_password").fill("wrong")
    page.get_by_role("button", name="Add the key").click()
    expect(page.locator("[data-key-add] [data-said]")).to_have_text("Invalid password")
    complaints(page).clear()  # the console tells of the refusal
    page.locator("#id_key_password").fill(PASSWORD)
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("row", name="Blue key")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{site}/admin/login/")
    page.get_by_label("User name or e-mail").fill(owner.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(f"{site}/admin/")

    key = SecurityKey.objects.get()
    assert (key.user, key.uses > 0, key.last_used_at is not None) == (owner, True, True)
    newest = Session.objects.filter(user=owner).latest("pk")
    assert newest.two_factor_verified
    assert AuditEntry.objects.filter(verb="second_factor.key_added", outcome="success").count() == 1
