from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.reporting.sankey import HEAD, LABEL_HEIGHT, LOSS_GAP, NODE_WIDTH, SIDE, THINNEST, Stream, draw


def test_a_stream_that_divides_is_laid_out_to_scale() -> None:
    drawing = draw(Stream("all", 100, parts=(Stream("good", 75), Stream("bad", 25, "lost"))), 1000, 200)
    places = [(node.stream.label, node.column, node.x, node.y, node.height) for node in drawing.nodes]
    right = 1000 - SIDE - NODE_WIDTH
    assert places == [
        ("all", 0, 0, HEAD, 200),
        ("good", 1, right, HEAD, 150),
        ("bad", 1, right, HEAD + 150 + 6 + LOSS_GAP, 50),
    ]
    assert [ribbon.title for ribbon in drawing.ribbons] == ["all → good: 75", "all → bad: 25"]
    # The second ribbon leaves where the first ends, and is as thick as its node is high.
    assert re.match(
        rf"M{NODE_WIDTH:.1f},{HEAD + 150:.1f}C.* {right:.1f},{HEAD + 180:.1f}v50.0C", drawing.ribbons[1].path
    )


def test_weights_make_unlike_things_comparable() -> None:
    root = Stream("seeds", 10, weight=80, parts=(Stream("requested", 72), Stream("duplicates", 1, weight=8)))
    assert [round(node.height) for node in draw(root, 1000, 80).nodes] == [80, 72, 8]


def test_one_row_among_a_million_is_to_be_seen() -> None:
    root = Stream("all", 10**6, parts=(Stream("most", 10**6 - 1), Stream("one", 1, "lost")))
    assert draw(root).nodes[2].height == THINNEST


@pytest.mark.parametrize("count", [0, 7])
def test_a_stream_without_parts_is_a_node(count: int) -> None:
    drawing = draw(Stream("seeds", count))
    assert [node.stream.count for node in drawing.nodes] == [count]
    assert drawing.ribbons == ()


@st.composite
def streams(draw_from: st.DrawFn, depth: int = 0) -> Stream:
    if depth == 3 or draw_from(st.booleans()):
        return Stream("end", draw_from(st.integers(1, 1000)), draw_from(st.sampled_from(["main", "lost", "waiting"])))
    parts = tuple(draw_from(streams(depth + 1)) for _ in range(draw_from(st.integers(1, 4))))
    return Stream("inner", sum(part.count for part in parts), parts=parts)


@given(streams())
def test_nothing_overlaps_and_labels_have_room(root: Stream) -> None:
    drawing = draw(root)
    for column in {node.column for node in drawing.nodes}:
        nodes = [node for node in drawing.nodes if node.column == column]
        for above, below in pairwise(nodes):
            assert below.y >= above.y + max(above.height, LABEL_HEIGHT)
    assert all(node.y + node.height <= drawing.height for node in drawing.nodes)
    assert len(drawing.ribbons) == len(drawing.nodes) - 1
