"""Tags, groups, files and CSV in the admin: given, taken away, refused with nothing written."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from devices.models import Device, DeviceAttachment, DeviceGroupMember, DeviceTag, DeviceTagging
from devices.services import vault, vault_groups
from tests.factories.accounts import UserFactory
from tests.factories.devices import (
    DeviceFactory,
    DeviceGroupFactory,
    DeviceTypeFactory,
    ManagementAddressFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db


def use(page, model, slug, obj, **data):
    address = reverse(f"admin:devices_{model}_verb", args=[slug])
    return page.post(address, {"ids": obj.pk, "confirm": "1", **data})


def shown(page, model, obj, tab=""):
    address = reverse(f"admin:devices_{model}_change", args=[obj.pk])
    return page.get(address, {"tab": tab}).content.decode()


def at(ip, **fields):
    return DeviceFactory(address=ManagementAddressFactory(ip=ip), **fields)


def test_without_tags_the_dialog_says_where_they_are_made(admin_page):
    device = DeviceFactory(name="agg-1")

    page = admin_page.get(
        reverse("admin:devices_device_verb", args=["add-tags"]), {"ids": device.pk}
    )

    add = reverse("admin:devices_devicetag_add")
    assert f'There is no tag yet. <a href="{add}">Add a tag</a>' in page.content.decode()


def test_tags_are_put_on_and_taken_off_and_narrow_the_list(admin_page):
    device, other = DeviceFactory(name="agg-1"), DeviceFactory(name="agg-2")
    core, lab = (DeviceTag.objects.create(name=name) for name in ("core", "lab"))

    use(admin_page, "device", "add-tags", device, tags=[core.pk, lab.pk])
    use(admin_page, "device", "remove-tags", device, tags=[lab.pk])

    assert list(DeviceTagging.objects.values_list("device", "tag")) == [(device.pk, core.pk)]
    text = shown(admin_page, "device", device, "history")
    assert "<dt>Tags</dt><dd>core</dd>" in text
    listed = admin_page.get(
        reverse("admin:devices_device_changelist"), {"tags__id__exact": core.pk}
    ).content.decode()
    assert (device.name in listed, other.name in listed) == (True, False)
    told = AuditEntry.objects.filter(verb__contains="tagged").order_by("pk")
    assert [one.verb for one in told] == ["device.tagged", "device.untagged"]


def test_a_device_is_put_into_a_group_and_taken_out(admin_page):
    device, group = at("10.0.0.7"), DeviceGroupFactory(rule=None)

    use(admin_page, "device", "join-group", device, group=group.pk)
    member = DeviceGroupMember.objects.get()
    use(admin_page, "device", "leave-group", device, group=group.pk)

    assert (member.group, member.ip_address, member.device) == (group, "10.0.0.7", device)
    assert not DeviceGroupMember.objects.exists()


def test_addresses_are_put_into_a_group_and_taken_out(admin_page):
    group = DeviceGroupFactory(rule=None)

    use(admin_page, "devicegroup", "put-in", group, addresses="10.0.0.1-3\n10.0.0.9")
    use(admin_page, "devicegroup", "take-out", group, addresses=["10.0.0.2", "10.0.0.9"])

    kept = DeviceGroupMember.objects.order_by("ip_address")
    assert [row.ip_address for row in kept] == ["10.0.0.1", "10.0.0.3"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("10.0.0.1\nswitch-7", "switch-7 is no IP address."), ("10.0.0.999", "is neither an address")],
)
def test_what_is_no_address_is_refused_and_nothing_is_put_in(admin_page, text, sentence):
    group = DeviceGroupFactory(rule=None)

    answer = use(admin_page, "devicegroup", "put-in", group, addresses=text)

    assert sentence in answer.content.decode()
    assert not DeviceGroupMember.objects.exists()


def test_credentials_are_put_into_their_group_and_taken_out(admin_page):
    group = vault_groups.create_group(actor=None, name="Core")
    rows = [
        vault.create_credential(actor=None, body={"name": name}).credential
        for name in ("one", "two")
    ]

    use(
        admin_page,
        "credentialgroup",
        "add-credentials",
        group,
        credentials=[row.pk for row in rows],
    )
    use(admin_page, "credentialgroup", "remove-credentials", group, credentials=[rows[0].pk])

    assert list(group.credentials.all()) == [rows[1]]
    assert "two" in shown(admin_page, "credentialgroup", group, "credentials")


def test_a_file_is_kept_with_a_device_downloaded_and_removed(admin_page):
    device = DeviceFactory(name="agg-1")
    sent = SimpleUploadedFile("../rack <b>.txt", b"row 4", "text/plain")

    answer = use(admin_page, "device", "attach", device, file=sent)

    row = DeviceAttachment.objects.get()
    page = reverse("admin:devices_device_change", args=[device.pk])
    assert (answer.url, row.file_name, row.size_bytes) == (
        f"{page}?tab=files",
        "rack <b>.txt",
        5,
    )
    download = reverse("admin:devices_deviceattachment_download", args=[row.pk])
    text = shown(admin_page, "device", device, "files")
    assert f'<a href="{download}" download>rack &lt;b&gt;.txt</a>' in text
    got = admin_page.get(download)
    assert b"".join(got.streaming_content) == b"row 4"
    assert got["Content-Disposition"].startswith("attachment")
    use(admin_page, "deviceattachment", "remove", row)
    assert not DeviceAttachment.objects.exists()
    assert admin_page.get(download).status_code == 404


IMPORT = "admin:devices_device_import"
CSV = "name,device_type,site,u_position\nagg-1,Switch,Cork,4\nagg-2,Switch,Cork,\n"


def test_a_csv_file_is_checked_first_and_then_read_in(admin_page):
    sent = {"file": SimpleUploadedFile("devices.csv", CSV.encode())}

    checked = admin_page.post(reverse(IMPORT), {**sent, "check": "1"}).content.decode()

    assert "2 to make, 0 to change, 0 the same." in checked
    assert not Device.objects.exists()
    done = admin_page.post(reverse(IMPORT), {"checked": CSV, "import": "1"})
    assert (done.status_code, done.url) == (302, reverse("admin:devices_device_changelist"))
    assert "2 made, 0 changed, 0 the same." in admin_page.get(done.url).content.decode()
    assert list(Device.objects.values_list("name", "site__name", "u_position")) == [
        ("agg-1", "Cork", 4),
        ("agg-2", "Cork", None),
    ]


def test_the_check_of_a_csv_file_tells_what_each_row_changes(admin_page):
    kind = DeviceTypeFactory(name="Switch")
    held = SiteFactory(name="Dublin")
    DeviceFactory(name="agg-1", device_type=kind, site=held, u_position=3)
    DeviceFactory(name="agg-3", device_type=kind, site=held, u_position=None)
    body = f"{CSV}agg-3,Switch,Dublin,\n<b>,Switch,Cork,\n"
    sent = {"file": SimpleUploadedFile("devices.csv", body.encode())}

    text = admin_page.post(reverse(IMPORT), {**sent, "check": "1"}).content.decode()

    assert "2 to make, 1 to change, 1 the same." in text
    assert "site: <del>Dublin</del> Cork; u_position: <del>3</del> 4" in " ".join(text.split())
    assert [word in text for word in ("agg-2", "agg-3</th>", "<b></th>", "&lt;b&gt;</th>")] == [
        True,
        False,
        False,
        True,
    ]
    assert list(Device.objects.values_list("name", "site__name").order_by("name")) == [
        ("agg-1", "Dublin"),
        ("agg-3", "Dublin"),
    ]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("name,device_type,u_position\nagg-1,Switch,high\n", "u_position must be a whole number"),
        ("colour\nred\n", "The first line must name columns of"),
        ("", "The submitted file is empty."),
    ],
)
def test_a_wrong_csv_file_says_what_is_wrong_and_changes_nothing(admin_page, body, sentence):
    sent = {"file": SimpleUploadedFile("devices.csv", body.encode())}

    answer = admin_page.post(reverse(IMPORT), {**sent, "import": "1"})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Device.objects.exists()


def test_without_a_file_the_import_asks_for_one(admin_page):
    answer = admin_page.post(reverse(IMPORT), {"import": "1"})

    assert "Choose a file." in answer.content.decode()


def test_who_may_only_look_attaches_tags_and_imports_nothing(client):
    device, tag = DeviceFactory(), DeviceTag.objects.create(name="core")
    client.force_login(UserFactory(roles=["viewer"]))

    refused = [
        use(client, "device", "add-tags", device, tags=[tag.pk]).status_code,
        use(client, "device", "attach", device, file=SimpleUploadedFile("a", b"a")).status_code,
        client.post(reverse(IMPORT), {"checked": CSV, "import": "1"}).status_code,
    ]

    assert refused == [403, 403, 403]
    assert not DeviceTagging.objects.exists()
    assert not DeviceAttachment.objects.exists()
    assert Device.objects.get() == device
