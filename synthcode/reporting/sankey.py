"""A Sankey diagram of what only ever divides: every stream has one source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["main", "lost", "waiting"]

NODE_WIDTH, NODE_GAP, LABEL_HEIGHT = 10.0, 6.0, 17.0
LOSS_GAP = 24.0
"""Keeps the labels of what is lost clear of what flows on."""
HEAD, FOOT, SIDE = 44.0, 8.0, 150.0
"""Room above for the labels of what flows on, below, and to the right for the labels of where it ends."""
THINNEST = 1.5
"""One row among a million is still to be seen."""


@dataclass(frozen=True)
class Stream:
    """Something that flows, and what it divides into."""

    label: str
    count: int
    """The text of the label."""
    kind: Kind = "main"
    parts: tuple[Stream, ...] = ()
    weight: float | None = None
    """How thick it is, where that is not its count."""

    @property
    def thickness(self) -> float:
        """Its weight, or else its count."""
        return self.count if self.weight is None else self.weight


@dataclass(frozen=True)
class Node:
    """A stream's place, in pixels."""

    stream: Stream
    column: int
    x: float
    y: float
    height: float

    @property
    def is_end(self) -> bool:
        """Whether its label is next to it rather than above."""
        return not self.stream.parts and self.column > 0


@dataclass(frozen=True)
class Ribbon:
    """A part, drawn from what it is part of."""

    path: str
    kind: Kind
    title: str


@dataclass(frozen=True)
class Drawing:
    """The shapes to draw."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]


def draw(root: Stream, width: float = 1040.0, thickest: float = 260.0) -> Drawing:
    """Lay out a stream and all its branches from left to right.

    Parameters
    ----------
    root
        The source of all streams.
    width
        Pixels.
    thickest
        Pixels that the root's thickness takes.
    """
    columns = list(_columns(root))
    scale = thickest / root.thickness if root.thickness else 0.0
    step = (width - SIDE - NODE_WIDTH) / max(1, len(columns) - 1)
    nodes = [
        node
        for number, streams in enumerate(columns)
        for node in _stacked(streams, number, step * number if len(columns) > 1 else 0.0, scale)
    ]
    bottom = max(max(node.y + node.height, node.y + LABEL_HEIGHT) for node in nodes)
    places = {id(node.stream): node for node in nodes}
    ribbons = [ribbon for node in nodes for ribbon in _ribbons(node, places, scale)]
    return Drawing(width, bottom + FOOT, tuple(nodes), tuple(ribbons))


def _columns(root: Stream) -> Iterator[list[Stream]]:
    column = [root]
    while column:
        yield column
        column = [part for stream in column for part in stream.parts]


def _stacked(streams: list[Stream], column: int, x: float, scale: float) -> Iterator[Node]:
    y, has_loss = HEAD, False
    for stream in streams:
        height = max(THINNEST, stream.thickness * scale)
        if stream.kind != "main" and not has_loss:
            y, has_loss = y + LOSS_GAP, True
        yield Node(stream, column, x, y, height)
        y += max(height + NODE_GAP, LABEL_HEIGHT)


def _ribbons(node: Node, places: dict[int, Node], scale: float) -> Iterator[Ribbon]:
    y = node.y
    for part in node.stream.parts:
        target = places[id(part)]
        height = part.thickness * scale
        title = f"{node.stream.label} → {part.label}: {part.count:,}"
        yield Ribbon(_path(node.x + NODE_WIDTH, y, target.x, target.y, max(THINNEST, height)), part.kind, title)
        y += height


def _path(x0: float, y0: float, x1: float, y1: float, height: float) -> str:
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.1f},{y0:.1f}C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}v{height:.1f}"
        f"C{middle:.1f},{y1 + height:.1f} {middle:.1f},{y0 + height:.1f} {x0:.1f},{y0 + height:.1f}z"
    )
