"""Solids of our own as STEP files (ISO 10303-21, AP214): a flat outline with holes, pulled upwards.

Only planes and straight edges, so a round thing is a polygon with many corners. Lengths are mm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Point2 = tuple[float, float]
Point3 = tuple[float, float, float]
HEAD = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION(('{name}'),'2;1');
FILE_NAME('{name}.step','2026-01-01T00:00:00',(''),(''),'Patchbay','Patchbay','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN {{ 1 0 10303 214 1 1 1 1 }}'));
ENDSEC;
DATA;
"""
TAIL = "ENDSEC;\nEND-ISO-10303-21;\n"


@dataclass(frozen=True, slots=True)
class Prism:
    """An outline, counter-clockwise, with holes, clockwise, pulled from z = 0 to `height`."""

    outline: Sequence[Point2]
    height: float
    holes: Sequence[Sequence[Point2]] = ()


def circle(x: float, y: float, radius: float, corners: int = 32) -> list[Point2]:
    """Return a regular polygon, clockwise, as a hole needs it."""
    turn = -2 * math.pi / corners
    return [
        (x + radius * math.cos(turn * n), y + radius * math.sin(turn * n)) for n in range(corners)
    ]


def gear(teeth: int, inner: float, outer: float) -> list[Point2]:
    """Return the outline of a simple spur gear, counter-clockwise."""
    points = []
    for tooth in range(teeth):
        for share, radius in ((0.0, inner), (0.3, inner), (0.42, outer), (0.78, outer)):
            angle = 2 * math.pi * (tooth + share) / teeth
            points.append((radius * math.cos(angle), radius * math.sin(angle)))
    return points


def step_text(prism: Prism, name: str) -> str:
    """Return the STEP file of a solid; `name` is letters, digits, blanks."""
    writer = _Writer()
    solid = _solid(writer, prism)
    _product(writer, solid, name)
    lines = "".join(f"#{number}={text};\n" for number, text in enumerate(writer.lines, start=1))
    return HEAD.format(name=name) + lines + TAIL


@dataclass
class _Writer:
    lines: list[str] = field(default_factory=list)
    edges: dict[tuple[Point3, Point3], int] = field(default_factory=dict)
    corners: dict[Point3, int] = field(default_factory=dict)

    def add(self, text: str) -> int:
        """Write an entity and return its number."""
        self.lines.append(text)
        return len(self.lines)

    def point(self, at: Point3) -> int:
        """Write a point."""
        return self.add(f"CARTESIAN_POINT('',({','.join(_real(v) for v in at)}))")

    def direction(self, to: Point3) -> int:
        """Write a unit vector."""
        length = math.hypot(*to)
        return self.add(f"DIRECTION('',({','.join(_real(v / length) for v in to)}))")

    def corner(self, at: Point3) -> int:
        """Return the vertex at a place, written once."""
        if at not in self.corners:
            self.corners[at] = self.add(f"VERTEX_POINT('',#{self.point(at)})")
        return self.corners[at]

    def edge(self, start: Point3, end: Point3) -> int:
        """Return the edge from here to there, turned around where it was written the other way."""
        if (end, start) in self.edges:
            return self.add(f"ORIENTED_EDGE('',*,*,#{self.edges[end, start]},.F.)")
        if (start, end) not in self.edges:
            along = self.direction(_minus(end, start))
            vector = self.add(f"VECTOR('',#{along},1.)")
            line = self.add(f"LINE('',#{self.point(start)},#{vector})")
            first, last = self.corner(start), self.corner(end)
            self.edges[start, end] = self.add(f"EDGE_CURVE('',#{first},#{last},#{line},.T.)")
        return self.add(f"ORIENTED_EDGE('',*,*,#{self.edges[start, end]},.T.)")

    def face(self, loops: Sequence[Sequence[Point3]], normal: Point3, along: Point3) -> int:
        """Write a plane face; the first loop is its outline."""
        bounds = []
        for number, loop in enumerate(loops):
            pairs = zip(loop, [*loop[1:], loop[0]], strict=True)
            edges = ",".join(f"#{self.edge(start, end)}" for start, end in pairs)
            kind = "FACE_BOUND" if number else "FACE_OUTER_BOUND"
            ring = self.add(f"EDGE_LOOP('',({edges}))")
            bounds.append(self.add(f"{kind}('',#{ring},.T.)"))
        place = self.add(
            f"AXIS2_PLACEMENT_3D('',#{self.point(loops[0][0])},#{self.direction(normal)},"
            f"#{self.direction(along)})"
        )
        plane = self.add(f"PLANE('',#{place})")
        return self.add(f"ADVANCED_FACE('',({','.join(f'#{b}' for b in bounds)}),#{plane},.T.)")


def _solid(writer: _Writer, prism: Prism) -> int:
    loops = [list(prism.outline), *(list(hole) for hole in prism.holes)]
    top = [[(x, y, prism.height) for x, y in loop] for loop in loops]
    bottom = [[(x, y, 0.0) for x, y in reversed(loop)] for loop in loops]
    faces = [
        writer.face(top, (0, 0, 1), (1, 0, 0)),
        writer.face(bottom, (0, 0, -1), (1, 0, 0)),
    ]
    for loop in loops:
        for (ax, ay), (bx, by) in zip(loop, [*loop[1:], loop[0]], strict=True):
            wall = [
                (ax, ay, 0.0),
                (bx, by, 0.0),
                (bx, by, prism.height),
                (ax, ay, prism.height),
            ]
            faces.append(writer.face([wall], (by - ay, ax - bx, 0), (bx - ax, by - ay, 0)))
    shell = writer.add(f"CLOSED_SHELL('',({','.join(f'#{face}' for face in faces)}))")
    return writer.add(f"MANIFOLD_SOLID_BREP('',#{shell})")


def _product(writer: _Writer, solid: int, name: str) -> None:
    add = writer.add
    length = add("(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))")
    angle = add("(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.))")
    solid_angle = add("(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT())")
    exact = add(f"UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-6),#{length},'','')")
    context = add(
        f"(GEOMETRIC_REPRESENTATION_CONTEXT(3)"
        f"GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT((#{exact}))"
        f"GLOBAL_UNIT_ASSIGNED_CONTEXT((#{length},#{angle},#{solid_angle}))"
        f"REPRESENTATION_CONTEXT('',''))"
    )
    origin = add(f"AXIS2_PLACEMENT_3D('',#{writer.point((0, 0, 0))},$,$)")
    shape = add(f"ADVANCED_BREP_SHAPE_REPRESENTATION('',(#{origin},#{solid}),#{context})")
    application = add("APPLICATION_CONTEXT('automotive design')")
    product_context = add(f"PRODUCT_CONTEXT('',#{application},'mechanical')")
    product = add(f"PRODUCT('{name}','{name}','',(#{product_context}))")
    formation = add(f"PRODUCT_DEFINITION_FORMATION('','',#{product})")
    stage = add(f"PRODUCT_DEFINITION_CONTEXT('part definition',#{application},'design')")
    definition = add(f"PRODUCT_DEFINITION('design','',#{formation},#{stage})")
    shape_of = add(f"PRODUCT_DEFINITION_SHAPE('','',#{definition})")
    add(f"SHAPE_DEFINITION_REPRESENTATION(#{shape_of},#{shape})")


def _minus(end: Point3, start: Point3) -> Point3:
    return (end[0] - start[0], end[1] - start[1], end[2] - start[2])


def _real(value: float) -> str:
    text = f"{value:.9G}" if value else "0."
    mantissa, e, power = text.partition("E")
    return f"{mantissa if '.' in mantissa else mantissa + '.'}{e}{power}"
