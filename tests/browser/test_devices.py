"""Devices in a browser: found, taken in, read and measured, within two minutes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from devices.models import (
    Device,
    DeviceGroup,
    ExecutorRun,
    InterfaceState,
    OpticalSample,
    Scan,
)
from devices.services import vault
from tests.browser.conftest import DESK_WIDTH, PHONE_WIDTH, NewPage
from tests.browser.test_stock import go, ready
from tests.devices.conftest import Simulated, simulated
from tests.factories.devices import (
    DeviceFactory,
    DeviceGroupFactory,
    ManagementAddressFactory,
    SiteFactory,
)

__all__ = ["simulated"]

HOME = "/admin/devices/"
WITHIN_S = 120
MINUS = "\u2212"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shell(transactional_db: None, simulated: Simulated) -> None:
    """The simulated switches' account in the vault, for whatever has none of its own."""
    account = simulated.world.scenario["ssh"]
    body = {"name": "Switches", "credential_type": "ssh", **account, "is_default": True}
    vault.create_credential(actor=None, body=body)


def read(page: Page, verb: str) -> None:
    """Use a verb of the list on every device; the work is done when its dialog has answered."""
    go(page, f"{HOME}device/")
    page.get_by_label("Tick all rows of this page").check()
    bar = page.get_by_role("group", name="Ticked rows")
    bar.get_by_role("button", name=verb, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=verb, exact=True).click()
    expect(dialog.get_by_role("button", name=verb, exact=True)).to_have_count(0, timeout=60_000)


@pytest.mark.xdist_group("devices-browser")
def test_switches_are_found_taken_in_and_read_within_two_minutes(
    page: Page, shell: None, simulated: Simulated, axe: Callable[[Page], list[str]]
) -> None:
    began = time.monotonic()
    go(page, f"{HOME}scan/add/")
    page.get_by_label("Targets").fill("127.0.10.1-11")
    page.get_by_label("SNMP port").fill(str(simulated.snmp_port))
    page.get_by_label("SSH port").fill(str(simulated.ssh_port))
    page.get_by_role("button", name="Start", exact=True).click()
    ready(page)
    scan = f"{HOME}scan/{Scan.objects.get().pk}/"
    go(page, f"{scan}change/")
    expect(page.get_by_text("dub-agg-1")).to_be_visible()
    assert Device.objects.count() == 0

    go(page, f"{scan}review/")
    page.get_by_label("Leave out 127.0.10.11").check()
    page.get_by_role("button", name="Save decisions").click()
    ready(page)
    assert Device.objects.current().count() == 10

    read(page, "Read ports")
    read(page, "Measure light")
    device = Device.objects.get(address__ip="127.0.10.1")
    go(page, f"{HOME}device/{device.pk}/change/?tab=ports")
    row = page.locator("tr", has_text="dub-agg-2")
    expect(row).to_contain_text(
        re.compile(rf"Port 5.*Up.*1\.\d\d dBm.*{MINUS}\d\.\d\d dBm.*Good", re.DOTALL)
    )
    expect(row).to_contain_text(f"{MINUS}14.00 dBm to 0.50 dBm")
    assert axe(page) == []

    go(page, f"{HOME}device/topology/")
    expect(page.locator("svg circle")).to_have_count(10)
    assert time.monotonic() - began < WITHIN_S


@pytest.mark.parametrize("kind", ["scan", "executorrun"])
def test_the_page_of_work_under_way_follows_by_itself(page: Page, kind: str) -> None:
    made: Scan | ExecutorRun
    if kind == "scan":
        made = Scan.objects.create(total_targets=2, targets=["10.0.0.1-2"], status="running")
    else:
        made = ExecutorRun.objects.create(executor="ping", total_targets=2, status="running")
    for number in (1, 2):
        made.results.create(target=f"10.0.0.{number}", position=number)
    go(page, f"{HOME}{kind}/{made.pk}/change/")
    expect(page.get_by_text("0 of 2 targets done")).to_be_visible()

    made.results.filter(position=1).update(state="done")
    expect(page.get_by_text("1 of 2 targets done")).to_be_visible(timeout=20_000)

    made.results.update(state="done")
    type(made).objects.filter(pk=made.pk).update(
        status="completed" if kind == "scan" else "success"
    )
    expect(page.locator("[data-watch]")).to_have_count(0, timeout=20_000)


def test_a_secret_is_revealed_on_its_strict_page(page: Page) -> None:
    body = {"name": "lab", "username": "op", "password": "pl4nted-s3cret"}
    row = vault.create_credential(actor=None, body=body).credential
    go(page, f"{HOME}credential/{row.pk}/change/")

    page.get_by_role("link", name="Reveal", exact=True).click()
    page.get_by_label("Why do you need it?").fill("outage 17")
    page.get_by_role("button", name="Show the secret").click()

    expect(page.get_by_text("pl4nted-s3cret")).to_be_visible()
    page.get_by_role("link", name="Back to the credential").click()
    expect(page.get_by_role("heading", name="lab")).to_be_visible()


def test_axe_finds_nothing_on_the_forms_of_devices(
    page: Page, axe: Callable[[Page], list[str]]
) -> None:
    found = {}
    for path in (
        "device/add/",
        "device/import/",
        "device/autodiscovery/",
        "scan/add/",
        "devicegroup/add/",
    ):
        go(page, f"{HOME}{path}")
        page.wait_for_load_state("networkidle")
        if problems := axe(page):
            found[path] = problems

    assert found == {}


@pytest.mark.parametrize("width", [DESK_WIDTH, PHONE_WIDTH])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_review_of_devices_that_are_known(
    new_page: NewPage, person: User, axe: Callable[[Page], list[str]], scheme: str, width: int
) -> None:
    scan = Scan.objects.create(status="completed", accept="review", total_targets=2)
    DeviceFactory(name="agg-sw-1", address=ManagementAddressFactory(ip="10.7.0.1"))
    found = {"ping_status": "online", "snmp_status": "responding", "hostname": "agg-sw-1"}
    for number in (1, 2):
        scan.results.create(
            target=f"10.7.0.{number}", position=number, state="done", is_online=True, result=found
        )
    page = new_page(person, scheme=scheme, width=width)
    go(page, f"{HOME}scan/{scan.pk}/review/")
    expect(page.get_by_role("link", name="agg-sw-1")).to_be_visible()

    assert axe(page) == []


def test_the_form_of_a_poll_asks_for_the_chosen_kind_of_target_only(page: Page) -> None:
    go(page, f"{HOME}pollconfig/add/")
    names = ("The device's address", "The site", "The filter")
    seen = {}

    for kind in ("site", "device", "all"):
        page.get_by_label("Which devices").select_option(kind)
        seen[kind] = [name for name in names if page.get_by_label(name).is_visible()]

    assert seen == {"site": ["The site"], "device": ["The device's address"], "all": []}


def test_a_rule_is_built_of_rows_and_counted(page: Page) -> None:
    dublin, cork = SiteFactory(name="Dublin"), SiteFactory(name="Cork")
    for at, site in enumerate((dublin, dublin, cork)):
        DeviceFactory(
            name=f"core-{at}", site=site, address=ManagementAddressFactory(ip=f"10.7.0.{at + 1}")
        )
    wrong = []
    page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
    go(page, f"{HOME}devicegroup/add/")
    rule = page.locator("textarea[name=rule]")

    page.locator("input[name=group_name]").fill("Core")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Value").select_option("Dublin")
    expect(page.get_by_text("2 devices match now: core-0, core-1.")).to_be_visible()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Value").nth(1).select_option("Cork")
    expect(page.get_by_text("or is", exact=True)).to_be_visible()
    expect(page.get_by_text("3 devices match now: core-0, core-1, core-2.")).to_be_visible()
    page.get_by_text("As JSON").click()
    assert rule.input_value() == '{"site":["Dublin","Cork"]}'
    rule.fill('{"colour": "re')
    expect(page.get_by_text("A rule is JSON, such as")).to_be_visible()
    rule.fill('{"colour": "red"}')
    expect(page.get_by_text("; not colour.")).to_be_visible()
    rule.fill('{"name_contains": "re-2"}')
    expect(page.get_by_text("1 device matches now: core-2.")).to_be_visible()
    assert page.get_by_label("Value").input_value() == "re-2"
    page.get_by_role("button", name="Save", exact=True).click()
    ready(page)

    assert DeviceGroup.objects.get().rule == {"name_contains": "re-2"}
    assert wrong == []


def test_long_names_leave_the_topology_as_wide_as_a_phone(phone_page: Page) -> None:
    long = "n" * 100
    site = SiteFactory(name=long)
    DeviceGroupFactory(group_name=f"g{long[1:]}")
    for at in (1, 2, 3):
        address = ManagementAddressFactory(ip=f"10.7.1.{at}")
        DeviceFactory(name=f"{at}{long[1:]}", site=site, address=address)
    near = {"ip_address": "10.7.1.1", "interface_index": 1, "interface_name": "Port 1"}
    InterfaceState.objects.create(**near, lldp_remote_mgmt_addr="10.7.1.2")

    go(phone_page, f"{HOME}device/topology/")

    assert phone_page.evaluate("document.documentElement.scrollWidth") == PHONE_WIDTH


def test_two_ports_of_one_name_have_a_chart_each(page: Page) -> None:
    device = DeviceFactory(address=ManagementAddressFactory(ip="10.7.2.1"))
    for index, rx in ((1, -5), (2, -12.5)):
        OpticalSample.objects.create(
            device_ip="10.7.2.1", interface_name="eth", interface_index=index, rx_power=rx
        )
    go(page, f"{HOME}device/{device.pk}/change/?tab=charts")
    values = page.locator("[data-values] tbody td").first
    page.get_by_text("Values", exact=True).click()

    expect(values).to_have_text("-5")
    page.locator("select[name=port]").select_option(label="eth, index 2")
    expect(values).to_have_text("-12.5")
