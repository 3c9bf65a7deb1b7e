"""Lists of devices as CSV and XLSX: whole, defused, without secrets, refused like the list."""

import csv
import io
import zipfile

import pytest
from django.test import override_settings

from accounts.models import Setting
from devices.api import files
from devices.models import DeviceGroup, Scan
from devices.services import poll_configs, vault, vault_use
from tests.factories.devices import (
    DeviceFactory,
    DeviceGroupFactory,
    DeviceHistoryFactory,
    DeviceTypeFactory,
    ManagementAddressFactory,
    NetBoxCacheEntryFactory,
    ScanFactory,
    ScanResultFactory,
)

pytestmark = pytest.mark.django_db
IP = "10.6.0.1"
LISTS = (
    ("/api/devices", "devices"),
    ("/api/devices/summary/networks", files.NETWORKS),
    ("/api/devices/{ip}/groups", files.DEVICE_GROUPS_OF),
    ("/api/devices/{ip}/history", files.DEVICE_HISTORY),
    ("/api/devices/{ip}/interfaces", files.INTERFACES),
    ("/api/devices/{ip}/power-history", files.READINGS),
    ("/api/device_groups", files.GROUPS),
    ("/api/device_groups?type=network", files.NETWORKS),
    ("/inventory/v1/groups", files.GROUPS),
    ("/api/device_groups/{group}/devices", files.GROUP_DEVICES),
    ("/api/scans", files.SCANS),
    ("/api/scans/{scan}/results", files.SCAN_RESULTS),
    ("/api/scans/interfaces/{ip}", files.INTERFACES),
    ("/api/scans/optical", files.INTERFACES),
    ("/api/scans/optical/power-history?ip_address={ip}", files.READINGS),
    ("/api/polling/configs", files.POLLS),
    ("/api/polling/executions", files.POLL_RUNS),
    ("/api/spans", files.SPANS),
    ("/api/prtg/alerts", files.PRTG_ALERTS),
    ("/api/netbox/devices/cached", files.NETBOX_DEVICES),
    ("/api/credentials", files.CREDENTIALS),
    ("/credentials/v1/credentials", files.CREDENTIALS),
    ("/api/credentials/expiring", files.EXPIRING),
    ("/api/credentials/expired", files.EXPIRED),
    ("/api/credentials/audit", files.CREDENTIAL_LOG),
    ("/api/credentials/{credential}/history", files.CREDENTIAL_LOG),
    ("/api/credentials/usage", files.CREDENTIAL_USES),
)
SECRETS = {"community", "password", "secret", "token", "private_key", "passphrase", "key"}


@pytest.fixture
def known(db):
    """One row of what most lists hold."""
    address = ManagementAddressFactory(ip=IP, network_range="10.6.0.0/24")
    device = DeviceFactory(name="=cmd()", address=address)
    DeviceHistoryFactory(device=device, notes="+1")
    group = DeviceGroupFactory(group_name="@core")
    group.members.create(ip_address=IP)
    scan = ScanFactory()
    ScanResultFactory(scan=scan, target=IP, result={"hostname": "-1+2"})
    poll_configs.create(
        actor=None,
        body={
            "name": "=poll",
            "poll_type": "snmp_interfaces",
            "target_type": "all",
            "snmp_community": "pl4nted",
        },
    )
    credential = vault.create_credential(
        actor=None, body={"name": "=vault", "username": "op", "password": "pl4nted"}
    ).credential
    NetBoxCacheEntryFactory(device_name="=box", device_ip="10.6.0.9")
    return {"ip": IP, "group": group.pk, "scan": scan.pk, "credential": credential.pk}


def text_of(answer):
    return b"".join(answer.streaming_content).decode()


def asked(client, path, kind, known):
    path = path.format(**known)
    return client.get(f"{path}{'&' if '?' in path else '?'}format={kind}")


@pytest.mark.parametrize(("path", "file"), LISTS)
def test_each_list_is_a_file_with_its_own_columns(api, known, path, file):
    admin = api("admin")

    sheet = asked(admin, path, "csv", known)
    book = asked(admin, path, "xlsx", known)

    name = file if isinstance(file, str) else file.name
    assert (sheet.status_code, sheet["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert sheet["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    text = text_of(sheet)
    rows = list(csv.reader(io.StringIO(text)))
    if not isinstance(file, str):
        assert tuple(rows[0]) == file.columns
    assert "pl4nted" not in text
    assert not [cell for row in rows[1:] for cell in row if cell[:1] in {"=", "+", "@"}]
    assert book["Content-Disposition"] == f'attachment; filename="{name}.xlsx"'
    with zipfile.ZipFile(io.BytesIO(b"".join(book.streaming_content))) as parts:
        drawn = b"".join(parts.read(one) for one in parts.namelist()).decode("latin-1")
    assert "pl4nted" not in drawn
    assert "<f>" not in drawn


def test_a_file_s_columns_are_those_of_the_list(api, known):
    vault_use.reveal(known["credential"], actor=None, reason="look")
    admin = api("admin")
    for path, file in LISTS:
        if isinstance(file, str):
            continue
        data = admin.get(path.format(**known)).json()["data"]
        rows = data[file.key] if file.key else data
        if isinstance(rows, dict):
            rows = rows.get("entries", rows.get("history", []))
        if rows and file not in {files.NETBOX_DEVICES, files.SCAN_RESULTS}:
            assert set(file.columns) <= set(rows[0]), path


def test_no_file_has_a_column_of_secrets():
    columns = [
        name
        for one in vars(files).values()
        if isinstance(one, files.ListFile)
        for name in one.columns
    ]

    assert not [name for name in columns if SECRETS & set(name.split("_"))]


def test_a_file_holds_all_rows_whatever_the_page_has(api):
    ScanFactory.create_batch(60)

    text = text_of(api("viewer").get("/api/scans?format=csv&limit=5"))

    assert len(text.splitlines()) == 61
    assert [line.split(",")[0] for line in text.splitlines()[1:3]] == [
        str(pk) for pk in Scan.objects.order_by("-pk").values_list("pk", flat=True)[:2]
    ]


def test_what_begins_like_a_formula_is_marked(api, known):
    text = text_of(api("viewer").get("/api/device_groups?format=csv"))

    assert text.splitlines()[1].startswith(f"{known['group']},'@core,")
    assert DeviceGroup.objects.get().group_name == "@core"


def test_the_cache_of_netbox_is_the_devices_file_where_it_is_the_source(api, known):
    Setting.objects.create(key="inventory.inventory_source", value="netbox")

    text = text_of(api("viewer").get("/api/devices?format=csv"))

    assert tuple(text.splitlines()[0].split(",")) == files.NETBOX_SOURCE.columns
    assert text.splitlines()[1].startswith("10.6.0.9,'=box,")


@pytest.mark.parametrize("path", ["/api/devices", "/api/groups", "/api/routes", "/api/locations"])
@pytest.mark.parametrize("accept", ["application/json", "application/json, text/plain, */*"])
def test_the_format_that_is_asked_for_wins_over_what_the_client_always_accepts(api, path, accept):
    client = api("admin")

    file = client.get(f"{path}?format=csv", HTTP_ACCEPT=accept)
    data = client.get(f"{path}?format=json", HTTP_ACCEPT="text/csv")
    other = client.get(f"{path}?format=odt", HTTP_ACCEPT=accept)

    assert (file.status_code, file["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert (data.status_code, data["Content-Type"]) == (200, "application/json")
    assert other.status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_refused_as_its_list_is_and_in_json(api, known, kind):
    for path, _ in LISTS:
        answer = asked(api.anonymous, path, kind, known)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED"), path
    missing = api("admin").get(f"/api/scans/999999/results?format={kind}")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "SCAN_NOT_FOUND")


def test_a_book_that_is_too_long_is_refused(api):
    ScanFactory.create_batch(3)

    with override_settings(EXPORT_MAX_ROWS_XLSX=2):
        answer = api("viewer").get("/api/scans?format=xlsx")

    assert (answer.status_code, answer.json()["error"]["details"]["limit"]) == (413, 2)


def test_the_devices_file_is_a_book_too(api):
    DeviceFactory(name="=cmd()", device_type=DeviceTypeFactory(name="Switch"))

    answer = api("viewer").get("/api/devices?format=xlsx")

    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as parts:
        drawn = b"".join(parts.read(one) for one in parts.namelist()).decode("latin-1")
    assert "'=cmd()" in drawn
    assert "<f>" not in drawn
