"""Lists of devices' app ask the database as often for many rows as for few."""

import pytest

from devices.choices import TargetState
from devices.models import DeviceGroupMember, ScanResult
from tests.factories.devices import (
    DeviceFactory,
    DeviceGroupFactory,
    ManagementAddressFactory,
    ScanFactory,
)

pytestmark = pytest.mark.django_db


def test_groups_and_scans_take_as_many_queries_however_many(api, django_assert_max_num_queries):
    DeviceFactory(name="edge-1", address=ManagementAddressFactory(ip="10.1.0.1"))
    DeviceFactory(name="core-1", address=ManagementAddressFactory(ip="10.1.0.2"))
    for number in range(12):
        group = DeviceGroupFactory(group_name=f"g{number:02}", rule={"name_contains": "edge"})
        for ip in ("10.1.0.1", "10.1.0.2", "10.1.0.9"):
            DeviceGroupMember.objects.create(group=group, ip_address=ip)
        scan = ScanFactory(total_targets=2)
        ScanResult.objects.create(
            scan=scan, position=0, target="10.1.0.1", state=TargetState.DONE, is_online=True
        )
    DeviceGroupFactory(group_name="plain", rule=None)
    viewer = api("viewer")
    viewer.get("/api/scans")

    with django_assert_max_num_queries(10):
        groups = viewer.get("/api/device_groups").json()["data"]
    with django_assert_max_num_queries(10):
        scans = viewer.get("/api/scans").json()["data"]

    sizes = [(one["device_count"], one["known_device_count"]) for one in groups]
    assert sizes == [(3, 2)] * 12 + [(0, 0)]
    assert [(one["progress"], one["discovered_devices"]) for one in scans] == [(50, 1)] * 12
