from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synthcode.visible import visible


def test_what_would_drive_a_terminal_is_shown_and_not_sent() -> None:
    assert visible("a\x1b[31mred\x07\r\n\tb") == "a␛[31mred␇␍\n\tb"
    assert visible("\x9b2J") == "<U+009B>2J"
    assert visible("safe \u202e efas") == "safe <U+202E> efas"
    assert visible("def größe(x): return '日本'") == "def größe(x): return '日本'"


@given(st.text())
def test_nothing_that_comes_out_is_a_control_character(text: str) -> None:
    assert all(character in "\n\t" or character.isprintable() for character in visible(text))
