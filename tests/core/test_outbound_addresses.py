"""Whom the house may call, by address and by name; nothing is sent."""

import ipaddress

import pytest

from inventory_site.core.outbound import OutboundRefused
from inventory_site.core.outbound.addresses import (
    is_public,
    parse_target,
    require_allowed,
    require_askable,
)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::5db8:d822", True),
        ("10.1.2.3", False),
        ("172.31.0.1", False),
        ("192.168.0.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  an address to refuse
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("::ffff:10.0.0.1", False),
        ("::10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:a00:1::", False),
        ("2001:0:a00:1::", False),
    ],
)
def test_only_public_addresses_count_as_public(address, public):
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("10.0.0.0/8", True),
        ("10.0.0.7", True),
        ("10.0.0.7:8000", True),
        ("10.0.0.7:8001", False),
        ("10.0.0.8", False),
        ("netbox.example.net", True),
        ("NETBOX.example.net:8000", True),
        ("netbox.example.net:80", False),
        ("example.net", False),
        ("fd00::/8", False),
        ("[fd00::1]:8000", False),
    ],
)
def test_each_kind_of_entry_allows_what_it_says(entry, allowed):
    target = parse_target("http://netbox.example.net:8000/")

    if allowed:
        require_allowed(target, ["10.0.0.7"], [entry])
    else:
        with pytest.raises(OutboundRefused):
            require_allowed(target, ["10.0.0.7"], [entry])


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "ip6-loopback", "a.invalid", "127.0.0.1"]
)
def test_a_name_that_can_never_be_called_is_known_without_dns(host):
    with pytest.raises(OutboundRefused):
        require_askable(f"http://{host}:9/", ["127.0.0.1:8000", "10.0.0.0/8"])


@pytest.mark.parametrize(
    ("host", "entry"),
    [
        ("localhost", "localhost:9"),
        ("localhost", "127.0.0.0/8"),
        ("a.localhost", "::1"),
        ("a.invalid", "a.invalid"),
        ("localhost.example.net", "10.0.0.1"),
        ("notlocalhost", "10.0.0.1"),
    ],
)
def test_a_name_that_may_be_called_some_day_is_taken(host, entry):
    require_askable(f"http://{host}:9/", [entry])


def test_an_address_in_brackets_may_be_allowed_with_its_port():
    target = parse_target("http://[fd00::1]:8000/")

    require_allowed(target, ["fd00::1"], ["[fd00::1]:8000"])
    with pytest.raises(OutboundRefused):
        require_allowed(target, ["fd00::1"], ["[fd00::1]:80"])
