"""A poll of version 3 asks the simulated switches with its own account."""

import pytest
from django.utils import timezone

from devices.models import PollDeviceResult
from devices.services import poll_configs, polling
from tests.devices.conftest import Simulated, simulated
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

__all__ = ["simulated"]

pytestmark = [
    pytest.mark.live,
    pytest.mark.xdist_group("devices-live"),
    pytest.mark.django_db(transaction=True),
]
ACCOUNT = {
    "snmpv3_username": "labv3",
    "snmpv3_auth_protocol": "sha",
    "snmpv3_auth_password": "lab-auth-pass",
    "snmpv3_priv_protocol": "AES128",
    "snmpv3_priv_password": "lab-priv-pass",
}


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({}, "success", ""),
        ({"snmpv3_priv_protocol": None, "snmpv3_auth_protocol": None}, "success", ""),
        ({"snmpv3_auth_password": "not-the-password"}, "failed", "Wrong SNMP PDU digest"),
        ({"snmpv3_username": "stranger"}, "failed", "Unknown USM user"),
        (
            {"snmpv3_auth_password": None},
            "failed",
            "auth_password is required with priv_password",
        ),
    ],
)
def test_a_poll_speaks_version_3_with_its_own_account(
    simulated: Simulated, changed: dict[str, object], status: str, error: str
) -> None:
    address = ManagementAddressFactory(ip="127.0.10.1", snmp_port=simulated.snmp_port)
    DeviceFactory(name="dub-agg-1", address=address)
    body = {"name": "v3", "poll_type": "snmp_interfaces", "target_type": "all"}
    more = {"snmp_version": "3", "snmp_timeout": 2, "snmp_retries": 0}
    config = poll_configs.create(actor=None, body={**body, **more, **ACCOUNT, **changed})

    run = polling.poll(config.pk, timezone.now())

    assert run is not None
    read = PollDeviceResult.objects.get()
    assert (run.status, read.success) == (status, not error)
    assert read.error_message.startswith(error)
    assert (run.records_collected > 0) == (not error)
