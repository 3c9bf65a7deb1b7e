"""A child: GLB on standard input, `facts.json` and `picture.png` in the working folder.

`mesh_facts SIZE` measures the mesh and draws it from the front right above, in SIZE x SIZE pixels
on a clear ground. Lengths of the file are metres, those of the facts millimetres.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from typing import Any

import numpy as np
from PIL import Image

MM = 1000.0
SCALE, MOST_DRAWN = 2, 400_000
COMPONENTS = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC3": 3}
GREY = (0.62, 0.68, 0.76)
SUN, SKY = (0.35, 0.9, 0.45), (-0.6, 0.3, 0.7)
EDGE = 0.55
Triangles = list[tuple[Any, tuple[float, float, float]]]


def main(arguments: list[str]) -> int:
    """Measure, write, draw, write."""
    document, binary = read(sys.stdin.buffer.read())
    parts = triangles_of(document, binary)
    corners = np.concatenate([found for found, _ in parts])
    with open("facts.json", "w") as file:
        json.dump(facts_of(corners), file)
    colours = np.concatenate([np.tile(colour, (len(found), 1)) for found, colour in parts])
    if len(corners) <= MOST_DRAWN:
        draw(corners, colours, int(arguments[0])).save("picture.png", optimize=True)
    return 0


def read(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Split a GLB into its document and its binary chunk."""
    length = struct.unpack_from("<I", content, 12)[0]
    document = json.loads(content[20 : 20 + length])
    return document, content[28 + length :]


def triangles_of(document: dict[str, Any], binary: bytes) -> Triangles:
    """Return corner points in mm (n, 3, 3) and colour of every primitive, placed in the scene."""
    found: Triangles = []
    scene = document.get("scenes", [{}])[document.get("scene", 0)]
    open_nodes = [(node, np.eye(4)) for node in scene.get("nodes", range(len(document["nodes"])))]
    while open_nodes:
        number, above = open_nodes.pop()
        node = document["nodes"][number]
        place = above @ matrix_of(node)
        open_nodes += [(child, place) for child in node.get("children", [])]
        if "mesh" in node:
            found += mesh_of(document, binary, node["mesh"], place)
    return found


def mesh_of(document: dict[str, Any], binary: bytes, mesh: int, place: Any) -> Triangles:
    """Return the triangles of one mesh at its place."""
    found: Triangles = []
    for primitive in document["meshes"][mesh]["primitives"]:
        if primitive.get("mode", 4) != 4:
            continue
        points = accessor(document, binary, primitive["attributes"]["POSITION"]).astype(np.float64)
        points = (points @ place[:3, :3].T + place[:3, 3]) * MM
        order = (
            accessor(document, binary, primitive["indices"]).ravel()
            if "indices" in primitive
            else np.arange(len(points))
        )
        corners = points[order[: len(order) // 3 * 3]].reshape(-1, 3, 3)
        found.append((corners, colour_of(document, primitive)))
    return found


def matrix_of(node: dict[str, Any]) -> Any:
    """Return where a node stands to the one above."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    turned = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    found = np.eye(4)
    found[:3, :3] = turned * np.array(node.get("scale", (1, 1, 1)))
    found[:3, 3] = node.get("translation", (0, 0, 0))
    return found


def accessor(document: dict[str, Any], binary: bytes, number: int) -> Any:
    """Return the values of an accessor, one row each."""
    found = document["accessors"][number]
    view = document["bufferViews"][found["bufferView"]]
    kind, width = np.dtype(COMPONENTS[found["componentType"]]), WIDTHS[found["type"]]
    start = view.get("byteOffset", 0) + found.get("byteOffset", 0)
    step = view.get("byteStride", kind.itemsize * width)
    return np.ndarray((found["count"], width), kind, binary, start, (step, kind.itemsize))


def colour_of(document: dict[str, Any], primitive: dict[str, Any]) -> tuple[float, float, float]:
    """Return the base colour of a primitive, linear."""
    if "material" not in primitive:
        return GREY
    material = document["materials"][primitive["material"]].get("pbrMetallicRoughness", {})
    red, green, blue = material.get("baseColorFactor", (*GREY, 1))[:3]
    return (red, green, blue)


def facts_of(corners: Any) -> dict[str, Any]:
    """Return box, volume (of the closed mesh) and area in mm, mm² and mm³."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    middle = (low + high) / 2
    volume = np.einsum("ij,ij->i", a - middle, np.cross(b - middle, c - middle)).sum() / 6
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    return {
        "bounds": [*(float(v) for v in low), *(float(v) for v in high)],
        "volume": abs(float(volume)),
        "area": float(area),
        "triangles": len(corners),
    }


def draw(corners: Any, colours: Any, size: int) -> Image.Image:
    """Draw the triangles with a depth buffer, twice as large, then make it small."""
    wide = size * SCALE
    seen = corners.reshape(-1, 3) @ camera().T
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    factor = wide * 0.9 / max(float((high - low).max()), 1e-9)
    flat = (seen[:, :2] - (low + high) / 2) * factor * [1, -1] + wide / 2
    points = np.concatenate([flat, seen[:, 2:]], axis=1).reshape(-1, 3, 3)
    shades = shaded(corners, colours)
    depth = np.full((wide, wide), -np.inf)
    image = np.zeros((wide, wide, 4), dtype=np.uint8)
    owner = np.full((wide, wide), -1, dtype=np.int64)
    for number, triangle in enumerate(points):
        fill(triangle, number, depth, owner)
    inside = owner >= 0
    image[inside, :3] = shades[owner[inside]]
    image[inside, 3] = 255
    outline(image, depth, owner, corners)
    picture = Image.fromarray(image, "RGBA")
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def camera() -> Any:
    """Return right, up and towards the eye as rows; z of the model is up."""
    eye = np.array([1.0, -1.35, 0.95])
    eye /= np.linalg.norm(eye)
    right = np.cross([0, 0, 1], eye)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(eye, right), eye])


def normals_of(corners: Any) -> Any:
    """Return the unit normal of each triangle."""
    found = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


def shaded(corners: Any, colours: Any) -> Any:
    """Return 8-bit colours of triangles in the light of a sun and a sky, as the camera sees it."""
    normals = normals_of(corners) @ camera().T
    normals[normals[:, 2] < 0] *= -1
    light = 0.34 + sum(
        strength * np.clip(normals @ (np.array(place) / np.linalg.norm(place)), 0, 1)
        for place, strength in ((SUN, 0.5), (SKY, 0.28))
    )
    linear = np.clip(colours * light[:, None], 0, 1)
    return (linear ** (1 / 2.2) * 255).astype(np.uint8)


def fill(triangle: Any, number: int, depth: Any, owner: Any) -> None:
    """Write a triangle where it is nearer than what was drawn."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = triangle.tolist()
    turn = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if abs(turn) < 1e-9:
        return
    left, top = max(math.floor(min(ax, bx, cx)), 0), max(math.floor(min(ay, by, cy)), 0)
    right = min(math.ceil(max(ax, bx, cx)) + 1, depth.shape[1])
    bottom = min(math.ceil(max(ay, by, cy)) + 1, depth.shape[0])
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right) + 0.5
    y = (np.arange(top, bottom) + 0.5)[:, None]
    of_b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / turn
    of_c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / turn
    z = az + of_b * (bz - az) + of_c * (cz - az)
    window = depth[top:bottom, left:right]
    nearer = (of_b >= -1e-6) & (of_c >= -1e-6) & (of_b + of_c <= 1 + 1e-6) & (z > window)
    window[nearer] = z[nearer]
    owner[top:bottom, left:right][nearer] = number


def outline(image: Any, depth: Any, owner: Any, corners: Any) -> None:
    """Darken where faces meet at an angle, and where the model ends."""
    normals = np.concatenate([normals_of(corners), np.zeros((1, 3))])[owner]
    for axis in (0, 1):
        dot = (normals * np.roll(normals, 1, axis=axis)).sum(axis=2)
        edge = (np.abs(dot) < math.cos(math.radians(32))) & (owner >= 0)
        image[edge, :3] = (image[edge, :3] * EDGE).astype(np.uint8)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
