"""Values of all types go into C# and come out as they were."""

from __future__ import annotations

import math
from typing import Any

import pytest

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.cases.results import read_result
from synthcode.verification.languages.csharp.literals import literal
from synthcode.verification.languages.csharp.programs import with_cases
from synthcode.verification.languages.csharp.types import simple
from tests.support.programs.tested_programs import TestedPrograms

TEXT = "a\"b\\c\n\t\0'{}%é\u2028😀"
VALUES: dict[str, tuple[Any, ...]] = {
    "int": (0, -(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "ulong": (2**64 - 1,),
    "sbyte": (-128,),
    "byte": (255,),
    "System.Int16": (-32768,),
    "BigInteger": (-(10**30), 2),
    "float": (1.5, -0.25),
    "double": (0.1, 1e300, 5e-324, -3, 1e16, math.inf, -math.inf, math.nan),
    "decimal": (1.10, 10**20, 1e-7),
    "bool": (True, False),
    "char": ("a", "'", "\\", "é", "\0"),
    "string": ("", TEXT, None),
    "int?": (3, None),
    "Nullable<double>": (0.5, None),
    "int[]": ([1, 2], [], None),
    "int[][]": ([[1], [], [2, 3]],),
    "int[,]": ([[1, 2], [3, 4]], []),
    "string[][,]": ([[["a", "b"]]],),
    "List<List<string>>": ([["a"], []],),
    "IEnumerable<char>": (["a", "b"],),
    "IReadOnlyList<int?>": ([1, None],),
    "System.Collections.Generic.LinkedList<int>": ([1, 2],),
    "Queue<int>": ([1, 2],),
    "ArrayList": ([1, "a", [2.5]],),
    "HashSet<string>": ({"a", "b"}, set()),
    "ISet<int>": ({1},),
    "Dictionary<string, List<int>>": ({"a": [1], "b": []}, {}),
    "IDictionary<int, bool>": ({1: True},),
    "SortedDictionary<(int, int), double>": ({(1, 2): 0.5},),
    "Tuple<int, string>": ((1, "a"),),
    "(int a, string b)": ((1, "a"),),
    "(int, (string, bool))?": ((1, ("a", True)),),
    "KeyValuePair<string, int>": (("a", 1),),
    "List<(string name, int age)>": ([("a", 1)],),
    "object": (1, 2.5, "a", True, None, 2**40, 2**70, [1, "a", None], {"a": [1]}, {1, 2}, (1, "a"), [[1], [2.5]]),
    "dynamic": ([1, 2], [["a"], []], [1, None], [(1, "a"), (2, "b")]),
    "List<object>": ([1, [2, ["a"]], {"k": 1}],),
    "T": (1, "a", [1, 2], {"a": 0.5}),
}


@pytest.mark.slow
def test_every_type_holds_its_values() -> None:
    programs = TestedPrograms("csharp")
    methods, cases = [], []
    for kind, values in VALUES.items():
        generic = "<T>" if kind == "T" else ""
        methods.append(f"class S {{ public static {kind} F{generic}({kind} a) {{ return a; }} }}")
        cases.append([TestCase((value,), value) for value in values])
    joined = [with_cases(code, "f", own) for code, own in zip(methods, cases, strict=True)]
    runs = programs.run([program.job for program in joined])
    for code, own, program, ran in zip(methods, cases, joined, runs, strict=True):
        assert not program.untestable, code
        outcome = judge_cases(own, program, ran)
        assert (outcome.passed, outcome.detail) == (len(own), ""), (code, ran)


def test_characters_of_a_collection_are_a_text_if_one_is_expected() -> None:
    programs = TestedPrograms("csharp")
    code = "static IEnumerable<char> F(string a) { return a.Reverse(); }"
    assert [one.passed for one in programs.judge_cases("f", [(code, [TestCase(("ab",), "ba")])])] == [1]


def test_a_value_of_a_class_of_its_own_cannot_be_compared() -> None:
    programs = TestedPrograms("csharp")
    program = with_cases("class N { }\nclass S { static N F(int a) { return new N(); } }", "f", [TestCase((1,), 1)])
    [ran] = programs.run([program.job])
    with pytest.raises(Untestable, match="the type N"):
        read_result(ran.lines[0].partition(" ")[2])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (256, "byte"),
        (-1, "uint"),
        (2**63, "long"),
        (True, "int"),
        (1, "bool"),
        (1.5, "int"),
        ("ab", "char"),
        ("😀", "char"),
        ("a\ud800", "string"),
        (1, "string"),
        (None, "int"),
        (2**60 + 1, "double"),
        (math.nan, "decimal"),
        (1e39, "float"),
        ([1], "int"),
    ],
)
def test_a_value_that_a_type_does_not_have_is_refused(value: Any, kind: str) -> None:
    with pytest.raises(Untestable):
        literal(value, simple(kind))
