"""All circuits as one searchable network, with the graphs of recent constraints kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from networkroutes.design.circuits import Circuit
from networkroutes.design.constraints import Constraints, Sorted, sort_circuits
from networkroutes.design.graph import Graph, build_graph

KEPT_GRAPHS = 16


@dataclass(frozen=True, slots=True)
class Prepared:
    """The circuits of a constraint and their graph."""

    sorted: Sorted
    graph: Graph


@dataclass(slots=True)
class Network:
    """Circuits in the register's order; `closed` are locations under decommission.

    Never changed once made: a change of data makes a new network.
    """

    circuits: Sequence[Circuit]
    closed: frozenset[str] = frozenset()
    _kept: OrderedDict[tuple[Constraints, bool], Prepared] = field(default_factory=OrderedDict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def prepared(self, wanted: Constraints, *, parallel: bool = False) -> Prepared:
        """Return the graph of what the constraints leave, made once per constraints."""
        key = (wanted, parallel)
        with self._guard:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        found = sort_circuits(self.circuits, wanted)
        made = Prepared(found, build_graph(found.usable, parallel=parallel))
        with self._guard:
            self._kept[key] = made
            if len(self._kept) > KEPT_GRAPHS:
                self._kept.popitem(last=False)
        return made
