from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length, pad


def test_padding_goes_to_the_side_that_was_asked_for() -> None:
    ids, mask = pad([[1], [2, 3]], 9)
    assert (ids.tolist(), mask.tolist()) == ([[9, 1], [2, 3]], [[0, 1], [1, 1]])
    ids, mask = pad([[1], [2, 3]], 9, "right")
    assert (ids.tolist(), mask.tolist()) == ([[1, 9], [2, 3]], [[1, 0], [1, 1]])


@given(st.lists(st.integers(1, 100), max_size=40), st.integers(1, 300), st.integers(1, 9))
def test_batches_hold_every_text_once_within_bounds(lengths: list[int], tokens: int, texts: int) -> None:
    batches = list(batches_by_length(lengths, tokens, texts))
    assert sorted(np.concatenate(batches).tolist() if batches else []) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= texts
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= tokens
    longest = [lengths[batch[0]] for batch in batches]
    assert longest == sorted(longest, reverse=True)
