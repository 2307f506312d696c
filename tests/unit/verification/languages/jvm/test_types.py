"""Types of Java and Kotlin, and which values have no form in them."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Value
from synthcode.verification.languages.jvm.types import Signature, misfit, read_type, unfit_result

FITS: tuple[tuple[str, Value], ...] = (
    ("int", 2**31 - 1),
    ("final List<? extends Map<String, int[]>>", [{"a": [1]}]),
    ("java.util.List<Character>", "abc"),
    ("Node", 1),
    ("Function<Integer, Integer>", 1),
    ("Optional<Integer>", None),
    ("Integer", None),
    ("double", 3),
)
MISFITS: tuple[tuple[str, Value, str], ...] = (
    ("int", 2**31, "int does not hold 2147483648"),
    ("Integer[][]", [[1], [-(2**31) - 1]], "Integer does not hold -2147483649"),
    ("char", "ab", "a str does not fit char"),
    ("boolean", 1, "a int does not fit boolean"),
    ("double", True, "a bool does not fit double"),
    ("long", None, "null does not fit long"),
    ("Map<String, Integer>", {"a": "b"}, "a str does not fit Integer"),
    ("List<String>", "abc", "a str does not fit List<String>"),
)


@pytest.mark.parametrize(("text", "value"), FITS)
def test_a_value_may_have_a_form(text: str, value: Value) -> None:
    assert misfit(read_type(text, knows_null=False), value) is None


@pytest.mark.parametrize(("text", "value", "reason"), MISFITS)
def test_a_value_has_no_form(text: str, value: Value, reason: str) -> None:
    assert misfit(read_type(text, knows_null=False), value) == reason


def test_only_types_with_a_question_mark_have_null_in_kotlin() -> None:
    assert misfit(read_type("List<Int?>", knows_null=True), [None]) is None
    assert misfit(read_type("List<Int>?", knows_null=True), [None]) == "null does not fit Int"
    assert misfit(read_type("IntArray", knows_null=True), [2**31]) == "Int does not hold 2147483648"


def test_a_signature_counts_arguments() -> None:
    whole = read_type("int", knows_null=False)
    assert Signature((whole, whole)).misfit([1]) == "it takes 2 arguments, not 1"
    assert Signature((whole, whole), optional=1).misfit([1]) is None
    assert Signature((whole, whole), is_variadic=True).misfit([1, 2, 3]) is None


@pytest.mark.parametrize(
    ("text", "value", "is_unfit"),
    [
        ("long", 2**63 - 1, False),
        ("long", 2**63, True),
        ("int", 2**40, False),
        ("BigInteger", 2**90, False),
        ("List<Long>", [1, 2**64], True),
        ("long[]", [-(2**64)], True),
        ("LongArray", [2**64], True),
        ("Map<String, Long>", {"a": 2**64}, True),
        ("Map<String, Object>", {"a": 2**64}, False),
        ("double", 2**64, False),
        ("long", True, False),
        ("int", None, True),
        ("Integer", None, False),
        ("List<Integer>", [None, 1], False),
        ("int[]", (None, 1), True),
        ("List<String>", ("a", False), True),
        ("List<Object>", ("a", False), False),
        ("List<Double>", [1, 2.5, True], False),
    ],
)
def test_a_result_may_be_what_its_type_cannot_hold(text: str, value: Value, is_unfit: bool) -> None:
    assert (unfit_result(read_type(text, knows_null=False), value) is not None) == is_unfit
