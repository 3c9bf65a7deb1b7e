"""The story of the design tool in a browser: a question answered, an outage that comes and goes."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from lxml import etree
from playwright.sync_api import Page, expect

from accounts.models import User
from networkroutes.demo import load
from networkroutes.models import LatencyProbe, NetworkRoute, SavedSearch
from networkroutes.services import latency_probes
from tests.factories.networkroutes import BulkUploadFactory

DESIGN = "/admin/networkroutes/design/"
MAP = "/admin/networkroutes/map/"
IMPORT = "/admin/networkroutes/import/"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo(person: User) -> None:
    """The demo register, without an outage and with one probe only."""
    load()
    NetworkRoute.objects.filter(live_latency_ms=0).update(live_latency_ms=60)
    LatencyProbe.objects.all().delete()


class Target:
    """A loopback port that a probe measures; it can be stopped and started."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.server: socketserver.TCPServer | None = None

    def start(self) -> None:
        """Accept connections."""
        socketserver.TCPServer.allow_reuse_address = True
        self.server = socketserver.TCPServer(
            ("127.0.0.1", self.port), socketserver.BaseRequestHandler
        )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Refuse them."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def target() -> Iterator[Target]:
    """A target that runs."""
    made = Target()
    made.start()
    yield made
    made.stop()


def probe() -> None:
    """Measure once, in a thread of its own: Playwright's loop runs in this one."""

    def run() -> None:
        try:
            latency_probes.probe_all()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_the_question_of_presales_is_answered_in_a_minute(
    demo: None, page: Page, tmp_path: Path
) -> None:
    page.goto(DESIGN)
    page.get_by_label("From", exact=True).fill("LON1")
    page.get_by_label("To", exact=True).fill("SNG1")
    page.get_by_label("Bandwidth").fill("10")
    page.get_by_label("Latency up to, ms").fill("180")
    page.get_by_label("Diverse twin").select_option("circuit")
    page.get_by_label("Avoid carriers").fill("Meridian Cable")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_label("Term").select_option("24")
    page.get_by_role("button", name="Find path").click()

    expect(page.get_by_role("heading", name="Best path")).to_be_visible()
    expect(page.get_by_role("heading", name="Diverse twin")).to_be_visible()
    expect(page.get_by_text("EUR 35,109.25")).to_be_visible()
    expect(page.locator("path.nr-arc-primary")).to_have_count(1)
    expect(page.locator("path.nr-arc-twin")).to_have_count(1)
    page.get_by_text("Avoided carrier").click()
    expect(page.get_by_role("link", name="LONSNG420017")).to_be_visible()

    with page.expect_download() as sent:
        page.get_by_role("button", name="KMZ").click()
    packed = zipfile.ZipFile(sent.value.path())
    root = etree.fromstring(packed.read("doc.kml"))
    assert len(list(root.iter("{*}LineString"))) == 2

    with page.expect_download() as sent:
        page.get_by_role("link", name="Quote PDF").click()
    assert Path(sent.value.path()).read_bytes().startswith(b"%PDF")

    page.get_by_label("Keep this search as").fill("For the customer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="For the customer")).to_be_visible()
    assert SavedSearch.objects.filter(search_name="For the customer").exists()


def test_a_dead_circuit_shows_on_overview_map_and_client_surface_and_goes_again(
    demo: None, page: Page, target: Target
) -> None:
    route = NetworkRoute.objects.get(circuit_id="LONLON100002")
    LatencyProbe.objects.create(
        route=route,
        kind="tcp",
        target="127.0.0.1",
        tcp_port=target.port,
        timeout_ms=5000,
        losses_to_outage=2,
    )
    probe()
    page.goto("/admin/")
    expect(page.get_by_text("No circuit is down.")).to_be_visible()

    target.stop()
    probe()
    probe()

    page.goto("/admin/")
    expect(page.get_by_role("link", name="LONLON100002 LON1 to LON2")).to_be_visible()
    expect(page.locator(".pb-cardmap polyline.pb-bad")).to_have_count(1)
    page.goto(MAP)
    expect(page.locator("path.nr-arc-outage")).to_have_count(1)
    expect(page.get_by_role("button", name="LONLON100002 Outage")).to_be_visible()
    down = page.request.get("/core_outages").json()
    assert [row["circuit_id"] for row in down] == ["LONLON100002"]

    target.start()
    probe()

    page.goto(MAP)
    is_up = re.compile("LONLON100002 (Active|Over limit)")  # how fast is the machine's affair
    expect(page.get_by_role("button", name=is_up)).to_be_visible()
    expect(page.locator("path.nr-arc-outage")).to_have_count(0)
    assert page.request.get("/core_outages").json() == []
    page.goto("/admin/")
    expect(page.get_by_text("No circuit is down.")).to_be_visible()


def test_two_places_of_the_map_lead_to_a_path_search(demo: None, page: Page) -> None:
    page.goto(MAP)

    page.locator("path.nr-place").nth(0).click(force=True)
    page.get_by_role("button", name="From here").click()
    page.locator("path.nr-place").nth(5).click(force=True)
    page.get_by_role("button", name="To here").click()
    link = page.get_by_role("link", name="Find path")

    expect(link).to_have_attribute("href", f"{DESIGN}?source=AMS1&destination=FRA1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages(
    demo: None,
    scheme: str,
    page: Page,
    dark_page: Page,
    axe: Callable[[Page], list[str]],
) -> None:
    shown = page if scheme == "light" else dark_page
    route = NetworkRoute.objects.get(circuit_id="LONSNG420017")
    asked = "source=LON1&destination=SNG1&bandwidth=10&unit=Gbps&twin=circuit&currency=EUR"
    found = {}

    for path in (
        MAP,
        f"{DESIGN}?{asked}",
        f"{DESIGN}compare/?search={SavedSearch.objects.values_list('pk', flat=True)[0]}",
        IMPORT,
        f"{IMPORT}{BulkUploadFactory(outcome='checking', total_rows=9, checked_rows=4).pk}/",
        f"/admin/networkroutes/networkroute/{route.pk}/change/?tab=map",
        f"/admin/networkroutes/networkroute/{route.pk}/change/?tab=latency",
        "/admin/networkroutes/inventoryrecord/",
        "/admin/networkroutes/pricingconfig/add/",
    ):
        shown.goto(path)
        shown.wait_for_load_state("networkidle")
        if problems := axe(shown):
            found[path] = problems

    assert found == {}


def test_the_pages_fit_a_phone(demo: None, phone_page: Page) -> None:
    wide = {}

    for path in (MAP, f"{DESIGN}?source=LON1&destination=SNG1&twin=node", IMPORT):
        phone_page.goto(path)
        phone_page.wait_for_load_state("networkidle")
        width = phone_page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[path] = width

    assert wide == {}
