"""Lists of targets as people and programs write them, and who is meant by a description."""

import pytest

from devices import netbox_rules as rules
from devices.addresses import BadTargets, between, expand_lines
from devices.models import NetBoxCacheEntry
from devices.selectors.targeting import safe_resolve
from devices.services import netbox_wanted
from devices.services.netbox_sync import entry_of


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("10.0.0.1-3", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        ("10.0.0.1 - 3", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        ("10.0.0.1- 10.0.0.2", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.254-10.0.1.1", ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]),
        ("10.0.0.0/30,10.0.0.9 10.0.0.1", ["10.0.0.1", "10.0.0.2", "10.0.0.9"]),
        ("host-a", ["host-a"]),
        ("fe80::1 - fe80::2", ["fe80::1", "fe80::2"]),
    ],
)
def test_a_line_is_expanded(line, hosts):
    assert expand_lines([line]) == hosts


@pytest.mark.parametrize("line", ["10.0.0.9-10.0.0.7", "10.0.0.9-7"])
def test_a_range_that_runs_backwards_is_turned_only_where_asked(line):
    with pytest.raises(BadTargets, match="names no address; ranges go up"):
        expand_lines(["10.0.0.1", line])

    assert expand_lines([line], turn_round=True) == ["10.0.0.7", "10.0.0.8", "10.0.0.9"]


@pytest.mark.parametrize("line", ["10.0.0.1-300", "10.0.0.1-x", "10.0.0.1-", "10.0.0.1-fe80::1"])
def test_a_range_that_is_none_is_named(line):
    with pytest.raises(BadTargets, match=line):
        expand_lines(["10.0.0.9", line], turn_round=True)


@pytest.fixture
def netbox(db):
    rows = (
        (1, False, "10.9.0.1", "Dublin DC", "Backbone Switch", ["Core Net"]),
        (1, True, "10.9.0.2", "Dublin DC", "", []),
        (2, False, "10.9.0.3", "東京", "", []),
        (3, False, "10.9.0.4", "大阪", "", []),
        (4, False, "", "Cork", "", []),
    )
    for pk, is_vm, ip, site, role, tags in rows:
        NetBoxCacheEntry.objects.create(
            netbox_id=pk,
            device_name=f"n{pk}",
            is_virtual_machine=is_vm,
            device_ip=ip,
            site_name=site,
            role_name=role,
            tags=tags,
            cluster_name="Lab East" if is_vm else "",
        )


@pytest.mark.parametrize(
    ("config", "targets"),
    [
        ({"site": "dublin-dc"}, ["10.9.0.1", "10.9.0.2"]),
        ({"site": "DUBLIN DC", "include_vms": "false"}, ["10.9.0.1"]),
        ({"role": "backbone-switch"}, ["10.9.0.1"]),
        ({"tag": "core-net"}, ["10.9.0.1"]),
        ({"site": "東京"}, ["10.9.0.3"]),
        ({"site": "dublin"}, []),
        ({"cluster": "lab-east", "site": "dublin-dc"}, ["10.9.0.1", "10.9.0.2"]),
        ({"cluster": "Lab West", "site": "dublin-dc"}, ["10.9.0.1"]),
    ],
)
def test_netbox_is_asked_by_name_or_slug(netbox, config, targets):
    assert safe_resolve("netbox", config)["targets"] == targets


def test_who_has_no_address_is_left_out_with_the_reason(netbox):
    assert safe_resolve("netbox", {"site": "cork"}) == {
        "success": True,
        "targets": [],
        "count": 0,
        "excluded": [{"target": "n4", "reason": "has no primary address"}],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "config", "error"),
    [
        ("static", {"targets": ["a", None]}, "None is neither an address nor a name"),
        ("static", {"targets": [5]}, "5 is neither an address nor a name"),
        (
            "network_range",
            {"cidr": "10.0.0.0/30", "exclude": {"a": 1}},
            "exclude must be a list or text by comma",
        ),
        ("network_range", {"cidr": " "}, "cidr must be a network such as 10.0.0.0/24"),
    ],
)
def test_what_names_no_target_is_refused_and_nobody_is_meant(kind, config, error):
    assert safe_resolve(kind, config) == {"success": False, "targets": [], "error": error}


def test_results_without_an_address_are_no_targets():
    rows = [{"ip": ""}, {"ip": [None, "", "10.0.0.2", "10.0.0.1"]}, {"ip": "10.0.0.2"}]

    found = safe_resolve("previous_result", {"field": "ip", "previous_results": rows})

    assert found["targets"] == ["10.0.0.2", "10.0.0.1"]


def test_the_cluster_of_a_virtual_machine_is_kept():
    kept = [entry_of({"id": 7, "cluster": one})["cluster_name"] for one in ({"name": "Lab"}, None)]

    assert kept == ["Lab", ""]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("10.0.0.1", "10.0.0.3", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        ("10.0.0.3", "10.0.0.2", ["10.0.0.2", "10.0.0.3"]),
        ("10.0.0.3", "2", ["10.0.0.2", "10.0.0.3"]),
        ("10.0.0.1", "10.0.0.1", ["10.0.0.1"]),
        ("", "", []),
    ],
)
def test_what_lies_between_two_addresses(first, last, found):
    assert between(first, last) == found


@pytest.mark.parametrize(
    ("first", "last"), [("10.0.0.1", "junk"), ("10.0.0.1", ""), ("", "10.0.0.1"), ("a", "b")]
)
def test_what_is_no_range_is_refused(first, last):
    with pytest.raises(BadTargets):
        between(first, last)


@pytest.mark.django_db
def test_exclusions_expand_as_recorded():
    lines = "10.0.0.1\n\n10.0.0.6-10.0.0.4\n10.0.1.0/31\nhost-a"
    config = {
        **rules.DEFAULTS,
        "target_type": "ip_list",
        "ip_list": lines,
        "exclude_ips": "10.0.0.5",
    }
    assert netbox_wanted.targets_of(config, {}) == [
        "10.0.0.1",
        "10.0.0.4",
        "10.0.0.6",
        "10.0.1.0",
        "10.0.1.1",
        "host-a",
    ]
