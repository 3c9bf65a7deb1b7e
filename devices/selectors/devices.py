"""Reads of devices: the operations list, summaries, the facts of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce, NullIf

from devices.addresses import chunks, normal_ip
from devices.choices import PingStatus
from devices.errors import Invalid, InvalidAddress, Missing
from devices.models import Device, DeviceGroup, ManagementAddress
from devices.models.devices import ONLINE_WORDS, with_state
from devices.models.devices import in_state as of_state
from devices.models.types import UNKNOWN_TYPE
from devices.selectors.groups import known_addresses
from inventory_site.core.whole import whole_number

STATUS_FIELDS = {
    "ping": "address__ping_status",
    "snmp": "address__snmp_status",
    "ssh": "address__ssh_status",
    "rdp": "address__rdp_status",
}
FACTS = (
    "network_range",
    "ping_status",
    "snmp_status",
    "ssh_status",
    "rdp_status",
    "scan_timestamp",
    "snmp_description",
    "snmp_hostname",
    "snmp_location",
    "snmp_contact",
    "snmp_uptime",
    "snmp_vendor_oid",
    "snmp_vendor_name",
    "snmp_model",
    "snmp_chassis_mac",
    "snmp_serial",
)
COLUMNS: dict[str, str] = {
    "id": "id",
    "name": "name",
    "ip_address": "address__ip",
    **{name: f"address__{name}" for name in FACTS},
    "device_type": "device_type__name",
    "manufacturer": "manufacturer__name",
    "hardware_model": "hardware_model",
    "site": "site__name",
    "rack": "rack",
    "u_position": "u_position",
    "role": "role",
    "lab_status": "lab_status",
    "oi_id": "oi_id",
    "serial_number": "serial_number",
    "software_version": "software_version",
    "mac_address": "mac_address",
    "owner_group": "owner_group",
    "register_hostname": "hostname",
    "metadata": "metadata",
    "first_seen": "address__first_seen_at",
    "last_seen": "address__last_seen_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "version": "version",
    "device_type_id": "device_type_id",
    "manufacturer_id": "manufacturer_id",
    "site_id": "site_id",
}
TEXT = TextField()
BLANK = Value("", output_field=TEXT)
SORTS: dict[str, Any] = {  # as they are shown
    "ip_address": "address__sort_key",
    "name": "name",
    "hostname": Coalesce(NullIf("address__snmp_hostname", BLANK), "hostname", output_field=TEXT),
    "status": Case(
        *(When(of_state(one), then=Value(one.value)) for one in (PingStatus.UP, PingStatus.DOWN)),
        default=Value(PingStatus.UNKNOWN.value),
        output_field=TEXT,
    ),
    "vendor": Coalesce(
        NullIf("address__snmp_vendor_name", BLANK), "manufacturer__name", output_field=TEXT
    ),
    "device_type": "device_type__name",
    "site": "site__name",
    "last_seen": "address__last_seen_at",
    "updated_at": "updated_at",
    "created_at": "created_at",
}
SEARCH_LIMIT = 100
AT_ONCE = 500  # ids of one question


def figures() -> dict[str, int]:
    """Return how many devices there are, and how many answer their last ping or do not."""
    rows = Device.objects.current()
    return {
        "total": rows.count(),
        "up": with_state(rows, PingStatus.UP).count(),
        "down": with_state(rows, PingStatus.DOWN).count(),
    }


def all_devices() -> QuerySet[Device]:
    """Return what the operations list shows: one device per address, and those without one."""
    lowest = (
        Device.objects.current()
        .filter(address__isnull=False)
        .order_by()
        .values("address")
        .annotate(lowest=Min("pk"))
        .values("lowest")
    )
    rows = Device.objects.current().filter(Q(pk__in=lowest) | Q(address__isnull=True))
    return rows.order_by(F("address__sort_key").asc(nulls_last=True), "pk")


def searched(rows: QuerySet[Device], text: str) -> QuerySet[Device]:
    """Find in address, hostname, description, name and serial number, in any case."""
    return rows.filter(
        Q(address__ip__icontains=text)
        | Q(address__snmp_hostname__icontains=text)
        | Q(address__snmp_description__icontains=text)
        | Q(name__icontains=text)
        | Q(serial_number__icontains=text)
    )


def filtered(
    rows: QuerySet[Device], kind: str, wanted: str, *, field: str = "filter_id"
) -> QuerySet[Device]:
    """Apply `filter_type` and `filter_id`; raises `Invalid` for what it does not know.

    `field` is what the query calls the id.
    """
    if kind == "network":
        return rows.filter(address__network_range=wanted)
    if kind == "group":
        return rows.filter(address__in=known_addresses(group_of(wanted, field)))
    if kind == "status":
        name, colon, value = wanted.partition(":")
        if name not in STATUS_FIELDS or not colon:
            raise Invalid("filter_id", f"filter_id must be one of {', '.join(STATUS_FIELDS)}:value")
        return rows.filter(**{STATUS_FIELDS[name]: value})
    raise Invalid("filter_type", "filter_type must be network, group or status")


def group_of(key: Any, field: str = "filter_id") -> DeviceGroup:
    """Return the group of an id, or raise `Invalid` or `Missing`."""
    number = whole_number(key)
    if number is None:
        raise Invalid(field, f"{field} must be the id of a group")
    group = DeviceGroup.objects.filter(pk=number).first()
    if group is None:
        raise Missing("Device group", key)
    return group


def in_state(rows: QuerySet[Device], state: str) -> QuerySet[Device]:
    """Return devices that are up, down or unknown."""
    if state not in PingStatus.values:
        raise Invalid("status", "status must be up, down or unknown")
    return with_state(rows, state)


def sorted_rows(rows: QuerySet[Device], sort: str, order: str) -> QuerySet[Device]:
    """Order by a known column, by address without one; raises `Invalid`."""
    sort = sort or "ip_address"
    if sort not in SORTS:
        raise Invalid("sort", f"sort must be one of {', '.join(SORTS)}")
    require_order(order)
    wanted = SORTS[sort]
    column = F(wanted) if isinstance(wanted, str) else wanted
    key = column.desc(nulls_last=True) if order == "desc" else column.asc(nulls_last=True)
    return rows.order_by(key, "pk")


def require_order(order: str) -> None:
    """Raise `Invalid` for what is neither up nor down."""
    if order not in {"asc", "desc", ""}:
        raise Invalid("order", "order must be asc or desc")


def wire_rows(rows: QuerySet[Device]) -> list[dict[str, Any]]:
    """Return devices as the operations API shows them, without model instances."""
    return [_wire(dict(zip(COLUMNS, row, strict=True))) for row in _values(rows)]


def _values(rows: QuerySet[Device]) -> Iterable[tuple[Any, ...]]:
    return rows.values_list(*COLUMNS.values())


def wire(device: Device) -> dict[str, Any]:
    """Return one device as the operations API shows it."""
    return wire_rows(Device.objects.filter(pk=device.pk))[0]


def _wire(row: dict[str, Any]) -> dict[str, Any]:
    row["hostname"] = row["snmp_hostname"] or row.pop("register_hostname")
    row.pop("register_hostname", None)
    row["vendor"] = row["snmp_vendor_name"] or row["manufacturer"]
    row["model"] = row["snmp_model"] or row["hardware_model"]
    row["serial"] = row["serial_number"] or row["snmp_serial"]
    row["status"] = state_of(row["ping_status"])
    return row


def state_of(word: str | None) -> str:
    """Read a stored ping word: up, down or unknown."""
    return ManagementAddress(ping_status=word).state.value


def find_device(key: str) -> Device:
    """Return the device of a path's key: all digits are an id, anything else an address.

    Raises `InvalidAddress` and `Missing`.
    """
    rows = Device.objects.current().select_related("address", "device_type", "site", "manufacturer")
    if key.isascii() and key.isdigit():
        device = rows.filter(pk=int(key)).first() if len(key) < 19 else None
    else:
        ip = normal_ip(key)
        if ip is None:
            raise InvalidAddress(key)
        device = rows.filter(address__ip=ip).order_by("pk").first()
    if device is None:
        raise Missing("Device", key)
    return device


def known_ids(ids: Sequence[int]) -> set[int]:
    """Return which of these ids are devices; a question per `AT_ONCE`."""
    current = Device.objects.current()
    return {
        pk
        for some in chunks(ids, AT_ONCE)
        for pk in current.filter(pk__in=some).values_list("pk", flat=True)
    }


def network_summary() -> list[Any]:
    """Return the counts of each network range, in its order."""
    online = Q()
    for word in ONLINE_WORDS:
        online |= Q(ping_status__icontains=word)
    return list(
        _known_addresses()
        .exclude(network_range__isnull=True)
        .exclude(network_range="")
        .order_by("network_range")
        .values("network_range")
        .annotate(
            device_count=Count("pk"),
            online_count=Count("pk", filter=online),
            snmp_count=Count("pk", filter=Q(snmp_status="YES")),
            ssh_count=Count("pk", filter=Q(ssh_status="YES")),
        )
    )


def stats() -> dict[str, int]:
    """Return the counts of the whole inventory; one never pinged counts as offline."""
    online = Q()
    for word in ONLINE_WORDS:
        online |= Q(ping_status__icontains=word)
    found = _known_addresses().aggregate(
        total_devices=Count("pk"),
        ping_online=Count("pk", filter=online),
        snmp_enabled=Count("pk", filter=Q(snmp_status__iexact="YES")),
        ssh_enabled=Count("pk", filter=Q(ssh_status__iexact="YES")),
        network_count=Count("network_range", distinct=True, filter=~Q(network_range="")),
    )
    total, online_count = found.pop("total_devices"), found.pop("ping_online")
    reached = {"ping_online": online_count, "ping_offline": total - online_count}
    return {"total_devices": total, **reached, **found}


def _known_addresses() -> QuerySet[ManagementAddress]:
    known = Device.objects.current().filter(address__isnull=False).order_by().values("address")
    return ManagementAddress.objects.filter(pk__in=known)


def v1_item(row: dict[str, Any]) -> dict[str, Any]:
    """Return a device as the front end's own list shows it: texts, blank for nothing."""
    kind = row["device_type"]
    return {
        "id": str(row["id"]),
        "name": row["hostname"] or row["name"],
        "ip_address": row["ip_address"] or "",
        "device_type": (row["model"] or "") if kind == UNKNOWN_TYPE else kind,
        "vendor": row["vendor"] or "",
        "site_name": row["site"] or "",
        "role": row["role"] or "",
        "site_id": str(row["site_id"] or ""),
        "status": row["status"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "last_seen": row["last_seen"],
    }


def newest_change() -> Any:
    """When the inventory last changed."""
    return Device.objects.current().aggregate(at=Max("updated_at"))["at"]
