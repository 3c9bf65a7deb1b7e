"""Takes the pictures of the documentation from a demo site of its own: `make screenshots`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.peers.process import find_program
from tests.peers.site import ADMIN, PASSWORD, ROOT, home, running_site

FOLDER = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu"]
DESK, PHONE = (1440, 900), (390, 844)
QUESTION = (
    "/admin/networkroutes/design/?source=LON1&destination=SNG1&bandwidth=10&unit=Gbps"
    "&max_latency=180&twin=circuit&currency=EUR&term=24"
)


def _nothing(page: Page) -> None:
    """Show the page as it opens."""


def _open_circuit(page: Page) -> None:
    """Go on to the circuit of the demo with the most channels."""
    page.goto("/admin/networkroutes/networkroute/?q=LONLON100001")
    page.get_by_role("rowheader").get_by_role("link").click()
    page.get_by_role("heading", name="LONLON100001").wait_for()


def _ask(page: Page) -> None:
    """Open the dialog of the first free wavelength."""
    page.get_by_role("link", name="Reserve").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Reserve").wait_for()


def _open_first(page: Page) -> None:
    """Go on to the first object of the list."""
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # a model turns into view


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: where it is taken and what is done before."""

    name: str
    path: str = "/admin/"
    scheme: str = "light"
    size: tuple[int, int] = DESK
    prepare: Callable[[Page], None] = _nothing


PICTURES = (
    Picture("overview"),
    Picture("circuits", "/admin/networkroutes/networkroute/"),
    Picture("circuit", prepare=_open_circuit),
    Picture("circuit-dark", scheme="dark", prepare=_open_circuit),
    Picture("circuit-phone", size=PHONE, prepare=_open_circuit),
    Picture("map", "/admin/networkroutes/map/"),
    Picture("design", QUESTION),
    Picture("devices", "/admin/devices/device/"),
    Picture("parts", "/admin/parts/stockpart/"),
    Picture("box", "/admin/parts/box/", prepare=_open_first),
    Picture("workshop", "/admin/parts/fabricationpart/board/"),
    Picture("model", "/admin/parts/fabricationpart/", prepare=_open_first),
    Picture("model-phone", "/admin/parts/fabricationpart/", size=PHONE, prepare=_open_first),
    Picture("audit", "/admin/accounts/auditentry/"),
    Picture("reserve", "/admin/networkroutes/darkfibrechannel/?state=free", prepare=_ask),
)


def _sign_in(browser: Browser, url: str) -> StorageState:
    """Sign in once, so that the audit's picture shows other things too."""
    page = browser.new_page(base_url=url)
    page.goto("/admin/login/")
    page.locator("input[name=username]").fill(ADMIN)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Overview").wait_for()
    return page.context.storage_state()


def take(browser: Browser, url: str, picture: Picture, signed_in: StorageState) -> Path:
    """Take one picture and return where it is."""
    width, height = picture.size
    context = browser.new_context(
        base_url=url,
        storage_state=signed_in,
        color_scheme=picture.scheme,  # type: ignore[arg-type]  # light or dark
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(picture.path)
    picture.prepare(page)
    page.wait_for_load_state("networkidle")
    target = FOLDER / f"{picture.name}.png"
    page.screenshot(path=target)
    context.close()
    return target


def main() -> int:
    """Take every picture from a fresh demo site."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = find_program("chromium", "chromium")
    with home({"NETWORKROUTES_OPEN_ACCESS": "off"}) as place, sync_playwright() as playwright:
        place.manage("load_demo")
        place.manage("drain_queue")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        with running_site(place) as site:
            signed_in = _sign_in(browser, site.url)
            for picture in PICTURES:
                target = take(browser, site.url, picture, signed_in)
                sys.stdout.write(f"{target.relative_to(ROOT)}\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
