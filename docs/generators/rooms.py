"""The rooms of the code and who imports whom, from the import graph and the floors that pyproject.toml declares."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

import grimp

from docs.generators.markdown import page, table

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "synthcode"
WIDTH, HEIGHT, GAP_X, GAP_Y, LEFT = 118, 34, 14, 46, 20
MOST_ARROWS = 5
INTRODUCTION = """
# Rooms

A room is a folder or a module directly in `synthcode/`. A room imports from lower floors only. The floors are declared
in `pyproject.toml` (`[tool.importlinter]`), and a test checks every import against them. The table lists every import.
The drawing leaves out two kinds of arrow: those to a dashed room, which more than five rooms import, and those to a
room that a longer way of arrows leads to.

![Rooms on their floors, with arrows from each room to the rooms that it imports](../assets/rooms.svg)
"""


@cache
def floors() -> tuple[tuple[str, ...], ...]:
    """Return the rooms of each floor, the highest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "floors")
    return tuple(tuple(re.split(r"\s*[|:]\s*", layer)) for layer in layers)


@cache
def imports() -> dict[str, tuple[str, ...]]:
    """Return room -> the rooms that it imports."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found: dict[str, set[str]] = {room: set() for floor in floors() for room in floor}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            above, below = _room(module), _room(imported)
            if above in found and below in found and above != below:
                found[above].add(below)
    return {room: tuple(sorted(below)) for room, below in found.items()}


def _room(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


def render_page() -> str:
    """Return the page: the drawing, and each room with what it is for and what it imports."""
    rows = [
        (f"`{room}`", _purpose(room), ", ".join(f"`{below}`" for below in imports()[room]))
        for floor in floors()
        for room in floor
    ]
    return page(INTRODUCTION, table(("room", "is for", "imports"), rows))


def _purpose(room: str) -> str:
    spec = find_spec(f"{PACKAGE}.{room}")
    assert spec is not None
    assert spec.origin is not None
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text("utf-8"))) or ""
    return text.split("\n\n")[0].replace("``", "`")


def render_svg() -> str:
    """Return the drawing as SVG: one line of boxes a floor, arrows downwards."""
    widest = max(map(len, floors()))
    total = (LEFT * 2 + widest * (WIDTH + GAP_X) - GAP_X, LEFT * 2 + len(floors()) * (HEIGHT + GAP_Y) - GAP_Y)
    places = {
        room: (_left_of(len(floor), index, total[0]), LEFT + level * (HEIGHT + GAP_Y))
        for level, floor in enumerate(floors())
        for index, room in enumerate(floor)
    }
    arrows = [_arrow(places[above], places[below]) for above in places for below in direct(above)]
    boxes = [_box(room, *place, "ground" if room in ground() else "room") for room, place in places.items()]
    return "\n".join([_HEAD.format(*total), *arrows, *boxes, "</svg>", ""])


def direct(room: str) -> list[str]:
    """Return the rooms that a room imports and that no other room on the way imports for it."""
    below = imports()[room]
    shorter = {other for other in below if any(other in _reached(way) for way in below if way != other)}
    return [other for other in below if other not in shorter and other not in ground()]


@cache
def ground() -> frozenset[str]:
    """Return the rooms that so many others import that arrows to them would hide the rest."""
    users = Counter(below for rooms in imports().values() for below in rooms)
    return frozenset(room for room, count in users.items() if count > MOST_ARROWS)


@cache
def _reached(room: str) -> frozenset[str]:
    below = imports()[room]
    return frozenset(below).union(*(_reached(other) for other in below))


def _left_of(rooms: int, index: int, total: int) -> int:
    return (total - rooms * (WIDTH + GAP_X) + GAP_X) // 2 + index * (WIDTH + GAP_X)


def _arrow(above: tuple[int, int], below: tuple[int, int]) -> str:
    x1, y1, x2, y2 = above[0] + WIDTH // 2, above[1] + HEIGHT, below[0] + WIDTH // 2, below[1] - 5
    bend = (y2 - y1) // 2
    return f'<path class="arrow" d="M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"/>'


def _box(room: str, x: int, y: int, kind: str) -> str:
    box = f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
    return f'{box}<text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 4}">{escape(room)}</text>'


_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" role="img" aria-label="Rooms">
<style>
rect {{ fill: #eef2fb; stroke: #3f51b5 }}
.ground {{ stroke-dasharray: 4 3; fill: #fafafa }}
text {{ font: 12px sans-serif; text-anchor: middle; fill: #1a2040 }}
.arrow {{ fill: none; stroke: #7986cb; marker-end: url(#head) }}
</style>
<defs><marker id="head" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L6 3L0 6z" fill="#7986cb"/></marker></defs>"""
