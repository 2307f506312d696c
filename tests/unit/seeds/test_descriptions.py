"""Which part of a text says what a program does."""

from __future__ import annotations

import pytest

from synthcode.seeds.descriptions import chosen_part, description, first_paragraph, names_entry_point
from synthcode.vocabulary import TextPart


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Adds two numbers.", "Adds two numbers."),
        ("  Adds\n    two\tnumbers.  \r\n", "Adds two numbers."),
        ("First this.\n\nThen that.", "First this. Then that."),
        ("Adds.\n>>> add(1, 2)\n3", "Adds."),
        ("Adds.\n\nArgs:\n    a: one\n", "Adds."),
        ("Adds.\n\nParameters\n----------\na : int\n", "Adds."),
        ("Adds.\n\nExamples: add(1, 2) is 3", "Adds."),
        ("Adds.\nFor example:\nadd(1, 2) is 3", "Adds."),
        ("Adds.\n\nSee Also\n--------\nsub", "Adds."),
        ("Adds.\nExample 1:\nadd(1, 2) is 3", "Adds."),
        ("Adds.\n:param a: one\n:returns: sum", "Adds."),
        ("Adds.\n@param a one", "Adds."),
        ("Adds them all. @return the sum", "Adds them all."),
        ("@brief Adds two.\n\\param a one", "Adds two."),
        ("@description Adds two.\n@param {int} a", "Adds two."),
        ("Adds.\n\n# Panics\n\nOn overflow.", "Adds."),
        ("Adds.\nadd(1, 2) => 3\nadd(2, 2) == 4", "Adds."),
        ("Adds.\n\n-----Input-----\n\nTwo numbers.", "Adds."),
        ("Adds.\n\n**Example 1:**\n\nadd(1, 2) is 3", "Adds."),
        ("Adds.\n== Examples ==\nadd(1, 2) is 3", "Adds."),
        ("It takes:\n- input\n- output", "It takes: - input - output"),
        ("Adds.\n[input/output] samples:\nadd(1, 2)", "Adds."),
        ("Adds.\nadd(True) == True", "Adds."),
        ("Adds.\nadd(data) -> model", "Adds."),
        (
            "It is defined as:\nfib(0) -> 0\nfib(n) -> fib(n - 1) + n\nDo not recurse.\nfib(3) -> 6",
            "It is defined as: fib(0) -> 0 fib(n) -> fib(n - 1) + n Do not recurse.",
        ),
        ("Returns: the sum of both", "Returns: the sum of both"),
        ("add(a, b) = the sum of both", "add(a, b) = the sum of both"),
        ("Mail someone@example.com or @someone about it.", "Mail someone@example.com or @someone about it."),
        ("Returns the sum.\nNotes on usage follow here", "Returns the sum. Notes on usage follow here"),
        ("@param a one", ""),
        (">>> add(1, 2)\n3", ""),
        ("Args:\n    a: one", ""),
        ("--- ***", ""),
        ("", ""),
    ],
)
def test_a_description_ends_where_examples_and_parameters_begin(text: str, expected: str) -> None:
    assert description(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "// Adds one.\n//\n// It is fast.\n// >>> add(1)\n// 2",
        "/// Adds one.\n/// It is fast.\n/// @param x a number",
        "# Adds one.\n# It is fast.\n# add(1) => 2",
        "/* Adds one.\n  It is fast.\n  >>> add(1)\n  2\n*/",
        "/**\n * Adds one.\n * It is fast.\n *\n * >>> add(1)\n * 2\n */",
        '"""Adds one.\n\n    It is fast.\n    >>> add(1)\n    2\n    """',
        "''' Adds one. It is fast. '''",
    ],
)
def test_a_text_in_the_form_of_a_comment_ends_at_its_examples(text: str) -> None:
    assert description(text) == "Adds one. It is fast."


@pytest.mark.parametrize("text", ["/regex/ and the rest", "#1 of the list\n#2 of it", "'' is empty", "'''", "/*/"])
def test_other_texts_keep_their_first_characters(text: str) -> None:
    assert description(text) == " ".join(text.split() if any(map(str.isalnum, text)) else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("First this.\n\nThen that.", "First this."),
        ("\n\n  First\n  this.\n   \n  Then that.", "First this."),
        ("-----\n\nFirst this.", "First this."),
        ("First this.\n<p>\nThen that.", "First this."),
        ("First this.<p/>Then that.", "First this."),
        ("First this.\n@param a one\n\nThen that.", "First this."),
        ("x < pivot and y > pivot", "x < pivot and y > pivot"),
        ("", ""),
    ],
)
def test_the_first_paragraph_ends_at_a_blank_line(text: str, expected: str) -> None:
    assert first_paragraph(text) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("description", "Adds numbers. It is fast."),
        ("first-paragraph", "Adds numbers."),
        ("whole", "Adds numbers. It is fast. >>> add(1, 2) 3"),
    ],
)
def test_a_part_of_a_text_can_be_chosen(part: TextPart, expected: str) -> None:
    assert chosen_part("Adds numbers.\n\nIt is fast.\n>>> add(1, 2)\n3\n", part) == expected


@pytest.mark.parametrize(
    ("text", "entry_point", "named"),
    [
        ("has_close_elements says whether two are close.", "has_close_elements", True),
        ("Write addTwo(a, b).", "addTwo", True),
        ("Return the median of a list.", "median", False),
        ("Uses my_addTwo.", "addTwo", False),
        ("Adds.", "add_two", False),
        ("Adds.", None, False),
    ],
)
def test_a_text_that_contains_the_name_of_the_entry_point_is_noticed(
    text: str, entry_point: str | None, named: bool
) -> None:
    assert names_entry_point(text, entry_point) is named
