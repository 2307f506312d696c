from __future__ import annotations

from synthcode.gate.block_selection import choose
from synthcode.gate.extraction import Block
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
