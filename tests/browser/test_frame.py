"""The frame in a browser: keys, palette, dialogs, colours, phone; and nothing for axe to find."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask
from tests.browser.conftest import PHONE_WIDTH, NewPage
from tests.factories.accounts import AuditEntryFactory, SessionFactory, UserFactory
from tests.factories.core import QueuedTaskFactory

Axe = Callable[[Page], list[str]]

OVERVIEW, USERS = "/admin/", "/admin/accounts/user/"
QUEUE, AUDIT = "/admin/core/queuedtask/", "/admin/accounts/auditentry/"
PAGES = {
    "overview": OVERVIEW,
    "list": QUEUE,
    "empty list": "/admin/accounts/setting/",
    "form": f"{USERS}add/",
    "keys form": "/admin/accounts/apikey/add/",
    "audit": AUDIT,
    "password": "/admin/password_change/",
}
SMALL_TEXT = """() => [...document.querySelectorAll("body *")].filter(
    node => node.offsetParent
        && [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())
        && parseFloat(getComputedStyle(node).fontSize) < 14).map(node => node.outerHTML)"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rows(person: User) -> list[QueuedTask]:
    """Work in every state, an account, a session and a line of audit beside it."""
    UserFactory(username="zoltan", display_name="Zoltan Nagy", roles=["operator"])
    SessionFactory()
    AuditEntryFactory(before={"mtu": 1500}, after={"mtu": 9000})
    return [QueuedTaskFactory(task=f"tests.{status}", status=status) for status in TaskStatus]


def role_page() -> str:
    return f"/admin/accounts/role/{Role.objects.earliest('pk').pk}/change/"


def ready(page: Page) -> None:
    """Wait until the page's scripts listen; before that, links and forms work as plain ones."""
    expect(page.locator("body")).to_have_class(re.compile(r"\bpb-scripts\b"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, PHONE_WIDTH])
def test_axe_finds_nothing_and_nothing_is_small_or_wide(
    scheme: str, width: int, new_page: NewPage, person: User, rows: list[QueuedTask], axe: Axe
) -> None:
    page = new_page(person, scheme=scheme, width=width)

    for name, address in {**PAGES, "role": role_page()}.items():
        page.goto(address)
        assert axe(page) == [], name
        assert page.evaluate(SMALL_TEXT) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_clean_and_signs_in(
    scheme: str, new_page: NewPage, transactional_db: None, axe: Axe
) -> None:
    user = UserFactory(roles=["super_admin"])
    page = new_page(scheme=scheme)
    page.goto("/admin/")

    assert axe(page) == []
    page.get_by_label("User name or e-mail").fill(user.username)
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.get_by_label("User name or e-mail").input_value() == user.username
    page.get_by_label("Password").fill("correct Horse 4 battery-staple")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_palette_finds_and_opens_by_keyboard_alone(
    page: Page, rows: list[QueuedTask], axe: Axe
) -> None:
    page.goto(OVERVIEW)
    ready(page)

    page.keyboard.press("Control+k")
    page.keyboard.type("zoltan")
    expect(page.get_by_role("option").first).to_contain_text("Zoltan Nagy")
    assert axe(page) == []
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Zoltan Nagy")


def test_the_palette_starts_verbs_and_escape_closes_it(page: Page, rows: list[QueuedTask]) -> None:
    page.goto(OVERVIEW)
    ready(page)
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_be_hidden()

    page.keyboard.press("Control+k")
    page.keyboard.type("add user")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Add user")


def test_slash_goes_to_the_search_and_question_mark_shows_the_keys(
    page: Page, rows: list[QueuedTask]
) -> None:
    page.goto(QUEUE)
    ready(page)

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    page.locator("body").press("Tab")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()


def test_a_chip_filters_and_a_long_menu_narrows(page: Page, rows: list[QueuedTask]) -> None:
    page.goto(QUEUE)

    page.locator("summary", has_text="Status").click()
    page.get_by_role("link", name="Failed", exact=True).click()

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("summary", has_text="Status: Failed")).to_be_visible()
    assert "status__exact=failed" in page.url


def test_ticked_rows_bring_the_bar_and_a_dialog_with_its_answer(
    page: Page, rows: list[QueuedTask], axe: Axe
) -> None:
    page.goto(QUEUE)
    ready(page)
    bar = page.get_by_role("group", name="Ticked rows")
    expect(bar).to_be_hidden()

    page.get_by_label("Tick all rows of this page").check()
    expect(bar).to_contain_text("5 ticked")
    bar.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Cancel: 5 queued tasks")
    assert axe(page) == []
    dialog.get_by_role("button", name="Cancel", exact=True).click()

    expect(dialog).to_contain_text("1 cancelled, 4 refused")
    assert QueuedTask.objects.filter(status=TaskStatus.CANCELLED).count() == 2


def test_a_verb_is_done_and_taken_back(page: Page, rows: list[QueuedTask]) -> None:
    row = QueuedTask.objects.get(task="tests.ready")
    page.goto(f"{QUEUE}{row.pk}/change/")
    ready(page)

    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_contain_text("is cancelled.")
    ready(page)
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("is queued again.")

    row.refresh_from_db()
    assert row.status != TaskStatus.CANCELLED


def test_escape_closes_a_dialog_and_nothing_happened(page: Page, rows: list[QueuedTask]) -> None:
    row = QueuedTask.objects.get(task="tests.ready")
    page.goto(f"{QUEUE}{row.pk}/change/")
    ready(page)

    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    row.refresh_from_db()
    assert row.status == TaskStatus.READY


def test_colours_follow_the_system_until_somebody_chooses(new_page: NewPage, person: User) -> None:
    page = new_page(person, scheme="dark")
    page.goto(OVERVIEW)
    ready(page)
    html = page.locator("html")
    expect(html).to_have_class("dark")

    page.get_by_role("button", name="Colours: system").click()
    expect(html).not_to_have_class("dark")
    page.reload()
    expect(page.get_by_role("button", name="Colours: light")).to_be_visible()
    expect(html).not_to_have_class("dark")


def test_on_a_phone_the_sidebar_opens_and_rows_are_cards_with_their_verb(
    phone_page: Page, rows: list[QueuedTask]
) -> None:
    page = phone_page
    page.goto(QUEUE)

    expect(page.get_by_role("link", name="Run again tests.failed")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Work")).not_to_be_in_viewport()
    page.get_by_role("button", name="Sections").click()
    page.get_by_role("link", name="Schedules").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Schedules")


def test_the_overview_brings_news_without_a_reload(page: Page, rows: list[QueuedTask]) -> None:
    page.goto(OVERVIEW)
    QueuedTaskFactory(task="tests.news", status=TaskStatus.FAILED)

    page.wait_for_function("window.patchbayRefresh")
    page.evaluate("window.patchbayRefresh()")

    expect(page.get_by_role("link", name="tests.news")).to_be_visible()
    expect(page.locator("[data-fresh]")).to_contain_text("As of")


def test_a_card_under_the_pointer_is_not_taken_away(page: Page, rows: list[QueuedTask]) -> None:
    page.goto(OVERVIEW)
    page.get_by_role("link", name="tests.failed").hover()
    QueuedTaskFactory(task="tests.news", status=TaskStatus.FAILED)

    page.wait_for_function("window.patchbayRefresh")
    page.evaluate("window.patchbayRefresh()")

    page.wait_for_timeout(300)
    expect(page.get_by_role("link", name="tests.news")).to_have_count(0)


def test_an_identifier_is_copied_by_a_click(page: Page, rows: list[QueuedTask]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(role_page())
    ready(page)
    button = page.locator(".pb-copy").first
    wanted = button.get_attribute("data-copy")

    button.click(force=True)

    expect(page.locator(".pb-copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_choice_of_columns_is_made_in_the_list(page: Page, rows: list[QueuedTask]) -> None:
    page.goto(QUEUE)

    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Error").uncheck()
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.get_by_role("columnheader", name="Error")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="State")).to_be_visible()
