"""What stands after backslashes is found where it is an escape, and only there."""

from __future__ import annotations

import pytest

from synthcode.escapes import has_escapes, unescape

BACKSLASH = "\\"


@pytest.mark.parametrize("mark", "/_.+=~:@!#*-")
@pytest.mark.parametrize("backslashes", [1, 2, 4])
def test_escaped_punctuation_is_decoded(mark: str, backslashes: int) -> None:
    text = f"a{BACKSLASH * backslashes}{mark}b"
    assert has_escapes(text)
    assert unescape(text) == f"a{mark}b"


@pytest.mark.parametrize("escape", ["u{41}", "u0041", "U00000041", "x41", "101"])
@pytest.mark.parametrize("backslashes", [1, 2, 4])
def test_an_escaped_letter_is_decoded(escape: str, backslashes: int) -> None:
    text = f"a{BACKSLASH * backslashes}{escape}b"
    assert has_escapes(text)
    assert unescape(text) == "aAb"


@pytest.mark.parametrize("text", [r"a\nb", r"\"a\"", r"a\\nb", r"\8", r"\u00", r"\xg", "\\"])
def test_other_backslashes_are_left_alone(text: str) -> None:
    assert not has_escapes(text)
    assert unescape(text) == text
