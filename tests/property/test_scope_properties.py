"""Names that hide others: one pass over the declarations finds what comparing each with each other one finds."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from synthcode.languages.rules.shared.scopes import Local, overlap


@st.composite
def declarations(draw: st.DrawFn) -> list[Local]:
    """Return declarations of one name at different places, each known from there or from before."""
    starts = draw(st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True))
    return [
        Local(
            start,
            end=start + draw(st.sampled_from([1, 2, 6, 30])),
            known_from=draw(st.integers(0, start) | st.just(start)),
            wall=draw(st.integers(0, 1)),
            reaches=draw(st.booleans()),
        )
        for start in starts
    ]


@given(declarations())
def test_an_overlap_is_one_of_two_declarations(same: list[Local]) -> None:
    assert overlap(same) == any(
        outer.reaches and outer.wall == inner.wall and outer.known_from <= inner.start < outer.end
        for outer, inner in permutations(same, 2)
    )
