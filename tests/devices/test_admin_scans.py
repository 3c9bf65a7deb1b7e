"""The pages of scans and runs: what they say, what they offer, where they lead."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from devices.models import Device, ExecutorRun, InterfaceState, Scan
from devices.services import scans
from inventory_site.core.admin import EMPTY
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db


def at(ip, **fields):
    return DeviceFactory(address=ManagementAddressFactory(ip=ip), **fields)


def shown(page, obj, tab=""):
    model = obj._meta.model_name
    address = reverse(f"admin:devices_{model}_change", args=[obj.pk])
    return page.get(address, {"tab": tab}).content.decode()


def offered(text):
    words = ("review-each", "verbs/accept/", "verbs/cancel/", "verbs/resume/")
    return [word.strip("/").rpartition("/")[2] for word in words if word in text]


def page_of(device):
    return reverse("admin:devices_device_change", args=[device.pk])


def test_a_scan_offers_what_has_sense_now(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1-2"], accept="review")
    seen = [offered(shown(admin_page, scan))]
    scan.results.filter(position=0).update(state="done", is_online=True)
    scan.results.filter(position=1).update(state="done")
    Scan.objects.update(status="completed")
    seen.append(offered(shown(admin_page, scan)))

    scans.review(scan.pk, actor=None, reject=[scan.results.get(position=0).pk])
    seen.append(offered(shown(admin_page, scan)))

    assert seen == [["cancel"], ["review-each", "accept"], []]


def test_a_stopped_scan_counts_what_was_asked_and_goes_on_with_the_rest_only(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1-3"])
    scan.results.filter(position=0).update(state="done")
    scans.cancel_scan(scan.pk, actor=None)

    stopped = shown(admin_page, scan)
    scan.results.update(state="done")
    whole = shown(admin_page, scan)

    assert ("<dd>1 of 3</dd>" in stopped, offered(stopped)) == (True, ["resume"])
    assert ("<dd>3 of 3</dd>" in whole, offered(whole)) == (True, [])


def test_a_failed_scan_says_why_and_goes_on(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1-2"])
    assert "It ended because" not in shown(admin_page, scan)
    Scan.objects.update(status="failed", error="The worker <was> lost")

    text = shown(admin_page, scan)

    assert "It ended because" in text
    assert "The worker &lt;was&gt; lost" in text
    assert offered(text) == ["resume"]


def test_all_that_wait_are_taken_in_and_none_that_was_left_out(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1-2"], accept="review")
    found = {"ping_status": "online", "snmp_status": "no", "target": "10.255.255.1"}
    scan.results.update(state="done", is_online=True, review="pending", result=found)
    Scan.objects.update(status="completed")
    left_out = scan.results.get(position=0)
    scans.review(scan.pk, actor=None, reject=[left_out.pk])

    address = reverse("admin:devices_scan_verb", args=["accept"])
    said = admin_page.post(address, {"ids": scan.pk, "confirm": "1"}, follow=True).content.decode()

    assert "1 device taken in." in said
    states = list(scan.results.order_by("position").values_list("review", flat=True))
    assert states == ["rejected", "accepted"]
    assert Device.objects.filter(address__ip=left_out.target).count() == 0


def test_the_dialog_that_stops_work_says_what_follows_and_has_two_words(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1"])

    text = admin_page.get(
        reverse("admin:devices_scan_verb", args=["cancel"]), {"ids": scan.pk}
    ).content.decode()

    assert "Targets not asked yet are left out; Go on asks them." in text
    assert '<button class="pb-button pb-primary">Stop</button>' in text
    assert "data-close-dialog>Cancel</a>" in text


@pytest.mark.parametrize(
    ("began", "ended", "done", "words"),
    [
        (None, None, 0, "not begun"),
        (30, None, 0, "30 s so far"),
        (30, None, 1, "30 s so far, about 1 min 30 s left"),
        (4000, 100, 4, "took 1 h 5 min"),
    ],
)
def test_work_says_how_long_it_takes(admin_page, began, ended, done, words):
    now = timezone.now()
    run = ExecutorRun.objects.create(
        executor="ping",
        total_targets=4,
        status="running",
        started_at=began and now - timedelta(seconds=began),
        finished_at=ended and now - timedelta(seconds=ended),
    )
    for position in range(4):
        state = "done" if position < done else "waiting"
        run.results.create(target=f"10.0.0.{position}", position=position, state=state)

    assert f"<dt>Time</dt><dd>{words}" in shown(admin_page, run)


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("10.0.0.1\n10.0.0.9-1", "10.0.0.9-1 names no address; ranges go up, as 10.0.0.1-20."),
        ("10.0.0.999", "10.0.0.999 is neither an address"),
        ("group:999", "there is no group 999"),
    ],
)
def test_wrong_targets_are_told_at_their_field(admin_page, where, sentence):
    answer = admin_page.post(
        reverse("admin:devices_scan_add"),
        {"kind": "discovery", "where": where, "accept": "review"},
    )

    field = answer.content.decode().partition('name="where"')[2].partition("pb-help")[0]
    assert sentence in field
    assert not Scan.objects.exists()


def test_targets_and_answers_lead_to_their_devices(admin_page):
    device = at("10.0.0.1", name="agg-1")
    read = scans.start_scan(actor=None, kind="interfaces", targets=["10.0.0.1"])
    found = scans.start_scan(actor=None, targets=["10.0.0.1"])
    run = ExecutorRun.objects.create(executor="ssh", command="x", total_targets=1)
    run.results.create(target="10.0.0.1", position=0, state="done")

    for work in (read, found, run):
        assert f'<a href="{page_of(device)}">' in shown(admin_page, work)


def test_what_a_device_says_of_itself_is_cut(admin_page):
    scan = scans.start_scan(actor=None, targets=["10.255.255.1"])
    scan.results.update(is_online=True, state="done", result={"hostname": "A" * 3000})

    text = shown(admin_page, scan)

    assert f"{'A' * 59}…</span>" in text
    assert "A" * 601 not in text


def test_a_neighbour_is_a_link_with_the_port_at_the_other_end(admin_page):
    here, by_address = at("10.0.0.1"), at("10.0.0.2", name="agg-2")
    by_name = DeviceFactory(name="agg-3", address=None)
    for index, facts in enumerate(
        (
            {"lldp_remote_mgmt_addr": "10.0.0.2", "lldp_remote_port": "5"},
            {"lldp_remote_system_name": "agg-3", "lldp_remote_port": "eth1"},
            {"lldp_remote_system_name": "B" * 3000},
        )
    ):
        InterfaceState.objects.create(
            ip_address="10.0.0.1", interface_index=index, interface_name=f"P{index}", **facts
        )

    text = shown(admin_page, here, "ports")

    assert f'<a href="{page_of(by_address)}">agg-2</a>' in text
    assert f'<a href="{page_of(by_name)}">agg-3</a>' in text
    assert re.findall(r'data-label="Its port">([^<]*)<', text) == ["Port 5", "eth1", EMPTY]
    assert f"{'B' * 39}…</span>" in text
    assert "B" * 401 not in text


@pytest.mark.parametrize(("answered", "word"), [(0, "Failed"), (1, "Partly done"), (2, "Done")])
def test_a_reading_is_done_when_all_was_read(admin_page, answered, word):
    scan = scans.start_scan(actor=None, kind="interfaces", targets=["10.255.255.1-2"])
    scan.results.update(state="done")
    scan.results.filter(position__lt=answered).update(is_online=True)
    Scan.objects.update(status="completed")

    head = (
        shown(admin_page, scan).partition('<header class="pb-head">')[2].partition("</header>")[0]
    )

    assert f"<span>{word}</span>" in head


def test_the_review_says_what_is_known_and_the_history_who_took_it_in(admin_page):
    known = at("10.255.255.1", name="agg-1")
    scan = scans.start_scan(actor=None, targets=["10.255.255.1-2"], accept="review")
    facts = {"ping_status": "online", "snmp_status": "no", "hostname": "agg-2"}
    scan.results.update(state="done", is_online=True, result=facts)
    page = reverse("admin:devices_scan_review", args=[scan.pk])

    text = admin_page.get(page).content.decode()
    admin_page.post(page, {f"row-{row.pk}": "accept" for row in scan.results.all()})

    assert f'<a href="{page_of(known)}">agg-1</a>, refreshed' in text
    assert text.count('data-label="In the register">New</td>') == 1
    made = Device.objects.exclude(pk=known.pk).get()
    assert made.history.get(action="created").changed_by == admin_page.user


def test_who_may_not_add_devices_is_not_offered_to_take_them_in(client):
    client.force_login(UserFactory(roles=["operator"]))
    add = reverse("admin:devices_scan_add")

    text = client.get(add).content.decode()
    refused = client.post(add, {"kind": "discovery", "where": "10.255.255.1", "accept": "auto"})

    assert "Kept for somebody who may add devices" in text
    assert "Take them in at once" not in text
    assert refused.status_code == 200
    assert not Scan.objects.exists()


def test_a_reading_without_a_credential_says_what_helps():
    scan = scans.start_scan(actor=None, kind="interfaces", targets=["127.0.0.9"])

    scans.perform_scan(scan.pk)

    row = scan.results.get()
    assert (row.state, row.error) == (
        "failed",
        "No SSH credential of the vault is for this device: assign one, or make one the default.",
    )


def test_the_wizard_is_named_for_what_it_begins(admin_page):
    added = admin_page.get(reverse("admin:devices_scan_add")).content.decode()
    listed = admin_page.get(reverse("admin:devices_scan_changelist")).content.decode()

    assert "<h1>Discover devices</h1>" in added
    assert 'name="_save" value="1">Start</button>' in added
    assert "Save and add another" not in added
    assert "Discover devices</a>" in listed
