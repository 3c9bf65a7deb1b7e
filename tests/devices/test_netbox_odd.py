"""A NetBox that is slow, changes meanwhile or answers oddly, and bodies that cannot be done."""

from __future__ import annotations

import threading

import pytest

from devices.errors import Invalid
from devices.models import ExecutorRun, NetBoxCacheEntry
from devices.services import netbox_client, netbox_upsert
from tests.devices.json_stub import json_server
from tests.devices.netbox_stub import TOKEN, netbox

pytestmark = pytest.mark.django_db

ODD = [
    {"results": "abc", "count": 3},
    {"results": [1, "a", None], "count": "x"},
    {"results": [{"id": "7", "name": "x"}], "next": "http://[bad"},
    {"results": [{"id": 2**63, "name": "x"}]},
    {"id": 9, "prefix": "net", "start_address": None},
    ["list"],
]


@pytest.mark.parametrize("found", ODD)
def test_an_answer_of_an_odd_shape_is_told_and_never_an_error_of_ours(api, found):
    admin = api("admin")
    calls = (
        ("get", "devices", None),
        ("get", "sites", None),
        ("get", "devices/9/interfaces", None),
        ("post", "sync", {}),
        ("post", "discover", {"ip_address": "10.9.0.1"}),
        ("post", "autodiscovery", {"target_type": "netbox_prefix", "netbox_prefix_id": 9}),
        ("post", "autodiscovery", {"target_type": "netbox_ip_range", "netbox_ip_range_id": 9}),
    )
    with json_server(lambda _: (200, found)) as stub:
        admin.put("/api/netbox/settings", {"url": stub.url, "token": TOKEN}, format="json")
        answers = [
            getattr(admin, method)(f"/api/netbox/{end}", body, format="json").status_code
            for method, end, body in calls
        ]

    assert {*answers} <= {200, 202, 400, 502}
    assert answers[4] in {400, 502}


def test_a_netbox_that_changes_while_it_is_read_loses_nothing_from_the_cache(api):
    def page(asked):
        if "virtual-machines" in asked.path:
            return 200, {"count": 0, "next": None, "results": []}
        if asked.query.get("offset") == "0":
            first = [{"id": pk, "name": f"n{pk}"} for pk in (1, 2)]
            return 200, {"count": 4, "next": "http://x/?offset=2", "results": first}
        return 200, {"count": 3, "next": None, "results": [{"id": 4, "name": "n4"}]}

    admin = api("admin")
    NetBoxCacheEntry.objects.create(netbox_id=3, device_name="n3")
    with json_server(page) as stub:
        admin.put("/api/netbox/settings", {"url": stub.url, "token": TOKEN}, format="json")
        done = admin.post("/api/netbox/sync").json()["data"]

    assert done == {"inserted": 3, "updated": 0, "errors": 0, "total": 3}
    assert sorted(NetBoxCacheEntry.objects.values_list("netbox_id", flat=True)) == [1, 2, 3, 4]


def test_a_list_that_goes_on_past_its_count_is_told_and_not_kept(api):
    asked = []

    def page(call):
        asked.append(call.path)
        start = int(call.query.get("offset", 0))
        rows = [{"id": start + one, "name": f"n{start + one}"} for one in range(1, 101)]
        return 200, {"count": 250, "next": f"http://x/?offset={start + 100}", "results": rows}

    admin = api("admin")
    with json_server(page) as stub:
        admin.put("/api/netbox/settings", {"url": stub.url, "token": TOKEN}, format="json")
        answer = admin.post("/api/netbox/sync")

    text = "NetBox API error: the list goes on past its count"
    assert (answer.status_code, answer.json()["error"]["message"]) == (502, text)
    assert (len(asked), NetBoxCacheEntry.objects.exists()) == (3, False)


def test_a_netbox_that_echoes_our_token_does_not_show_it(api):
    echo = {"detail": "x" * 450 + f"Token {TOKEN}"}
    with json_server(lambda _: (403, echo)) as stub:
        settings = {"url": stub.url, "token": TOKEN}
        api("admin").put("/api/netbox/settings", settings, format="json")
        answer = api("viewer").get("/api/netbox/devices")

    text = answer.json()["error"]["message"]
    assert answer.status_code == 502
    assert text.startswith('NetBox API error: 403 {"detail"')
    assert "Token ••••••••" in text
    assert TOKEN[:8] not in text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hostname", {"a": 1}, "hostname must be a text"),
        ("serial", 5, "serial must be a text"),
        ("tags", "x", "tags must be a list"),
    ],
)
def test_a_found_device_of_wrong_kinds_is_refused_before_netbox_is_asked(api, field, value, said):
    asked = []
    with json_server(lambda call: (asked.append(call.path), (200, {}))[1]) as stub:
        admin = api("admin")
        admin.put("/api/netbox/settings", {"url": stub.url, "token": TOKEN}, format="json")
        body = {"ip_address": "10.9.0.1", field: value}
        answer = admin.post("/api/netbox/discover", body, format="json")

    assert (answer.status_code, answer.json()["error"]["message"], asked) == (400, said, [])


def test_tags_of_an_action_must_be_a_list():
    with pytest.raises(Invalid, match="tags must be a list"):
        netbox_upsert.tag_ids(netbox_client.NetBoxClient("http://127.0.0.1:9", TOKEN), "bt2")


def test_calls_that_a_page_waits_for_end_within_seconds(api, monkeypatch):
    go_on = threading.Event()

    def mute(asked):
        go_on.wait(30)
        return 200, {}

    admin = api("admin")
    monkeypatch.setattr(netbox_client, "QUICK_S", 0.3)
    admin.post("/api/devices", {"ip_address": "10.9.0.1", "name": "agg-1"}, format="json")
    calls = (
        ("discover", {"ip_address": "10.9.0.1"}),
        ("autodiscovery", {"target_type": "netbox_prefix", "netbox_prefix_id": 9}),
        ("inventory/sync", {"direction": "push"}),
    )
    with json_server(mute) as stub:
        admin.put("/api/netbox/settings", {"url": stub.url, "token": TOKEN}, format="json")
        told = [
            admin.post(f"/api/netbox/{end}", body, format="json").content.decode()
            for end, body in calls
        ]
        go_on.set()

    assert all("NetBox did not answer all within" in text for text in told)


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("ports_to_scan", "22,abc", "ports_to_scan: abc is no port or range of ports"),
        ("ping_count", 0, "ping_count must be a whole number from 1 to 10"),
        ("snmp_enabled", "no", "snmp_enabled must be true or false"),
        ("default_site", "\u0663", "default_site must be a whole number"),
        ("exclude_ips", "10.0.0.300", "10.0.0.300 is neither an address, a range, a network nor "),
    ],
)
def test_an_autodiscovery_that_cannot_be_done_is_refused_by_its_field(api, field, sent, said):
    body = {"target_type": "ip_list", "ip_list": "127.0.10.1", field: sent}

    answer = api("admin").post("/api/netbox/autodiscovery", body, format="json")

    error = answer.json()["error"]
    assert (answer.status_code, error["details"]["field"]) == (400, field)
    assert error["message"].startswith(said)
    assert not ExecutorRun.objects.exists()


@pytest.mark.parametrize("lacking", ["site_id", "role_id", "device_type_id"])
def test_of_what_a_new_device_lacks_the_first_is_named(api, lacking):
    ids = {"site_id": 5, "role_id": 6, "device_type_id": 7}
    body = {"ip_address": "10.0.0.1", **{name: pk for name, pk in ids.items() if name != lacking}}
    with netbox() as box:
        where = {"url": box.url, "token": TOKEN}
        api("admin").put("/api/netbox/settings", where, format="json")
        answer = api("admin").post("/api/netbox/discover", body, format="json")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, lacking)
    assert box.tables == {}
