"""Where the plot of smaller vectors writes names."""

from __future__ import annotations

import pytest

from synthcode.evaluation.plots.compressed import _sides


@pytest.mark.parametrize(
    ("sizes", "sides"),
    [
        ([], []),
        ([64], ["center"]),
        ([64, 128, 256, 384], ["center", "center", "right", "left"]),
        ([256, 384, 512, 1536], ["right", "center", "left", "center"]),
        ([8, 16, 32, 48, 128], ["center", "center", "right", "left", "center"]),
    ],
)
def test_neighbours_have_sides_and_below(sizes: list[int], sides: list[str]) -> None:
    assert _sides(sizes) == sides
