from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.languages import get_language
from synthcode.stages.extraction import Block, in_order_of_likelihood, take_apart

GO, PYTHON = get_language("go"), get_language("python")
CODE = "func f(x int) int {\n\treturn x\n}"


def block(code: str = CODE, language: str | None = "go", *, fenced: bool = True, closed: bool = True) -> Block:
    return Block(code, get_language(language) if language else None, fenced, closed)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (f"```go\n{CODE}\n```", [block()]),
        (f"Here it is:\n\n```golang\n{CODE}\n```\nIt returns x.", [block()]),
        (f"~~~ go\n{CODE}\n~~~", [block()]),
        (f"````go\n{CODE}\n```\n````", [block(CODE + "\n```")]),
        (f"```\n{CODE}\n```", [block(language=None)]),
        (f"```whatever\n{CODE}\n```", [block(language=None)]),
        (f'```go title="f.go"\n{CODE}\n```', [block()]),
        (f"  ```go\n  {CODE.splitlines()[0]}\n  ```", [block(CODE.splitlines()[0])]),
        (f"```python\nf = 1\n```\n```go\n{CODE}\n```", [block("f = 1", "python"), block()]),
        (f"```go\n{CODE}", [block(closed=False)]),
        (CODE, [block(language=None, fenced=False)]),
        (f"\n{CODE}\n", [block(language=None, fenced=False)]),
        (f"{CODE}\n```", [block(language=None)]),
        (f"<think>\n```go\nno\n```\n</think>\n```go\n{CODE}\n```", [block()]),
        ("```go\n\n```", []),
    ],
)
def test_blocks(text: str, blocks: list[Block]) -> None:
    assert list(take_apart(text).blocks) == blocks


def test_what_is_no_answer() -> None:
    assert take_apart(" \n").is_blank
    assert take_apart("<think>Well.</think>\n").is_blank
    assert take_apart("<think>Well, the source").thinks_on
    assert not take_apart("<think>Well, the source").is_blank


def test_the_targets_blocks_come_first_and_the_sources_last() -> None:
    java, none, go, python = (block(language=name) for name in ("java", None, "go", "python"))
    assert in_order_of_likelihood((python, java, none, go), GO, PYTHON) == [go, none, java, python]


@given(st.text(), st.sampled_from(["go", "golang", "", "python"]))
def test_a_fenced_block_comes_out_as_it_went_in(code: str, tag: str) -> None:
    code = code.replace("`", "").replace("~", "").replace("<think>", "")
    if code.strip():
        (found,) = take_apart(f"Sure:\n```{tag}\n{code}\n```\nDone.").blocks
        assert found.code == code


@given(st.text())
def test_no_answer_is_ever_invented(text: str) -> None:
    assert all(line in text for block in take_apart(text).blocks for line in block.code.split("\n"))
