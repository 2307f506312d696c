"""What ``evaluate`` does not score, and why: two lines, before anything is encoded."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset")


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "problem", "fix"),
    [
        (["--encoder", "bm24"], "no encoder 'bm24' (did you mean 'bm25'?)", "write bm25, or KIND:NAME"),
        (["--encoder", "moses:x"], "no encoder 'moses:x' (did you mean 'mose'?)", "with one of the kinds st, mose"),
        (["--encoder", "bm25", "--split", "tset"], "has no split 'tset' of 'programs'", "use one of: test"),
        (
            ["--encoder", "bm25", "--languages", "rust"],
            "split 'test' has no rust",
            "its languages are go, java, python",
        ),
        (["--encoder", "bm25", "--languages", "python,rust,c"], "has no rust, c", "its languages are go, java, python"),
        (
            ["--encoder", "bm25", "--languages", "go", "--task", "code2code"],
            "has no such tasks between go",
            "code2code needs two languages",
        ),
        (["--encoder", "mose:nowhere", "--exits", "four"], "no exits in 'four'", "write --exits 4,9"),
        (["--encoder", "st:x", "--exits", "4"], "st:x takes no --exits", "exits:NAME@3,6,12"),
        (
            ["--encoder", "mose:x", "--max-tokens", "9"],
            "mose:x takes no --max-tokens",
            "it is for st, exits, openai",
        ),
        (["--encoder", "mteb:x", "--dtype", "float16"], "mteb:x takes no --dtype", "leave it out; it is for bm25"),
        (
            ["--encoder", "mose:x", "--prompt", "query=a"],
            "mose:x takes no --prompt",
            "it is for st, openai",
        ),
        (["--encoder", "st:no/where-at-all"], "'no/where-at-all' does not load", "no remote code"),
        (["--encoder", "bm25", "--prompt", "asked=x"], "no prompt for 'asked'", "--prompt query=TEXT"),
        (["--encoder", "bm25", "--baseline", "nowhere"], "nowhere holds no results", "'synthcode evaluate' wrote"),
    ],
)
def test_what_cannot_be_scored(
    dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    problem: str,
    fix: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert evaluate(dataset, *arguments) == 1
    lines = capsys.readouterr().err.splitlines()[-2:]
    assert problem in lines[0]
    assert fix in lines[1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--from", "mbxp"],
        ["DATASET", "--from", "mbxp", "--path", "."],
        ["DATASET", "--limit", "1"],
        ["DATASET", "--path", "."],
        ["DATASET", "--resamples", "100001"],
    ],
)
def test_what_is_no_use_of_the_command(dataset: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(dataset) if argument == "DATASET" else argument for argument in arguments]
    assert evaluate(*named, "--encoder", "bm25") == 2
    assert capsys.readouterr().err.splitlines()[-1] == "see 'synthcode evaluate --help'"
