"""Where the plot of smaller vectors writes names."""

from __future__ import annotations

import pytest

from synthcode.evaluation.plots.compressed import _names_above


@pytest.mark.parametrize(
    ("sizes", "above"),
    [
        ([], []),
        ([64, 128, 256, 384], [True, True, True, False]),
        ([256, 384, 400, 1536], [True, False, True, True]),
        ([8, 16, 32, 48, 128], [True, True, True, False, True]),
    ],
)
def test_neighbours_have_names_above_and_below(sizes: list[int], above: list[bool]) -> None:
    assert _names_above(sizes) == above
