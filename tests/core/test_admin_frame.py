"""Sidebar, palette and overview: what a person may not open is not there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory_site.core import registry
from inventory_site.core.admin.context import SECTIONS, sections_for
from inventory_site.core.choices import TaskStatus
from inventory_site.core.registry import (
    CardContent,
    CardLine,
    DashboardCard,
    PaletteVerb,
    SearchHit,
    SearchProvider,
    SidebarEntry,
)
from inventory_site.dashboard import COLUMNS, FIGURES
from parts.services import search
from tests.factories.accounts import UserFactory
from tests.factories.core import QueuedTaskFactory
from tests.factories.devices import DeviceFactory
from tests.factories.fabrication import FabricationPartFactory
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory
from tests.factories.parts import StockPartFactory

pytestmark = pytest.mark.django_db


@contextlib.contextmanager
def registered(kind: registry.Registry[Any], item: Any) -> Iterator[None]:
    kind.register(item)
    try:
        yield
    finally:
        del kind._items[item.slug]


def signed_in(client: Client, *roles: str) -> Client:
    client.user = UserFactory(roles=roles)
    client.force_login(client.user)
    return client


def test_the_sidebar_follows_the_operators_day() -> None:
    titles = [section.title for section in sections_for(UserFactory(roles=["super_admin"]), "/")]

    assert titles == [title for title in SECTIONS if title in titles]
    assert titles[0] == "Overview"
    assert "Settings" in titles


def test_every_registered_entry_belongs_to_a_known_section() -> None:
    assert {entry.section for entry in registry.sidebar} <= set(SECTIONS)


def test_every_card_belongs_to_a_known_column() -> None:
    assert {card.column for card in registry.cards} <= {*COLUMNS, FIGURES}


def test_an_entry_without_permission_is_not_there(client: Client) -> None:
    page = signed_in(client, "viewer").get("/admin/").content.decode()

    assert "/admin/accounts/user/" not in page
    assert "/admin/networkroutes/networkroute/" in page


def test_a_count_is_shown_only_when_it_asks_for_something() -> None:
    user = UserFactory(roles=["super_admin"])
    before = {section.title: section.count for section in sections_for(user, "/")}
    QueuedTaskFactory(status=TaskStatus.FAILED)
    after = {section.title: section.count for section in sections_for(user, "/")}

    assert before["Automation"] == 0
    assert after["Automation"] == 1


def test_the_entry_of_the_open_page_is_marked() -> None:
    sections = sections_for(UserFactory(roles=["super_admin"]), "/admin/accounts/role/3/change/")

    here = [entry.title for section in sections for entry in section.entries if entry.is_here]
    assert here == ["Roles"]


@pytest.mark.once
def test_an_entry_that_leads_to_one_page_of_a_model_stands_for_its_others() -> None:
    for page in ("shoppinglist/", "shoppinglist/4/change/", "shoppinglist/board/"):
        sections = sections_for(UserFactory(roles=["super_admin"]), f"/admin/parts/{page}")

        here = [entry.title for section in sections for entry in section.entries if entry.is_here]
        assert here == ["Shopping"]


def test_an_entry_whose_page_does_not_exist_is_left_out() -> None:
    entry = SidebarEntry(
        "t.ghost", "Ghost", "Alerts", "bell", "admin:no_such_page", "core.view_queuedtask"
    )
    with registered(registry.sidebar, entry):
        sections = sections_for(UserFactory(roles=["super_admin"]), "/")

    assert "Ghost" not in [line.title for section in sections for line in section.entries]


def test_the_palette_finds_objects_pages_and_verbs(admin_page: Client) -> None:
    UserFactory(username="zoltan", display_name="Zoltan Nagy")

    groups = admin_page.get("/admin/palette/", {"q": "zolt"}).json()["groups"]
    verbs = admin_page.get("/admin/palette/", {"q": "add us"}).json()["groups"]

    assert [item["label"] for item in groups[0]["items"]] == ["Zoltan Nagy"]
    assert groups[0]["title"] == "Found"
    assert [item["label"] for group in verbs for item in group["items"]] == ["Add user"]


def test_the_palette_writes_kinds_one_way(admin_page: Client) -> None:
    UserFactory(username="zolaaa")
    DeviceFactory(name="zolaaa-switch")
    NetworkRouteFactory(circuit_id="ZOLAAA000001")
    LocationFactory(location_code="ZOLAAA1")
    FabricationPartFactory(name="zolaaa plate")
    StockPartFactory(description="zolaaa relay")
    search.refresh_all()

    found = admin_page.get("/admin/palette/", {"q": "zolaaa"}).json()["groups"][0]["items"]

    kinds = {hit["note"].split(" · ")[0] for hit in found}
    assert kinds == {"User", "Device", "Circuit", "Location", "Part to make", "Part"}


def test_the_palette_shows_only_what_the_person_may_open(client: Client) -> None:
    UserFactory(username="zoltan")
    signed_in(client, "viewer")

    assert client.get("/admin/palette/", {"q": "zolt"}).json() == {"groups": []}
    labels = [
        item["label"]
        for group in client.get("/admin/palette/").json()["groups"]
        for item in group["items"]
    ]
    assert "Add user" not in labels
    assert "Users" not in labels


def test_a_search_provider_that_fails_leaves_the_others_standing(admin_page: Client) -> None:
    def broken(user: Any, text: str, limit: int) -> list[SearchHit]:
        raise ValueError("a bug")

    UserFactory(username="zoltan")
    provider = SearchProvider("t.broken", "Broken", "accounts.view_user", broken)
    with registered(registry.searches, provider):
        groups = admin_page.get("/admin/palette/", {"q": "zoltan"}).json()["groups"]

    assert [item["label"] for item in groups[0]["items"]] == ["zoltan"]


def test_a_verb_of_the_palette_whose_page_is_missing_is_left_out(admin_page: Client) -> None:
    verb = PaletteVerb("t.ghost", "Ghost verb", "admin:no_such_page", "accounts.view_user")
    with registered(registry.verbs, verb):
        assert admin_page.get("/admin/palette/", {"q": "ghost"}).json() == {"groups": []}


@pytest.mark.parametrize("path", ["/admin/palette/", "/admin/overview/", "/admin/columns/"])
def test_the_frame_answers_nobody_who_is_not_signed_in(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")


def test_a_pure_client_role_does_not_open_the_admin(client: Client) -> None:
    client.force_login(UserFactory())

    assert client.get("/admin/").status_code == 302


def test_the_overview_shows_what_failed_and_what_runs(admin_page: Client) -> None:
    QueuedTaskFactory(task="tests.broken", status=TaskStatus.FAILED, error="Boom: <b>\nat line 3")
    QueuedTaskFactory(task="tests.waiting", status=TaskStatus.READY)

    page = admin_page.get("/admin/").content.decode()
    fresh = admin_page.get("/admin/overview/").content.decode()

    for shown in (page, fresh):
        assert "tests.broken" in shown
        assert "Boom: &lt;b&gt;" in shown
        assert "at line 3" not in shown
        assert "tests.waiting" in shown
    assert "<html" not in fresh


def test_a_card_without_permission_is_not_loaded(client: Client) -> None:
    def load(user: Any) -> CardContent:
        raise AssertionError("loaded without permission")

    card = DashboardCard("t.secret", "Secret", "broken", "accounts.view_apikey", load)
    with registered(registry.cards, card):
        page = signed_in(client, "viewer").get("/admin/").content.decode()

    assert "Secret" not in page


def test_a_card_that_fails_says_so_and_leaves_the_others_standing(admin_page: Client) -> None:
    def load(user: Any) -> CardContent:
        raise ValueError("a bug with a password in it")

    QueuedTaskFactory(task="tests.broken", status=TaskStatus.FAILED)
    card = DashboardCard("t.faulty", "Faulty", "broken", "accounts.view_user", load)
    with registered(registry.cards, card):
        page = admin_page.get("/admin/").content.decode()

    assert "This card could not be read; the system log says why." in page
    assert "password in it" not in page
    assert "tests.broken" in page


def test_quiet_cards_take_one_line(admin_page: Client) -> None:
    page = admin_page.get("/admin/").content.decode()

    assert "No background work has failed." in page
    assert "<h3>Failed work</h3>" not in page


def test_card_text_is_escaped(admin_page: Client) -> None:
    line = CardLine("<script>alert(1)</script>", '/x?a=1&b="2', "{{7*7}}<i>", "bad")
    card = DashboardCard(
        "t.hostile", "<h1>", FIGURES, "accounts.view_user", lambda user: CardContent([line], 1)
    )
    with registered(registry.cards, card):
        page = admin_page.get("/admin/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}&lt;i&gt;" in page


def test_the_overview_asks_the_database_as_often_for_much_work_as_for_little(
    admin_page: Client,
) -> None:
    QueuedTaskFactory(status=TaskStatus.FAILED)
    admin_page.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        admin_page.get("/admin/")
    for _ in range(30):
        QueuedTaskFactory(status=TaskStatus.FAILED)
        QueuedTaskFactory(status=TaskStatus.READY)
    with CaptureQueriesContext(connection) as many:
        admin_page.get("/admin/")

    assert len(few) == len(many)
