from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.gate.answers.extraction import extract
from synthcode.languages import get_language

GO, PYTHON = get_language("go"), get_language("python")
PIECES = st.sampled_from(
    [
        "```",
        "```go",
        "~~~",
        "````",
        "   ```python",
        "<think>",
        "</think>",
        "x := 1",
        "Here it is:",
        "",
        "}",
        "- An item",
    ]
)
ANSWERS = st.one_of(st.text(), st.lists(PIECES).map("\n".join))
REPEATED = [
    *(" ", "\n", "a ", "a", "`", "*", "#", "- ", "/*", "<think>", "<code>", "<pre>\n", "</s>", '{"code":', "It is so "),
    *("```\n", "```go\n", "~~~\n", "x```\n```\n", "```\n/*\n", "/*\n```\n", '"""\n```\n', "```\n/*\n```\n*/\n"),
]
FINISH = st.sampled_from(["stop", "length", None])


@given(ANSWERS, FINISH, st.booleans())
def test_nothing_is_invented_and_nothing_is_cut_within_a_line(text: str, finish: str | None, prefilled: bool) -> None:
    lines = {line.strip() for line in text.split("\n")}
    extraction = extract(text, GO, PYTHON, finish, prefilled=prefilled)
    for block in extraction.blocks:
        assert block.code.strip()
        for line in block.code.split("\n"):
            assert line.strip() in lines or any(line.strip() in whole and "```" in whole for whole in lines)


@given(ANSWERS, FINISH)
def test_there_is_either_code_or_a_reason(text: str, finish: str | None) -> None:
    extraction = extract(text, GO, PYTHON, finish)
    assert (extraction.code is None) == (extraction.reason is not None)


@given(st.text(), st.sampled_from(["go", "golang", "", "python", "text"]), st.sampled_from(["```", "~~~", "`````"]))
def test_a_fenced_block_comes_out_as_it_went_in(code: str, tag: str, fence: str) -> None:
    code = code.replace("`", "").replace("~", "")
    if code.strip():
        (found,) = extract(f"Sure:\n{fence}{tag}\n{code}\n{fence}\nDone.", GO, PYTHON, "stop").blocks
        assert found.code.strip() == code.strip()
        assert found.code in code


@pytest.mark.slow
@given(st.sampled_from(REPEATED))
def test_no_answer_takes_long(piece: str) -> None:
    started = time.process_time()
    extract(f"``` {piece * 50_000}b", GO, PYTHON, "stop")
    extract(piece * 50_000, GO, PYTHON, "length")
    assert time.process_time() - started < 5
