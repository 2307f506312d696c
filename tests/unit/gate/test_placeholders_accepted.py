"""A completion that does as much as its source is no placeholder, however short it is."""

from __future__ import annotations

import pytest

from synthcode.gate.placeholders import placeholder
from synthcode.languages import LANGUAGES
from tests.support.programs.placeholders import why_placeholder

TRUE = {
    "a short function": ("java", "class A { static int[] clampAll(int[] xs, int low, int high) { return xs; } }"),
    "a function that gives back what it is given": ("rust", "fn add(xs: i32) -> i32 { xs }"),
    "a helper does the work": (
        "go",
        "func clampAll(xs []int, low, high int) []int {\n\treturn clampEach(xs, low, high)\n}",
    ),
    "format strings": ("rust", 'fn clamp_all(xs: &str) -> String {\n    format!("{xs}")\n}'),
    "interpolation": ("kotlin", 'fun clampAll(xs: String, low: Int): String = "$xs"'),
    "interpolation in PHP": ("php", '<?php\nfunction clampAll($xs) { return "$xs"; }'),
    "all arguments": ("javascript", "function clampAll(xs, low, high) { return clamp(...arguments); }"),
    "names in other letters": ("php", "<?php\nfunction clampAll($testlist) { return array_map('f', $testList); }"),
    "an abstract class with its implementation": (
        "java",
        "abstract class Base { abstract int[] clampAll(int[] xs); }\n"
        "class A extends Base { int[] clampAll(int[] xs) { return f(xs); } }",
    ),
    "a base class that raises": (
        "python",
        "class Base:\n    def clamp_all(self, xs):\n        raise NotImplementedError\n\n"
        "class A(Base):\n    def clamp_all(self, xs):\n        return [x + 1 for x in xs]",
    ),
    "a documented program": (
        "python",
        'def clamp_all(xs):\n    """Was: static int[] clampAll(int[] xs, int low, int high) {"""\n    return f(xs)',
    ),
    "an overload": (
        "typescript",
        "function clampAll(xs: number[]): number[];\nfunction clampAll(xs: any): any { return xs.map(f); }",
    ),
    "an empty constructor": ("cpp", "struct A {\n    A() {}\n    int clampAll(int x) { return x + 1; }\n};"),
    "an empty main": ("c", "int clamp_all(int x) { return x + 1; }\nint main(void) { return 0; }"),
    "a remark that is left over": (
        "java",
        "class A { int[] clampAll(int[] xs) {\n    // Write your code here\n    return f(xs);\n} }",
    ),
    "a plan that is left over": (
        "php",
        "<?php\nfunction clampAll($xs) {\n    // TODO: implement\n    return f($xs);\n}",
    ),
    "dots that mean a range": ("ruby", "# Clamps xs[0], xs[1], ...\ndef clamp_all(xs)\n  xs.map { |x| x + 1 }\nend"),
    "an empty catch with a plan": (
        "java",
        "class A { int clampAll(int[] xs) { try { return g(xs); } catch (Error e) { /* TODO: log */ }\n return 0;\n} }",
    ),
    "an except that passes": (
        "python",
        "def clamp_all(s):\n    try:\n        return f(s)\n    except E:\n        # add none\n        pass",
    ),
    "a branch that does nothing": (
        "python",
        "def clamp_all(s):\n    if s in f:\n        pass  # it is there: there is nothing to add\n    return f(s)",
    ),
    "an empty catch": (
        "java",
        "class A { int f(int[] xs) {\n    try { return g(xs); } catch (Error e) { /* none */ }\n    return 0;\n} }",
    ),
    "another name": ("go", "func clampSlice(xs []int, low, high int) []int {\n\treturn each(xs, low, high)\n}"),
    "only main": (
        "cpp",
        "int main() {\n    int low, high;\n    std::cin >> low >> high;\n    std::cout << high - low;\n}",
    ),
    "a lambda in a property": ("kotlin", "val clampAll = { xs: List<Int> -> xs.map { it + 1 } }\nclass A"),
    "a block of Ruby": ("ruby", "class A\n  define_method(:clamp_all) { |xs| xs.map { |x| x + 1 } }\nend"),
    "a macro": ("c", "#define CLAMP(x, low, high) ((x) < (low) ? (low) : (x))\nstruct s { int a; };"),
}


@pytest.mark.parametrize(("language", "code"), TRUE.values(), ids=TRUE)
def test_true_translations(language: str, code: str) -> None:
    assert why_placeholder(code, language) is None


NO_MORE_THAN_THE_SOURCE = [
    ("def noop(x):\n    pass\n", "java", "class A { static void noop(int x) {} }"),
    ("def is_on():\n    return True\n", "go", "func isOn() bool {\n\treturn true\n}"),
    ("def name(x):\n    return None\n", "javascript", "function name(x) { return null; }"),
    ("def fail(x):\n    raise NotImplementedError\n", "kotlin", "fun fail(x: Int): Int = TODO()"),
    ("class Node:\n    def __init__(self, v):\n        self.v = v\n", "kotlin", "class Node(val v: Int)"),
    ("class P:\n    def get_x(self):\n        return self.x\n", "rust", "struct P { x: i32 }"),
    ("class P:\n    def __eq__(self, o):\n        return self.x == o.x\n", "kotlin", "data class P(val x: Int)"),
    (
        "def f(x):\n    # ... rest of the code\n    return x + 1\n",
        "c",
        "int f(int x) {\n    // ... rest of the code\n    return x + 1;\n}",
    ),
]


@pytest.mark.parametrize(("source", "language", "code"), NO_MORE_THAN_THE_SOURCE)
def test_what_the_source_does_not_do_is_not_asked_for(source: str, language: str, code: str) -> None:
    assert why_placeholder(code, language, source, None) is None


def test_memory_is_freed_only_where_it_must_be() -> None:
    source = "void list_free(list *l) {\n    while (l) l = next(l);\n}\nint size(list *l) { return l->n + 1; }\n"
    code = "def list_free(l):\n    pass\n\ndef size(l):\n    return l.n + 1\n"
    assert placeholder(code, LANGUAGES["python"], source, LANGUAGES["c"], "size") is None
    empty = code.replace("list_free", "list_sum")
    spoilt = source.replace("list_free", "list_sum")
    assert placeholder(empty, LANGUAGES["python"], spoilt, LANGUAGES["c"], "size") == "line 1: list_sum is a stub"
