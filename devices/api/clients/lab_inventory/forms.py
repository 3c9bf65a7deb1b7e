"""Reading bodies and queries of the lab; what is wrong is a 422 that names the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from accounts.api.clients.lab.forms import Unprocessable
from devices.addresses import normal_ip
from devices.choices import DeviceCategory
from devices.services.device_fields import STATUSES
from inventory_site.core.whole import whole_number

MISSING = object()
MAX_ID = 2**63 - 1
Check = Callable[[Any], Any]


def read_body(
    data: Any,
    checks: Mapping[str, Check],
    *,
    required: tuple[str, ...] = (),
    never_null: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the checked fields that were sent; null stays null unless `never_null`."""
    if not isinstance(data, Mapping):
        raise Unprocessable("body", "value is not a valid dict", kind="type_error.dict")
    wrong, found = Unprocessable(), dict[str, Any]()
    for name, check in checks.items():
        value = data.get(name, MISSING)
        if value is MISSING:
            if name in required:
                wrong.add(name, "field required", kind="value_error.missing")
            continue
        if value is None:
            if name in never_null or name in required:
                wrong.add(name, "none is not an allowed value", kind="type_error.none.not_allowed")
                continue
            found[name] = None
            continue
        try:
            found[name] = check(value)
        except ValueError as err:
            wrong.add(name, str(err))
    if wrong.entries:
        raise wrong
    return found


def text(low: int, high: int) -> Check:
    """A text of low to high characters, trimmed."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("str type expected")
        plain = value.strip()
        if "\x00" in plain:
            raise ValueError("null characters are not allowed")
        if len(plain) < low:
            raise ValueError(f"ensure this value has at least {low} characters")
        if len(plain) > high:
            raise ValueError(f"ensure this value has at most {high} characters")
        return plain

    return check


def whole(low: int = 0, high: int = 2_147_483_647) -> Check:
    """A whole number within bounds; a text of digits counts."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise ValueError("value is not a valid integer")
        number = whole_number(str(value).strip(), signed=True)
        if number is None:
            raise ValueError("value is not a valid integer")
        if number < low:
            raise ValueError(f"ensure this value is greater than or equal to {low}")
        if number > high:
            raise ValueError(f"ensure this value is less than or equal to {high}")
        return number

    return check


def truth(value: Any) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise ValueError("value could not be parsed to a boolean")


def address(value: Any) -> str | None:
    """An IP address; blank clears it."""
    if value == "":
        return None
    ip = normal_ip(value)
    if ip is None:
        raise ValueError(f"Invalid IP address: {value}")
    return ip


def category(value: Any) -> str:
    """A category in any case."""
    word = value.upper() if isinstance(value, str) else ""
    if word not in DeviceCategory.values:
        raise ValueError(f"Category must be one of: {', '.join(DeviceCategory.values)}")
    return word


def website(value: Any) -> str | None:
    """An address of the web; blank clears it."""
    plain = text(0, 200)(value)
    if not plain:
        return None
    if not plain.startswith(("http://", "https://")):
        raise ValueError("Website must be a valid URL starting with http:// or https://")
    return str(plain)


def color(value: Any) -> str | None:
    """`#` and six hex digits."""
    plain = str(text(0, 20)(value))
    if not plain:
        return None
    if not plain.startswith("#"):
        raise ValueError("Color must be a hex color starting with #")
    if len(plain) != 7 or not all(one in "0123456789abcdefABCDEF" for one in plain[1:]):
        raise ValueError("Color must be a valid hex color (e.g., #FF5733)")
    return plain


def status(value: Any) -> str:
    """A status word, exact case."""
    if value not in STATUSES:
        raise ValueError(f"Status must be one of: {', '.join(STATUSES)}")
    return str(value)


def ids(most: int | None = None) -> Check:
    """A list of ids, at least one and at most so many."""

    def check(value: Any) -> list[int]:
        if not isinstance(value, list):
            raise ValueError("value is not a valid list")
        if not value:
            raise ValueError("ensure this value has at least 1 items")
        if most is not None and len(value) > most:
            raise ValueError(f"ensure this value has at most {most} items")
        return [whole(-MAX_ID, MAX_ID)(one) for one in value]  # a strange one is found nowhere

    return check


def mapping(value: Any) -> dict[str, Any]:
    """An object with at least one field."""
    if not isinstance(value, dict):
        raise ValueError("value is not a valid dict")
    if not value:
        raise ValueError("ensure this value has at least 1 fields")
    return value


def query_whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Read a bounded number of a query, or raise `Unprocessable`."""
    sent = query.get(name, "")
    if sent == "":
        return default
    try:
        return int(whole(low, high)(sent))
    except ValueError as err:
        raise Unprocessable(name, str(err), "query") from err


def query_id(query: Mapping[str, str], name: str) -> int | None:
    """Read an optional id of a query."""
    return query_whole(query, name, 0, 0, 2**62) if query.get(name) else None
