from __future__ import annotations

import pytest

from synthcode.gate.syntax.characters import control_character, foreign_character
from synthcode.languages import get_language
from synthcode.languages.parsing import parse


@pytest.mark.parametrize(
    ("data", "offset"),
    [(b"a\0b", 1), (b"ab\x1b", 2), (b"\x7f", 0), (b"a\tb\r\n\x0c\x0b", None), ("é".encode(), None), (b"", None)],
)
def test_control_characters(data: bytes, offset: int | None) -> None:
    assert control_character(data) == offset


@pytest.mark.parametrize(
    ("language", "code", "character"),
    [
        ("javascript", "const x = 'é → …'; // → …\nconst y = `→`; const z = /→/;", None),
        ("javascript", "const naïve = 变量;", None),
        ("javascript", "class A { #größe = 1; }", None),
        ("javascript", "const x = …;", "…"),
        ("javascript", "f（1）;", "（"),
        ("javascript", "const\u200bx = 1;", "\u200b"),
        ("ruby", "größer? :ähnlich", None),
        ("ruby", "x = a → b", "→"),
        ("php", "<?php $größe = 'é';", None),
        ("rust", "fn f() { let s = \"é\"; let c = 'é'; }", None),
        ("rust", 'fn f() { let s = r#"é"#; }', None),
        ("java", 'class A { String s = "é"; /** é */ int größe; }', None),
    ],
)
def test_characters_beyond_ascii(language: str, code: str, character: str | None) -> None:
    data = code.encode()
    found = foreign_character(parse(data, get_language(language)).root_node, data, get_language(language), spaces="")
    assert (found and found[1]) == character
    if found is not None:
        assert data[found[0] :].decode().startswith(found[1])


def test_white_space_of_the_language_is_none_of_them() -> None:
    data = "const\u00a0x = 1;".encode()
    root, javascript = parse(data, get_language("javascript")).root_node, get_language("javascript")
    assert foreign_character(root, data, javascript, spaces="\u00a0") is None
    assert foreign_character(root, data, javascript, spaces="") == (5, "\u00a0")
