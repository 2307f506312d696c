from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.markdown import markdown_cell
from synthcode.sanitize import csv_cell, from_csv_cell, one_line, visible, visible_line


def test_what_would_drive_a_terminal_is_shown_and_not_sent() -> None:
    assert visible("a\x1b[31mred\x07\r\n\tb") == "a␛[31mred␇␍\n\tb"
    assert visible("\x9b2J") == "<U+009B>2J"
    assert visible("safe \u202e efas") == "safe <U+202E> efas"
    assert visible("def größe(x): return '日本'") == "def größe(x): return '日本'"


@given(st.text())
def test_nothing_that_comes_out_is_a_control_character(text: str) -> None:
    assert all(character in "\n\t" or character.isprintable() for character in visible(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a" * 600, "a" * 499 + "…"),
        ("a" * 500, "a" * 500),
        ("right\u202eto\u200bleft", "righttoleft"),
        (" \n ", ""),
    ],
)
def test_one_line_is_short_and_printable(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_one_line_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    for line in (one_line(text), visible_line(text), markdown_cell(text), csv_cell(text)):
        assert len(line.splitlines()) <= 1
        controls = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0))}
        assert not set(line) & (controls | set("\u202a\u202b\u202e\u2066\u2069\u200f"))


def test_long_text_is_cut_before_it_is_read() -> None:
    assert one_line("\x00" * 10**7 + "x") == ""


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("\r\n=1+1", "'=1+1"),
        ("  =1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("'=1+1", "''=1+1"),
        ("-0.25", "-0.25"),
        ("+1e-3", "+1e-3"),
        ("st:org/model-v1@main", "st:org/model-v1@main"),
        ("c++", "c++"),
        ("it's", "it's"),
        ("a\x1b[2Jb\u202ec", "a\u241b[2Jb<U+202E>c"),
    ],
)
def test_a_spreadsheet_runs_no_cell_and_names_come_back(text: str, cell: str) -> None:
    assert csv_cell(text) == cell
    assert from_csv_cell(cell) == visible_line(text)
    stream = io.StringIO()
    csv.writer(stream).writerow([cell, "x"])
    assert next(csv.reader(io.StringIO(stream.getvalue()))) == [cell, "x"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a | b\nc", "a \\| b c"),
        ("<script>", "\\<script>"),
        ("[x](http://y)", "[x\\](http://y)"),
        ("`x`", "\\`x\\`"),
        ("0.5 [0.1, 0.9] < 1", "0.5 [0.1, 0.9] < 1"),
    ],
)
def test_a_markdown_cell_opens_nothing(text: str, cell: str) -> None:
    assert markdown_cell(text) == cell
