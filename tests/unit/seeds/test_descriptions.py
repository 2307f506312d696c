"""Which part of a text says what a program does."""

from __future__ import annotations

import pytest

from synthcode.seeds.descriptions import description, first_paragraph


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
