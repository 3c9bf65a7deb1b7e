"""The k best paths and the best pair of paths, for the native API and the design page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from time import perf_counter
from typing import Any

from networkroutes import policy
from networkroutes.choices import DesignAction
from networkroutes.design import twins
from networkroutes.design.constraints import Constraints
from networkroutes.design.graph import Graph, Path, shortest_path
from networkroutes.design.kml import short_number
from networkroutes.design.legs import Way, way_of
from networkroutes.design.passing import passing_paths
from networkroutes.errors import PathNotFound
from networkroutes.selectors import design as selector
from networkroutes.services import design_log
from networkroutes.services.design import NO_ROUTE, ends_of, prepare

MOST_PATHS = 50


@dataclass(frozen=True, slots=True)
class PathsQuestion:
    """What is asked: up to `count` paths in order of length, and how a twin must differ.

    `via` names locations that each path must pass. `twin` is a kind of `design.twins`, or nothing.
    """

    source: str
    destination: str
    constraints: Constraints = field(default_factory=Constraints)
    count: int = 3
    max_latency_ms: float | None = None
    via: frozenset[str] = frozenset()
    twin: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths in order of length, the twin pair where one was asked for and found, and the rest."""

    paths: Sequence[Way]
    pair: tuple[Way, Way] | None
    is_pair_proven: bool
    exclusions: Mapping[str, Any]
    execution_time_ms: int


def find_paths(*, actor: Any, question: PathsQuestion) -> Paths:
    """Return the best paths under the constraints; the search is logged.

    Every path keeps the latency limit and passes `via`; of a pair both do. Raises `PathNotFound`,
    with what was left out and the best latency where only the limit stands in the way.
    """
    policy.require(actor, "view_designlog")
    started = perf_counter()
    try:
        found = _find(question, started)
    except PathNotFound as refusal:
        _log(actor, question, {"error": refusal.message}, started)
        raise
    shown = {"paths": [way.short() for way in found.paths]}
    if question.twin:
        shown["pair"] = [way.short() for way in found.pair or ()]
    _log(actor, question, shown, started)
    return found


def _find(question: PathsQuestion, started: float) -> Paths:
    network = selector.network()
    prepared, exclusions = prepare(network, question.constraints)
    graph = prepared.graph
    ends = ends_of(prepared, question.source, question.destination, exclusions)
    limit = inf if question.max_latency_ms is None else question.max_latency_ms
    wanted = _passing(graph, ends, question.via, limit)
    paths = [way_of(graph, path) for path in islice(wanted, question.count)]
    if not paths:
        raise _nothing(graph, ends, question, exclusions)
    pair, proven = None, True
    if question.twin:
        both, _ = prepare(network, question.constraints, parallel=True)
        pair, proven = _pair(both.graph, question, limit)
    elapsed_ms = int((perf_counter() - started) * 1000)
    return Paths(paths, pair, proven, exclusions, elapsed_ms)


def _pair(
    graph: Graph, question: PathsQuestion, limit: float
) -> tuple[tuple[Way, Way] | None, bool]:
    ends = graph.number_of[question.source], graph.number_of[question.destination]
    kind, via = question.twin or twins.CIRCUIT, _numbers(graph, question.via)
    if via is None:
        return None, True
    try:
        found = twins.disjoint_pair(graph, *ends, kind, up_to_ms=limit, via=via)
    except twins.UndecidedError:
        return None, False
    if found is None:
        return None, True
    return (way_of(graph, found.primary), way_of(graph, found.secondary)), found.is_proven


def _passing(
    graph: Graph, ends: tuple[int, int], names: frozenset[str], limit: float
) -> Iterator[Path]:
    via = _numbers(graph, names)
    return iter(()) if via is None else passing_paths(graph, *ends, via, up_to_ms=limit)


def _numbers(graph: Graph, names: frozenset[str]) -> frozenset[int] | None:
    """Return the numbers of locations; None when no usable circuit ends at one of them."""
    if not names <= graph.number_of.keys():
        return None
    return frozenset(graph.number_of[name] for name in names)


def _nothing(
    graph: Graph, ends: tuple[int, int], question: PathsQuestion, exclusions: Mapping[str, Any]
) -> PathNotFound:
    best = next(_passing(graph, ends, question.via, inf), None)
    details: dict[str, Any] = {"exclusionReasons": exclusions}
    if best is not None:
        details |= {"reason": "max_latency", "best_latency_ms": best.rounded_ms}
        details["details"] = f"The best path takes {short_number(best.rounded_ms)} ms."
    elif shortest_path(graph, *ends) is not None:
        details["reason"] = "via"
        details["details"] = f"No path found that passes {', '.join(sorted(question.via))}."
    else:
        details["reason"] = "not_connected"
        details["details"] = "Usable circuits do not connect the two locations."
    return PathNotFound(NO_ROUTE, **details)


def _log(actor: Any, question: PathsQuestion, results: Any, started: float) -> None:
    design_log.note(
        actor,
        DesignAction.PATH_SEARCH,
        parameters=dict(question.asked),
        results=results,
        execution_time_ms=int((perf_counter() - started) * 1000),
    )
