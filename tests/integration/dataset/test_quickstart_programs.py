"""The quickstart's programs do what their tests say, in every language whose toolchain is here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check
from synthcode.schemas.tables import CHECK_INPUT
from synthcode.verification.cases.outcome import judge_program
from synthcode.verification.languages.table import TESTED_LANGUAGES
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.patient import with_patience
from tests.support.programs.benches import runner_of

QUICKSTART = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"
TARGETS = ("java", "javascript", "php", "ruby", "c", "cpp", "go", "rust")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (QUICKSTART / name).read_text("utf-8").splitlines()]


SEEDS = {row["source_id"]: row for row in rows("seeds.jsonl")}


def test_one_completion_in_eight_is_unusable_in_every_way_that_models_fail() -> None:
    recording = rows("recording.jsonl")
    assert {(row["source_id"], row["target_language"]) for row in recording} == {
        (seed, target) for seed in SEEDS for target in TARGETS
    }
    bad = [row["expected"] for row in recording if row["expected"] != "good"]
    assert len(recording) / 9 < len(bad) < len(recording) / 7
    assert set(bad) == {"empty", "refusal", "truncated", "no_code", "unchanged", "no_definition"} | {
        "syntax_error",
        "wrong_language",
    }


def translation(seed: dict[str, Any], row: dict[str, Any]) -> str:
    """What the gate takes out of a completion."""
    values = dict.fromkeys(CHECK_INPUT.names, "") | row | {"sample_index": 0, "entry_point": seed["entry_point"]}
    values |= {"source_language": "python", "source_code": seed["code"]}
    batch = pa.Table.from_pylist([{name: values[name] for name in CHECK_INPUT.names}], schema=CHECK_INPUT)
    code: str = check(batch, CheckConfig()).kept.column("code")[0].as_py()
    return code


@pytest.mark.toolchains
@pytest.mark.parametrize("language", ["python", *TARGETS])
def test_programs_pass_their_tests(language: str) -> None:
    """All of a language at once: a compiler may take seconds of the processor to start."""
    recorded = {row["source_id"]: row for row in rows("recording.jsonl") if row["target_language"] == language}
    codes = {
        name: seed["code"] if language == "python" else translation(seed, recorded[name])
        for name, seed in SEEDS.items()
        if language == "python" or recorded[name]["expected"] == "good"
    }
    assert len(codes) > 30
    runner = runner_of(language)
    jobs = [
        TESTED_LANGUAGES[language].with_test(
            code, TestProgram(SEEDS[name]["tests"][language]), SEEDS[name]["entry_point"]
        )
        for name, code in codes.items()
    ]
    runs = with_patience(runner, jobs, runner.run(jobs))
    outcomes = dict(zip(codes, map(judge_program, runs), strict=True))
    assert {name: found.detail for name, found in outcomes.items() if found.reason is not None} == {}
    assert {found.passed for found in outcomes.values()} == {1}
