"""Reading the bodies of the design tool (contract 8, 9, 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from math import ceil, isfinite
from typing import Any

from networkroutes.api.clients.network_inventory import forms
from networkroutes.design.capacity import capacity_mbps, requested_mbps
from networkroutes.design.constraints import Constraints, names
from networkroutes.design.kml import Line, short_number
from networkroutes.design.money import BASE
from networkroutes.design.pricing import DEFAULT_SEGMENT_MBPS, Segment
from networkroutes.errors import InvalidField, PathRefused
from networkroutes.rules import leading_number
from networkroutes.services.design import Question
from networkroutes.services.pricing import PathToPrice, PricedSegment

ECHOED = ("source", "destination", "bandwidth", "bandwidth_unit", "constraints")
LOGGED_IF_FILLED = ("quote_request_id", "customer_name")
DEFAULT_MTU = 1500
DEFAULT_TERM = Decimal(12)


def question_of(body: Mapping[str, Any]) -> Question:
    """Read a search; raises `PathRefused` with the contract's sentences."""
    source, destination = body.get("source"), body.get("destination")
    if not (isinstance(source, str) and source and isinstance(destination, str) and destination):
        raise PathRefused("Source and destination are required")
    if source == destination:
        raise PathRefused("Source and destination cannot be the same")
    limits = body.get("constraints")
    if limits is None:
        limits = {}
    if not isinstance(limits, dict):
        raise PathRefused("constraints must be an object")
    asked = echo(body)
    for name in LOGGED_IF_FILLED:
        if body.get(name) not in (None, ""):
            asked[name] = body[name]
    return Question(
        source=source,
        destination=destination,
        constraints=constraints_of(body, limits),
        is_protected=forms.truthy(limits.get("protection_required")),
        max_latency_ms=positive("max_latency", limits.get("max_latency")),
        asked=asked,
    )


def echo(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the answer repeats of a search; the constraints are always there."""
    shown = {name: body[name] for name in ECHOED if name in body}
    shown["constraints"] = {} if body.get("constraints") is None else body["constraints"]
    return shown


def constraints_of(body: Mapping[str, Any], limits: Mapping[str, Any]) -> Constraints:
    """Read what a path may use; the later filters apply only where their key is present."""
    wanted = positive("bandwidth", body.get("bandwidth"), zero_is_blank=True)
    unit = body.get("bandwidth_unit")
    both = {**limits, **{key: body[key] for key in body if key != "constraints"}}
    mtu = None
    if "mtu_required" in both:
        sent = positive("mtu_required", both["mtu_required"], zero_is_blank=True)
        mtu = DEFAULT_MTU if sent is None else ceil(sent)
    return Constraints(
        bandwidth_mbps=(
            None
            if wanted is None
            else requested_mbps(wanted, unit if isinstance(unit, str) else None)
        ),
        carriers=names(carriers_of(limits.get("carrier_avoidance"))),
        mtu=mtu,
        allow_ull=flag_of("include_ull", both),
        allow_cisco=flag_of("use_cisco_only_routes", both),
    )


def flag_of(name: str, sent: Mapping[str, Any]) -> bool:
    """Read a switch that allows something: absent allows it, present but blank does not."""
    return name not in sent or forms.truthy(sent[name])


def carriers_of(value: Any) -> list[str]:
    """Read names to avoid: a list of texts, or one text by commas."""
    if value is None:
        return []
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise PathRefused("carrier_avoidance must be a list of carrier names")


def positive(name: str, value: Any, *, zero_is_blank: bool = False) -> float | None:
    """Read a number above zero; blank is None, and so is 0 where it stands for no limit."""
    refusal = PathRefused(f"{name} must be a positive number", field=name)
    try:
        number = forms.real(name, value, low=None)
    except InvalidField as err:
        raise refusal from err
    if number is None or (zero_is_blank and number == 0):
        return None
    if number <= 0 or not isfinite(requested_mbps(number, "Gbps")):
        raise refusal
    return number


def paths_to_price(body: Mapping[str, Any]) -> list[PathToPrice]:
    """Read the paths of a price; the caller's costs count."""
    return [_path_to_price(path) for path in _paths(body)]


def lines_of(body: Mapping[str, Any]) -> list[Line]:
    """Read the paths of a map."""
    lines = []
    for path in _paths(body):
        codes = path.get("path", [])
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise _invalid()
        lines.append(Line(codes, _number_text(path, "totalLatency"), _number_text(path, "hops")))
    return lines


def term_of(value: Any) -> Decimal:
    """Read a contract term in months; null is 12."""
    refusal = PathRefused("contract_term must be a positive number of months")
    if value is None:
        return DEFAULT_TERM
    try:
        number = forms.real("contract_term", value, low=None)
    except InvalidField as err:
        raise refusal from err
    if number is None or number <= 0:
        raise refusal
    return Decimal(str(value).strip())


def currency_of(value: Any) -> str:
    """Read an output currency; blank is USD."""
    if value in (None, ""):
        return BASE
    if not isinstance(value, str) or len(value.strip()) > 16:
        raise PathRefused("output_currency must be a currency code")
    return value.strip().upper() or BASE


def _paths(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    paths = body.get("paths")
    if not isinstance(paths, list):
        raise PathRefused("Paths array is required")
    if not all(isinstance(path, dict) for path in paths):
        raise _invalid()
    return paths


def _path_to_price(path: Mapping[str, Any]) -> PathToPrice:
    route = path.get("route")
    if route is None:
        route = []
    codes = path.get("path", [])
    if not isinstance(route, list) or not all(isinstance(part, dict) for part in route):
        raise _invalid()
    if codes is not None and not isinstance(codes, list):
        raise _invalid()
    shown = {name: path[name] for name in ("path", "totalLatency", "hops") if name in path}
    return PathToPrice([_segment(part) for part in route], shown)


def _segment(part: Mapping[str, Any]) -> PricedSegment:
    currency = part.get("currency")
    if currency is not None and not isinstance(currency, str):
        raise _invalid()
    circuit_id = part.get("circuit_id")
    cost = _cost(part.get("cost"))
    if cost < 0:
        raise PathRefused("cost must be zero or greater", field="cost")
    return PricedSegment(
        Segment(cost, (currency or "").strip().upper() or BASE, _segment_mbps(part)),
        circuit_id if isinstance(circuit_id, str) else "",
    )


def _cost(value: Any) -> Decimal:
    """Read a leading number, else 0."""
    if isinstance(value, (dict, list)):
        raise _invalid()
    if value is None or isinstance(value, bool):
        return Decimal(0)
    if isinstance(value, str):
        number = leading_number(value)
        value = 0 if number is None else number
    try:
        cost = Decimal(str(value))
    except InvalidOperation as err:
        raise _invalid() from err
    if not cost.is_finite() or abs(cost) > Decimal(10) ** 15:
        raise PathRefused("cost is too large", field="cost")
    return cost


def _segment_mbps(part: Mapping[str, Any]) -> Decimal:
    value = part.get("bandwidth")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    mbps = capacity_mbps(value) if isinstance(value, str) else None
    return Decimal(str(mbps)) if mbps and mbps > 0 else DEFAULT_SEGMENT_MBPS


def _number_text(path: Mapping[str, Any], name: str) -> str:
    value = path.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return short_number(float(value))
    return value if isinstance(value, str) else "0"


def _invalid() -> PathRefused:
    return PathRefused("Paths array is invalid", field="paths")
