from __future__ import annotations

from synthcode.pipelines.commands.inspection.show_cluster import Line, side_by_side


def test_lines_that_both_have_stand_beside_each_other() -> None:
    assert list(side_by_side("a\nb\nc\n", "a\nx\ny\nc\nd")) == [
        Line("a", "a", same=True),
        Line("b", "x", same=False),
        Line(None, "y", same=False),
        Line("c", "c", same=True),
        Line(None, "d", same=False),
    ]
    assert list(side_by_side("", "")) == []
