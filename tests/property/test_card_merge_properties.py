"""Cards that people have edited in any way: nothing of theirs is lost, and merging twice is merging once."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from synthcode.publishing.card.card import BEGIN, END
from synthcode.publishing.card.card_merge import merge_card
from synthcode.publishing.card.yaml.front_matter_merge import split_card
from tests.support.runs.small_run import make_card

words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)
marks = [BEGIN, END, "---", "", "# Title", "<!-- synthcode:files [] -->", "```", "```html", "~~~~"]
lines = st.one_of(words, st.sampled_from(marks))
bodies = st.lists(lines, max_size=8).map(lambda parts: "\n".join(parts))
keys = st.text(alphabet="abcdefghij", min_size=1, max_size=5)
values = st.one_of(st.integers(), st.booleans(), st.dates(), words, st.lists(words, max_size=2))
trees = st.dictionaries(keys, values, max_size=4)
cards = st.builds(lambda tree, body: f"---\n{yaml.safe_dump(tree, allow_unicode=True)}---\n{body}", trees, bodies)


@pytest.mark.slow
@given(cards, bodies)
def test_merging_twice_is_merging_once(theirs: str, text: str) -> None:
    ours = make_card(text)
    merged = merge_card(ours, theirs, ["data/x/"])
    assert merge_card(ours, merged, ["data/x/"]) == merged


@pytest.mark.slow
@given(cards)
@example("---\n{}\n---\n0\t")
def test_foreign_keys_and_lines_outside_of_the_block_stay(theirs: str) -> None:
    merged = merge_card(make_card(), theirs, [])
    before, after = (yaml.safe_load(split_card(card)[0]) or {} for card in (theirs, merged))
    assert {key: after[key] for key in before} == before
    body = split_card(theirs)[1].splitlines()
    begin, own = None, []
    for line in [*body, BEGIN]:
        if line.strip() == BEGIN:
            own += begin or []  # the block has no end: its text is theirs
            begin = []
        elif line.strip() == END:
            begin = None
        elif line.strip():
            (own if begin is None else begin).append(line)
    rest = iter(split_card(merged)[1].splitlines())
    assert all(line in rest for line in own)  # in this order
