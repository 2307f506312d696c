from __future__ import annotations

from dataclasses import replace

import pytest

from synthcode.gate.answers.block_selection import choose
from synthcode.gate.answers.extraction import Block
from synthcode.languages import get_language
from synthcode.schemas.records import Rejection

PYTHON, GO = get_language("python"), get_language("go")
ADD = Block("func addAll(xs []int) int { return len(xs) }")
MAIN = Block("func main() { addAll(nil) }")
HELPED = Block("func addAll(xs []int) int { return add(xs[0], 1) }")
HELPER = Block("func add(a, b int) int { return a + b }")
BOTH = Block(f"{HELPED.code}\n{HELPER.code}")


def chosen(*blocks: Block, source: str = "def add_all(xs):\n    return 1\n", entry_point: str | None = None) -> object:
    choice = choose(blocks, GO, source, PYTHON, entry_point)
    return choice.reason if isinstance(choice, Rejection) else choice


def test_one_block_is_the_translation_whatever_it_defines() -> None:
    assert chosen(MAIN) == MAIN


def test_the_block_that_defines_what_the_source_defines() -> None:
    assert chosen(ADD, MAIN) == ADD
    assert chosen(HELPER, ADD) == ADD
    assert chosen(HELPER, ADD, source="") == HELPER
    assert chosen(HELPER, ADD, source="", entry_point="add_all") == ADD


def test_the_block_that_defines_more_of_it() -> None:
    source = "def add(a, b):\n    return a + b\n\ndef add_all(xs):\n    return add(xs[0], 1)\n"
    assert chosen(HELPER, BOTH, source=source) == BOTH
    assert chosen(ADD, BOTH) == ADD


def test_a_translation_in_two_blocks_is_none() -> None:
    assert chosen(HELPED, HELPER) == "split"
    assert chosen(HELPER, HELPED) == "split"
    assert chosen(HELPED, BOTH) == "split"
    assert chosen(BOTH, HELPER) == BOTH


def of(language: str, *codes: str) -> object:
    blocks = [Block(code) for code in codes]
    choice = choose(blocks, get_language(language), "def add_all(xs):\n    return 1\n", PYTHON, "add_all")
    return choice.reason if isinstance(choice, Rejection) else blocks.index(choice)


@pytest.mark.parametrize(
    ("language", "code", "other"),
    [
        ("java", "class A { int addAll(List<Integer> xs) { xs.add(1); return 1; } }", "class B { void add(int x) {} }"),
        ("ruby", "def add_all(xs)\n  xs.sum { |x| x.clamp(0, 9) }\nend", "module M\n  def clamp(a, b) = a\nend"),
        ("javascript", "const addAll = xs => xs.map(f).flat()", "function flat(xs) { return xs }"),
        ("cpp", "int addAll(V& xs) { xs->push(1); return xs.get()->size(); }", "int size(V& v) { return 1; }"),
        ("rust", "fn add_all(xs: V) -> i32 { xs.iter().fold(0, f) }", "fn fold(a: i32) -> i32 { a }"),
        ("go", "func addAll(xs []int) int { return max(xs[0], 1) }", "func max(a, b int) int { return a }"),
        (
            "php",
            "function addAll($xs) { return str_contains($xs, 'a'); }",
            "function str_contains($a, $b) { return 1; }",
        ),
        ("cpp", "using namespace std;\nint addAll(int a) { return gcd(a, 2); }", "int gcd(int a, int b) { return a; }"),
        ("python", "def add_all(xs):\n    return sum(xs)", "def sum(xs):\n    return 1"),
    ],
)
def test_members_of_library_types_and_built_in_functions_are_no_parts(language: str, code: str, other: str) -> None:
    assert of(language, code, other) == 0
    assert of(language, other, code) == 1


@pytest.mark.parametrize(
    ("language", "code", "other"),
    [
        (
            "java",
            "class A { int addAll(int[] xs) { return this.add(xs[0], 1); } }",
            "class B { int add(int a) { return a; } }",
        ),
        (
            "java",
            "class A { int addAll(int[] xs) { return B.add(xs[0]); } }",
            "class B { static int add(int a) { return a; } }",
        ),
        (
            "java",
            "class A { int addAll(int[] xs) { B b = new B(); return b.add(xs[0]); } }",
            "class B { int add(int a) { return a; } }",
        ),
        ("python", "class A:\n    def add_all(self, xs):\n        return self.add(xs)", "def add(xs):\n    return 1"),
        ("php", "class A { function addAll($xs) { return $this->add($xs); } }", "function add($xs) { return 1; }"),
        ("cpp", "int addAll(int a) { return gcd(a, 2); }", "int gcd(int a, int b) { return a; }"),
        ("javascript", "const addAll = xs => f(...add(xs))", "function add(xs) { return xs }"),
    ],
)
def test_members_of_its_own_types_are_parts(language: str, code: str, other: str) -> None:
    assert of(language, code, other) == "split"


def test_a_part_that_cannot_be_the_translation_counts() -> None:
    choice = choose([HELPED], GO, "", PYTHON, "add_all", parts=[HELPER])
    assert isinstance(choice, Rejection)
    assert choose([ADD], GO, "", PYTHON, "add_all", parts=[HELPER]) == ADD


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Here is the function:", "A shorter variant:", 0),
        ("First attempt:", "Corrected version:", 1),
        ("Before:", "After:", 1),
        ("This one does not compile:", "So instead:", 1),
        ("A naive version:", "With a loop:", 1),
        ("The complete function:", "The full program for older compilers:", 0),
        ("Incomplete:", "Now with the loop:", 1),
        ("The function:", "Oops, that was wrong. The fixed function:", 1),
    ],
)
def test_the_words_before_a_block_say_which_one_replaces_another(first: str, second: str, expected: int) -> None:
    blocks = [replace(ADD, lead=first), replace(ADD, lead=second)]
    assert blocks.index(choose(blocks, GO, "", PYTHON, "add_all")) == expected  # type: ignore[arg-type]
