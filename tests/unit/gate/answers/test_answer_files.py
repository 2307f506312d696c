"""Answers of public bug reports, as files: each is accepted whole, or rejected with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check
from synthcode.languages import language_of_suffix
from synthcode.schemas.tables import CHECK_INPUT

FOLDER = Path(__file__).parents[3] / "data" / "answers"
CASES = [json.loads(line) for line in (FOLDER / "index.jsonl").read_text("utf-8").splitlines()]
NOT_TAKEN = ("fill me in", "class No ", "class B ", "module Clamping")
"""Skeletons, drafts, made-up turns and alternatives that stand in some of the answers."""


@pytest.mark.parametrize("case", CASES, ids=[case["answer"] for case in CASES])
def test_each_answer(case: dict[str, str]) -> None:
    source = FOLDER / "sources" / case["source"]
    language = language_of_suffix(source.suffix)
    assert language is not None
    row: dict[str, Any] = dict.fromkeys(CHECK_INPUT.names, "x") | {"sample_index": 0, "finish_reason": "stop"}
    row |= {"source_language": language.name, "source_code": source.read_text("utf-8")}
    row |= {"entry_point": case["entry_point"], "target_language": case["language"]}
    row |= {"text": (FOLDER / f"{case['answer']}.txt").read_text("utf-8")}
    kept, rejected = check(pa.Table.from_pylist([row], schema=CHECK_INPUT), CheckConfig())
    assert (rejected["reason"].to_pylist() or ["accepted"]) == [case["outcome"]]
    for code in kept["code"].to_pylist():
        assert code.strip("\ufeff") == code
        assert not any(words in code for words in NOT_TAKEN)


def test_every_file_is_in_the_index() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == [case["answer"] for case in CASES]
