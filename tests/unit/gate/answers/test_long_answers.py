"""Hundreds of thousands of characters of any shape cost a second, whatever they were made for."""

from __future__ import annotations

import time

import pytest

from synthcode.comments import detach_documentation
from synthcode.dataset.variables import variables_of
from synthcode.dataset.variants import anonymise
from synthcode.gate.answers.block_selection import choose
from synthcode.gate.answers.extraction import Block, extract
from synthcode.languages import LANGUAGES
from synthcode.seeds.descriptions import description, first_paragraph

JAVA, PYTHON, RUST = LANGUAGES["java"], LANGUAGES["python"], LANGUAGES["rust"]
SECONDS = 5
"""Of the processor: a fraction of one on an idle machine, half a minute for what takes time quadratic in the text."""

UNITS = {
    "tildes": ("", "~", "`\n"),
    "fences": ("", "```\n", ""),
    "quoted fences": ("```java\n/* /* /*\n", "```\n*/\n", ""),
    "fences after words": ("", "Here: ```java\nx; ```\n", ""),
    "indented fences": ("```java\n", "         ```\n" + "x;\n" * 500, ""),
    "marks at the start": ("", "<s>", ""),
    "marks at the end": ("x", "</s> \n", ""),
    "elements": ("", "<code>", "\n</code>"),
    "one-line elements": ("", "<code>x</code>", ""),
    "thoughts": ("", "<think>", ""),
    "thoughts on lines": ("", "x\n<think>\n</think>\n", ""),
    "channels": ("", "<|channel|>analysis<|message|>", ""),
    "ends of messages": ("<|channel|>analysis<|message|>", "<|end|>", ""),
    "marks after code": ("x = f(1)\n", "#<|im_end|>\n", ""),
    "calls of tools in a fence": ("```\n", "<tool_call>\n", ""),
    "tags": ("", "[CODE]\n", ""),
    "unlike fences": ("~~~~\n", "~~~\n", ""),
    "backticks": ("", "`a", ""),
    "braces": ("", "{", ""),
    "blanks": ("", " ", "x"),
    "blank lines": ("", " \n", ""),
    "blanks in a tag": ("```java ", " ", "`"),
    "sentences": ("", "A b c d. ", ""),
    "headings": ("", "# ", ""),
    "calls": ("", "_()=\n", ""),
}


@pytest.mark.parametrize(
    ("name", "characters", "seconds"),
    [
        *(
            pytest.param(name, 300_000, SECONDS, marks=[] if number % 2 else [pytest.mark.slow])
            for number, name in enumerate(UNITS)
        ),
        *(pytest.param(name, 1_000_000, 2 * SECONDS, marks=pytest.mark.durability) for name in UNITS),
    ],
)
def test_answers_and_descriptions(name: str, characters: int, seconds: float) -> None:
    start, unit, end = UNITS[name]
    text = start + unit * (characters // len(unit)) + end
    started = time.process_time()
    extract(text, JAVA, PYTHON, "stop")
    description(text)
    first_paragraph(text)
    assert time.process_time() - started < seconds


def test_an_answer_of_more_fences_than_are_looked_at_is_rejected_with_its_count() -> None:
    found = extract("```\nx\n" * 1_500, JAVA, PYTHON, "stop")
    assert (found.reason, found.detail) == (
        "repetitive",
        "1,500 lines with a code fence, at most 1,000 are looked at",
    )
    assert extract("```java\nint f() {}\n```\n" * 500, JAVA, PYTHON, "stop").reason is None


def test_programs_of_many_names_attributes_and_comments() -> None:
    started = time.process_time()
    calls = "".join(f"x{number}.f(1);\n" for number in range(6_000))
    anonymise(f"class C {{ void f() {{}} }}\n{calls}", LANGUAGES["cpp"], "f")
    variables_of(calls.encode(), frozenset({b"C"}))
    functions = "".join(f"def a{number}(x):\n  return x\n" for number in range(3_500))
    choose([Block(functions), Block(functions[:50_000])], PYTHON, "def f(x):\n  return x\n", PYTHON, "f")
    detach_documentation("// c\n#[a]\n" * 9_000, RUST)
    assert time.process_time() - started < 3 * SECONDS


def test_a_tree_too_wide_for_queries_is_left_alone() -> None:
    stars = "*" * 99_000
    started = time.process_time()
    assert detach_documentation(stars, PYTHON) == (stars, "")
    assert time.process_time() - started < SECONDS
