"""What a parser is given depends on the text only, never on the clock."""

from __future__ import annotations

import time

import pytest

from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import ParseTimeout, parse

PROGRAM = b"fun f(x: Int): Int { val y = x * 2; return y }\n" * 2_000


def test_a_slow_clock_rejects_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(range(0, 3_600_000, 3_600))
    monkeypatch.setattr(time, "monotonic", lambda: next(hours))
    assert not parse(PROGRAM, LANGUAGES["kotlin"]).root_node.has_error


def test_the_bound_of_steps_is_exact() -> None:
    """94,000 bytes take 1,701 steps: 0.3402 s of 5,000 steps each."""
    assert not parse(PROGRAM, LANGUAGES["kotlin"], 0.3402).root_node.has_error
    for _ in range(3):
        with pytest.raises(ParseTimeout, match="not parsed within 1,700 steps"):
            parse(PROGRAM, LANGUAGES["kotlin"], 0.34)


@pytest.mark.parametrize("size", [1, 400, 2_000])
def test_the_text_of_a_node_is_the_source_itself(size: int) -> None:
    source = 'fun f(x: Int): String { return "ä€" }\n'.encode() * size
    root = parse(source, LANGUAGES["kotlin"]).root_node
    assert not root.has_error
    assert root.text == source
    assert [child.text for child in root.named_children] == [source[:40]] * size
    assert {(child.end_byte - child.start_byte) for child in root.named_children} == {40}
