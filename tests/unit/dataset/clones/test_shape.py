from __future__ import annotations

import pyarrow as pa
import pytest

from synthcode.dataset.clones.shape import UNKNOWN, add_parameter_counts, parameter_count, unknown_parameter_counts
from synthcode.languages import get_language

PROGRAMS = [
    ("python", "def f(a, b=1, *rest):\n    return a\n", 3),
    ("python", "class A:\n    def f(self, a):\n        return a\n", 1),
    ("python", "def f():\n    return 1\n", 0),
    ("javascript", "function f(a, b) { return a; }", 2),
    ("javascript", "const f = (a, b, c) => a;", 3),
    ("javascript", "const f = a => a;", 1),
    ("typescript", "function f(a: number, b?: string): number { return a; }", 2),
    ("java", "class A { static int f(int a, int[] b) { return a; } }", 2),
    ("go", "func f(a, b int, c string) int { return a }", 3),
    ("rust", "fn f(a: &[i32], b: i32) -> i32 { b }", 2),
    ("rust", "impl A { fn f(&self, a: i32) -> i32 { a } }", 1),
    ("php", "<?php\nfunction f($a, $b) { return $a; }\n", 2),
    ("ruby", "def f(a, b)\n  a\nend\n", 2),
    ("ruby", "def f\n  1\nend\n", 0),
    ("c", "int f(int a, char *b) { return a; }", 2),
    ("c", "int f(void) { return 1; }", 0),
    ("cpp", "int *f(std::vector<int> a) { return nullptr; }", 1),
    ("csharp", "class A { static int f(int a, string b) { return a; } }", 2),
    ("kotlin", "fun f(a: Int, b: List<Int>): Int = a", 2),
]


@pytest.mark.parametrize(("language", "code", "count"), PROGRAMS)
def test_parameters_are_counted_in_every_language(language: str, code: str, count: int) -> None:
    assert parameter_count(code, get_language(language), "f") == count
    assert parameter_count(code, get_language(language), None) == count


def test_the_named_function_is_meant() -> None:
    code = "def g(a):\n    return a\ndef f(a, b):\n    return g(a)\n"
    python = get_language("python")
    assert [parameter_count(code, python, name) for name in ("f", "g", "h")] == [2, 1, UNKNOWN]
    assert parameter_count("x = 1\n", python, None) == UNKNOWN
    assert parameter_count("(" * 200_000, python, None) == UNKNOWN


def test_a_table_gets_a_column() -> None:
    columns = {"language": ["python"], "code_stripped": ["def f(a): return a\n"], "entry_point": ["f"]}
    programs = pa.table(columns)
    assert add_parameter_counts(programs)["parameters"].to_pylist() == [1]
    assert unknown_parameter_counts(programs)["parameters"].to_pylist() == [UNKNOWN]
