"""The list of devices filtered and ordered while NetBox is the inventory."""

from __future__ import annotations

import pytest

from accounts.models import Setting
from devices.models import DeviceGroup, DeviceGroupMember
from tests.factories.devices import DeviceFactory, NetBoxCacheEntryFactory, SiteFactory
from tests.factories.devices import ManagementAddressFactory as AddressFactory

pytestmark = pytest.mark.django_db
NINE, TEN, FAR = "10.0.0.9", "10.0.0.10", "10.0.0.100"
COLUMNS = "ip_address, hostname, device_type, manufacturer, site, role, status, netbox_id"


@pytest.fixture
def listed(api):
    Setting.objects.create(key="inventory.inventory_source", value="netbox")
    rows = (
        (TEN, "agg-b", "active", "Lab", "Ciena"),
        (NINE, "agg-c", "offline", "", "Ciena"),
        (FAR, "agg-a", "active", "Attic", "Ciena"),
        ("", "bare", "active", "Lab", "Ciena"),
    )
    for number, (ip, name, status, site, maker) in enumerate(rows, start=1):
        NetBoxCacheEntryFactory(
            netbox_id=number,
            device_ip=ip,
            device_name=name,
            status=status,
            site_name=site,
            manufacturer=maker,
        )
    client = api("viewer")

    def asked(query: str):
        answer = client.get(f"/api/devices?{query}")
        if answer.status_code != 200:
            error = answer.json()["error"]
            return answer.status_code, error.get("details", {}).get("field"), error["message"]
        return [row["ip_address"] for row in answer.json()["data"]]

    return asked


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("order=desc", [FAR, TEN, NINE]),
        ("sort=hostname", [FAR, TEN, NINE]),
        ("sort=hostname&order=desc", [NINE, TEN, FAR]),
        ("sort=site", [FAR, TEN, NINE]),
        ("sort=site&order=desc", [TEN, FAR, NINE]),
        ("sort=manufacturer&order=desc", [NINE, TEN, FAR]),
        ("sort=netbox_id&order=desc", [FAR, NINE, TEN]),
        ("sort=netbox_id&limit=1&offset=1", [NINE]),
        ("status=active", [TEN, FAR]),
        ("status=active&search=agg-a", [FAR]),
        ("status=planned", []),
    ],
)
def test_it_is_filtered_and_ordered_by_what_it_shows(listed, query, wanted):
    assert listed(query) == wanted


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("status=up", "status", "status must be one of NetBox's, such as active or offline"),
        ("sort=last_seen", "sort", f"sort must be one of {COLUMNS}"),
        ("order=sideways", "order", "order must be asc or desc"),
        ("group_id=x", "group_id", "group_id must be the id of a group"),
        ("filter_type=group&filter_id=x", "filter_id", "filter_id must be the id of a group"),
        *(
            (
                f"filter_type={kind}",
                "filter_type",
                "filter_type must be group while NetBox is the source",
            )
            for kind in ("network", "status", "else")
        ),
    ],
)
def test_what_netbox_does_not_tell_is_refused(listed, query, field, said):
    assert listed(query) == (400, field, said)


def test_a_group_means_what_it_lists_and_what_its_rule_matches(listed):
    site = SiteFactory(name="Here")
    DeviceFactory(site=site, address=AddressFactory(ip=FAR))
    DeviceFactory(site=site)
    group = DeviceGroup.objects.create(group_name="Core", rule={"site": "Here"})
    for ip in (NINE, "10.9.9.9"):
        DeviceGroupMember.objects.create(group=group, ip_address=ip)

    assert listed(f"group_id={group.pk}") == [NINE, FAR]
    assert listed(f"filter_type=group&filter_id={group.pk}&status=active") == [FAR]
    assert listed(f"filter_type=group&filter_id={group.pk}&search=agg-b") == [TEN]
    missing = 'Device group with ID "9999" not found'
    assert listed("group_id=9999") == (404, None, missing)
