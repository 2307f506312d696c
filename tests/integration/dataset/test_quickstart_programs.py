"""The quickstart's programs do what their tests say, in every language whose toolchain is here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import tests.support.programs.toolchains as toolchains
from synthcode.gate.gate import CheckConfig, check
from synthcode.schemas.tables import CHECK_INPUT

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


RECORDED = {(row["source_id"], row["target_language"]): row for row in rows("recording.jsonl")}
PROGRAMS = [(seed, "python") for seed in SEEDS] + [key for key, row in RECORDED.items() if row["expected"] == "good"]


@pytest.mark.toolchains
@pytest.mark.parametrize(("source_id", "language"), PROGRAMS)
def test_a_program_passes_its_test(language: str, source_id: str) -> None:
    if lacking := toolchains.missing(language):
        pytest.skip(lacking)
    seed = SEEDS[source_id]
    program = seed["code"] if language == "python" else translation(seed, RECORDED[source_id, language])
    done = toolchains.run(language, program, seed["tests"][language])
    assert done.exit_code == 0, done.stderr
    assert done.stdout == b""
