"""Results that ``synthcode leaderboard`` refuses to rank, each in two lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.stored_results import PAIR, rank_table, write_results

COSTS = "encoder,exit,tokens,parameters,flops_per_token,latency_s,texts_per_s,batch_texts"


def damaged(folder: Path) -> list[Path]:
    write_results(folder / "a", [rank_table({PAIR: [1, 2]})])
    (folder / "a" / "ranks.parquet").write_bytes(b"PAR1")
    return [folder / "a"]


def cut_off(folder: Path) -> list[Path]:
    write_results(folder / "a", [rank_table({PAIR: [1, 2]})])
    (folder / "a" / "results.json").write_text("{")
    return [folder / "a"]


def other_dataset(folder: Path) -> list[Path]:
    for name in "abc":
        of = {"dataset": "other", "dataset_digest": "2"} if name == "c" else {}
        write_results(folder / name, [rank_table({PAIR: [1, 2]}, name)], name, **of)
    return [folder / name for name in "abc"]


def other_version(folder: Path) -> list[Path]:
    for name in "ab":
        write_results(folder / name, [rank_table({PAIR: [1, 2]}, name)], name, dataset_digest=name)
    return [folder / name for name in "ab"]


def nothing_in_common(folder: Path) -> list[Path]:
    for name, size in (("a", 100), ("b", 90)):
        write_results(folder / name, [rank_table({PAIR: [1, 2]}, name, documents=size)], name)
    return [folder]


def no_rank(folder: Path) -> list[Path]:
    write_results(folder / "a", [rank_table({PAIR: [101]})])
    return [folder]


def no_number(folder: Path) -> list[Path]:
    write_results(folder / "a", [rank_table({PAIR: [1]})], costs=f"{COSTS}\nx,0,1,1,nan,1,1,1\n")
    return [folder]


def changed_costs(folder: Path) -> list[Path]:
    write_results(folder / "a", [rank_table({PAIR: [1]})], costs=f"{COSTS}\nx,0,1,1,1,1,1,1\n")
    (folder / "a" / "costs.csv").write_text(f"{COSTS}\nx,0,1,2,1,1,1,1\n")
    return [folder]


def empty(folder: Path) -> list[Path]:
    return [folder]


def a_file(folder: Path) -> list[Path]:
    (folder / "x").touch()
    return [folder / "x"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (damaged, "ranks.parquet is damaged or was changed"),
        (cut_off, "a is not complete, or another version wrote it"),
        (other_dataset, "the results of retrieval are of different datasets, splits or corpora: 2 of mine test, and"),
        (other_version, "the results of retrieval are of different versions of a dataset: 1 of mine test, and"),
        (nothing_in_common, "no two of the results have a query in common"),
        (no_rank, "a rank that is not one of its documents'"),
        (no_number, "flops_per_token is 'nan', no number"),
        (changed_costs, "costs.csv is damaged or was changed"),
        (empty, "holds no results"),
        (a_file, "holds no results"),
        (lambda folder: [folder / "nothing"], "nothing does not exist"),
    ],
)
def test_what_cannot_be_ranked_is_refused_in_two_lines(
    tmp_path: Path, made: Callable[[Path], list[Path]], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = made(tmp_path)
    out = tmp_path / "out.md"
    assert run_cli(["leaderboard", *map(str, folders), "--out", str(out)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert said in lines[0]
    assert not out.exists()


def test_wrong_use_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["leaderboard", str(tmp_path), "--out", "board.docx"]) == 2
    assert "'board.docx' does not end in one of .md, .csv" in capsys.readouterr().err
    assert run_cli(["leaderboard"]) == 2
    write_results(tmp_path / "a", [rank_table({PAIR: [1]})])
    assert run_cli(["leaderboard", str(tmp_path), "--metric", "MRR@100"]) == 1
    assert "no metric 'MRR@100' (did you mean 'MRR@10'?)" in capsys.readouterr().err
