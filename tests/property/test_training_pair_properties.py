"""Pairs of any dataset: batches of different groups, the same in every process."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synthcode.errors import InputError
from synthcode.evaluation.training.pairs.cycles import GroupCycles
from synthcode.evaluation.training.pairs.opening import open_pairs
from synthcode.evaluation.training.settings import DataSettings, OptimiserSettings, TrainingSettings
from tests.support.training.training_dataset import Problem, write_problems

sizes = st.integers(1, 40).flatmap(lambda groups: st.tuples(st.just(groups), st.integers(1, groups)))


@given(sizes, st.integers(0, 2**32), st.lists(st.integers(0, 60), max_size=5))
def test_cycles_repeat_no_group_in_a_batch_and_leave_none_out(
    size: tuple[int, int], random_seed: int, steps: list[int]
) -> None:
    groups, batch = size
    in_order = GroupCycles(groups, batch, random_seed)
    drawn = [in_order.batch(step)[0].tolist() for step in range(61)]
    assert all(len(set(one)) == batch for one in drawn)
    stream = [group for one in drawn for group in one]
    for start in range(0, len(stream) - groups + 1, groups):
        assert sorted(stream[start : start + groups]) == list(range(groups))
    anywhere = GroupCycles(groups, batch, random_seed)
    assert [anywhere.batch(step)[0].tolist() for step in steps] == [drawn[step] for step in steps]


problems = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(["c", "go", "java", "ruby"]), st.integers(0, 12), min_size=1, max_size=4),
        st.none() | st.integers(0, 12),
        st.none() | st.sampled_from(["c1", "c2"]),
    ),
    min_size=2,
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(problems, st.integers(1, 16), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.data())
def test_texts_of_a_batch_never_answer_each_other(
    rows: list[tuple[dict[str, int], int | None, str | None]], batch: int, share: float, data: st.DataObject
) -> None:
    made = [
        Problem(f"s{number}", None if text is None else f"Text {text}.", {k: f"x{v}" for k, v in codes.items()}, group)
        for number, (codes, text, group) in enumerate(rows)
    ]
    chosen = TrainingSettings(
        data=DataSettings(text_share=share, renamed_share=0.0),
        optimiser=OptimiserSettings(steps=6, batch_size=batch),
        random_seed=data.draw(st.integers(0, 99)),
    )
    with tempfile.TemporaryDirectory() as folder:
        write_problems(Path(folder), made)
        try:
            opened = open_pairs(Path(folder), chosen)
        except InputError:
            assume(False)
            return
        again = open_pairs(Path(folder), chosen).pairs
    pairs, size = list(opened.pairs), opened.settings.optimiser.batch_size
    answers: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for one in made:
        shown = {("text", one.text or ""), *one.codes.items()}
        for text in shown:
            answers.setdefault(text, set()).update(shown)
    for start in range(0, len(pairs), size):
        here = pairs[start : start + size]
        assert len({pair.group for pair in here}) == size
        for place, pair in enumerate(here):
            asked = (pair.anchor.role.language, pair.anchor.text)
            found = {
                other
                for other, one in enumerate(here)
                if (one.positive.role.language, one.positive.text) in answers[asked]
            }
            assert found == {place}
    places = data.draw(st.lists(st.integers(0, len(pairs) - 1), max_size=8))
    assert [again[place] for place in places] == [pairs[place] for place in places]
    assert max(Counter(pair.group for pair in pairs).values()) <= -(-len(pairs) // opened.groups) + 1
