"""Finding paths and drawing them (contract 8, 10.1)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory_site.core.files import blobs
from networkroutes import policy
from networkroutes.choices import DesignAction
from networkroutes.design import kml
from networkroutes.design.constraints import Constraints
from networkroutes.design.graph import Path, pairs_of, shortest_path
from networkroutes.design.legs import Way, way_of
from networkroutes.design.money import Rates
from networkroutes.design.network import Network, Prepared
from networkroutes.design.reasons import exclusion_reasons
from networkroutes.errors import PathNotFound
from networkroutes.models import KmzFile
from networkroutes.selectors import design as selector
from networkroutes.services import design_log, files

NO_ROUTE = "No route found between source and destination"


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it was asked; `asked` is what the log keeps of it."""

    source: str
    destination: str
    constraints: Constraints = field(default_factory=Constraints)
    is_protected: bool = False
    max_latency_ms: float | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The shortest path, its diverse one where asked for and found, and what was left out."""

    primary: Way
    diverse: Way | None
    exclusions: Mapping[str, Any]
    protection: Mapping[str, Any]
    rates: Rates
    execution_time_ms: int
    answered_at: datetime


def find_path(*, actor: Any, question: Question) -> Answer:
    """Return the path of the lowest latency; every search is logged, failed ones too.

    The diverse path avoids every pair of neighbours of the primary one. Raises `PathNotFound`.
    """
    policy.require(actor, "view_designlog")
    started = perf_counter()
    try:
        answer = _answer(question, started)
    except PathNotFound as refusal:
        design_log.note(
            actor,
            DesignAction.PATH_SEARCH,
            parameters=dict(question.asked),
            results={"error": refusal.message},
            execution_time_ms=_elapsed_ms(started),
        )
        raise
    design_log.note(
        actor,
        DesignAction.PATH_SEARCH,
        parameters=dict(question.asked),
        results={
            "primaryPath": answer.primary.short(),
            "diversePath": answer.diverse.short() if answer.diverse else None,
            "totalCost": answer.primary.plain_cost,
        },
        execution_time_ms=answer.execution_time_ms,
    )
    return answer


def ends_of(
    prepared: Prepared, source: str, destination: str, exclusions: Mapping[str, Any]
) -> tuple[int, int]:
    """Return both ends' numbers, or raise `PathNotFound`; the source is looked at first."""
    numbers = prepared.graph.number_of
    for word, name in (("Source", source), ("Destination", destination)):
        if name not in numbers:
            raise PathNotFound(
                f"{word} location {name} not found in network",
                exclusionReasons=exclusions,
                details=f"No usable circuit ends at {name}.",
            )
    return numbers[source], numbers[destination]


def prepare(
    network: Network, constraints: Constraints, *, parallel: bool = False
) -> tuple[Prepared, dict[str, Any]]:
    """Return the graph of what may be used, and why the rest may not.

    Locations under decommission are closed for every search.
    """
    wanted = replace(constraints, closed_locations=network.closed)
    prepared = network.prepared(wanted, parallel=parallel)
    return prepared, exclusion_reasons(prepared.sorted, wanted)


def generate_kmz(
    *, actor: Any, paths: Sequence[kml.Line], made_at: datetime, parameters: Mapping[str, Any]
) -> KmzFile:
    """Store a map of paths as a KMZ of its own and log it; the row has the file's name."""
    policy.require(actor, "add_designlog")
    stamp = f"{made_at:%Y-%m-%dT%H:%M:%S}.{made_at.microsecond // 1000:03d}Z"
    spots = selector.spots(code for line in paths for code in line.codes)
    packed = kml.path_kmz(paths, spots, stamp)
    row = _claim_name(made_at)
    try:
        with blobs.Fresh() as fresh:
            stored = fresh.store(
                io.BytesIO(packed),
                storage=files.STORAGE,
                key=files.KMZ_PREFIX + row.filename,
                max_bytes=len(packed),
            )
            with transaction.atomic():
                row.file_size, row.sha256 = stored.size, stored.sha256
                row.save(update_fields=["file_size", "sha256"])
                design_log.write(
                    actor, DesignAction.KMZ, parameters=dict(parameters), kmz_files=row.filename
                )
    except BaseException:
        row.delete()
        raise
    return row


def remove_old_maps(*, now: datetime | None = None) -> int:
    """Remove generated maps older than `NETWORKROUTES_GENERATED_KMZ_DAYS`; return how many."""
    before = (now or timezone.now()) - timedelta(days=settings.NETWORKROUTES_GENERATED_KMZ_DAYS)
    old = KmzFile.objects.filter(is_generated=True, uploaded_at__lt=before)
    removed = 0
    for row in old.iterator():
        with transaction.atomic():
            blobs.remove_after_commit(files.STORAGE, files.KMZ_PREFIX + row.filename)
            row.delete()
        removed += 1
    return removed


def _answer(question: Question, started: float) -> Answer:
    prepared, exclusions = prepare(selector.network(), question.constraints)
    graph = prepared.graph
    ends = ends_of(prepared, question.source, question.destination, exclusions)
    primary = shortest_path(graph, *ends)
    if primary is None:
        raise PathNotFound(
            NO_ROUTE,
            exclusionReasons=exclusions,
            details="Usable circuits do not connect the two locations.",
        )
    limit = question.max_latency_ms
    if limit is not None and primary.rounded_ms > limit:
        raise PathNotFound(
            NO_ROUTE,
            reason="max_latency",
            bestLatency=primary.rounded_ms,
            exclusionReasons=exclusions,
            details=f"The best path takes {kml.short_number(primary.rounded_ms)} ms.",
        )
    diverse, protection = None, _protection(required=False)
    if question.is_protected:
        other = shortest_path(graph, *ends, pairs_of(graph, primary))
        protection = _protection(required=True, other=other, limit=limit)
        if protection["available"] and other is not None:
            diverse = way_of(graph, other)
    return Answer(
        way_of(graph, primary),
        diverse,
        exclusions,
        protection,
        selector.active_rates(),
        _elapsed_ms(started),
        timezone.now(),
    )


def _protection(
    *, required: bool, other: Path | None = None, limit: float | None = None
) -> dict[str, Any]:
    if not required:
        return _status(False, False, "Protection was not asked for.", [])
    if other is None:
        reason = "Every other way uses a pair of locations of the primary path."
        return _status(True, False, "No diverse path was found.", [reason])
    if limit is not None and other.rounded_ms > limit:
        best = kml.short_number(other.rounded_ms)
        reason = f"The best diverse path takes {best} ms, over {kml.short_number(limit)} ms."
        return _status(True, False, "No diverse path keeps the latency limit.", [reason])
    return _status(True, True, "A diverse path was found.", [])


def _status(required: bool, available: bool, message: str, reasons: list[str]) -> dict[str, Any]:
    return {
        "required": required,
        "available": available,
        "message": message,
        "failureReasons": reasons,
    }


def _elapsed_ms(started: float) -> int:
    return int((perf_counter() - started) * 1000)


def _claim_name(made_at: datetime) -> KmzFile:
    """Make the row that owns `network_path_<epoch ms>.kmz`, the next free millisecond."""
    moment_ms = int(made_at.timestamp() * 1000)
    while True:
        name = f"network_path_{moment_ms}.kmz"
        try:
            with transaction.atomic():
                return KmzFile.objects.create(
                    filename=name, original_name=name, is_generated=True, uploaded_at=made_at
                )
        except IntegrityError:
            moment_ms += 1
