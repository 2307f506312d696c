"""``synthcode leaderboard``: real results, and results that a test wrote."""

from __future__ import annotations

import csv
import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import synthcode
from synthcode.pipelines.main import run_cli
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.datasets.stored_results import PAIR, rank_table, write_results

QUICK = ("--resamples", "100")
MODULE = """
from tests.support.models.encoders import HashingEncoder
encoder = HashingEncoder((2, 5), name="two exits")
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BM25, and an encoder with two exits at two widths and precisions, as ``evaluate`` leaves them."""
    folder = tmp_path_factory.mktemp("leaderboard")
    dataset = write_dataset(folder / "dataset", 40)
    (folder / "small_encoder.py").write_text(MODULE)
    options = ("--variant", "stripped", "--no-costs", *QUICK)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.syspath_prepend(folder)
        for name, spec, more in (
            ("bm25", "bm25", ()),
            ("small", "py:small_encoder:encoder", ("--dims", "16,64", "--precision", "float32,binary")),
        ):
            given = ("evaluate", str(dataset), "--encoder", spec, "--out", str(folder / "all" / name))
            assert run_cli([*given, *more, *options]) == 0
    return folder / "all"


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    capsys.readouterr()
    assert run_cli(["leaderboard", *map(str, arguments), "--json", *QUICK]) == 0
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    return tree


def test_every_exit_width_and_precision_has_a_line(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = as_json(capsys, results)
    assert [(table["task"], table["variant"]) for table in board["tables"]] == [
        ("text2code", "stripped"),
        ("code2code", "stripped"),
    ]
    for table in board["tables"]:
        lines = {(row["exit"], row["dims"], row["precision"]): row for row in table["rows"]}
        smaller = {(exit_, dims, kind) for exit_ in (2, 5) for dims in (16, 64) for kind in ("float32", "binary")}
        assert lines.keys() == {(0, None, None), *smaller}
        assert lines[0, None, None]["kind"] == "bm25"
        assert lines[5, 64, "float32"]["bytes_per_vector"] == 256
        assert lines[5, 16, "binary"]["bytes_per_vector"] == 2
        values = [row["value"] for row in table["rows"]]
        assert values == sorted(values, reverse=True)
        assert all(row["lo"] <= row["value"] <= row["hi"] for row in table["rows"])
    assert json.loads((results / "small" / "results.json").read_text())["dims"] == {"2": 64, "5": 64}


def test_values_are_those_that_evaluate_wrote(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = read_metrics(results / "bm25")
    for table in as_json(capsys, results)["tables"]:
        line = next(row for row in table["rows"] if row["kind"] == "bm25")
        for metric in ("MRR@10", "nDCG@10", "R@1", "R@5", "R@10", "MAP"):
            cells = [row["value"] for row in rows if row["task"] == table["task"] and row["metric"] == metric]
            assert line[metric] == pytest.approx(np.mean(cells), abs=2e-6)


def test_python_returns_the_lines_as_a_table(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = synthcode.leaderboard(results, resamples=100)
    rows = [row for table in as_json(capsys, results)["tables"] for row in table["rows"]]
    assert frame["value"].tolist() == [row["value"] for row in rows]
    assert frame["dims"].isna().sum() == 2
    assert set(frame["task"]) == {"text2code", "code2code"}
    assert frame.attrs["notes"] == []
    assert frame.attrs["warnings"][0].startswith("Only 27 documents to search")
    with pytest.raises(synthcode.SynthcodeError, match="no results"):
        synthcode.leaderboard()
    unstored = synthcode.Results("mine", rank_table({PAIR: [1]}), "", "", None)
    with pytest.raises(synthcode.SynthcodeError, match="the results of mine are not stored"):
        synthcode.leaderboard(unstored)


def test_two_results_are_told_apart_as_compare_tells_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    ranks = random.integers(1, 12, (2, 60))
    for name, mine in zip("ab", ranks, strict=True):
        write_results(tmp_path / name, [rank_table({PAIR: mine.tolist()}, name)], name)
    (table,) = as_json(capsys, tmp_path / "a", tmp_path / "b")["tables"]
    first, second = table["rows"]
    assert run_cli(["compare", *(str(tmp_path / row["encoder"]) for row in (first, second)), "--json", *QUICK]) == 0
    (compared,) = json.loads(capsys.readouterr().out)
    assert [first["value"], second["value"]] == pytest.approx(compared["values"], abs=1e-6)
    assert second["difference"] == pytest.approx(-compared["difference"][0], abs=1e-6)
    assert second["p_holm"] == pytest.approx(compared["p_holm"])
    assert first["same_as"] == ([1] if compared["p_holm"] >= 0.05 else [])


def test_markdown_marks_the_best_and_states_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_results(tmp_path / "wide", [rank_table({PAIR: [1] * 40, ("go", "java"): [9] * 40}, "w|de")], "w|de")
    write_results(tmp_path / "narrow", [rank_table({PAIR: [2] * 40}, "narrow")], "narrow")
    capsys.readouterr()
    assert run_cli(["leaderboard", str(tmp_path), *QUICK]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "| 1 | w\\|de | **1.000** [1.000, 1.000] | **1.000** |" in "\n".join(printed)
    assert "| 2 | narrow | 0.500 [0.500, 0.500] |" in "\n".join(printed)
    assert (
        "code2code stripped: 40 of 80 queries are common to all. Left out: 40 in 1 pair of languages that not all have."
        " narrow lacks 40." in printed
    )
    assert any("same 1 pairs of languages, 40 queries, 40 problems, 100 documents" in line for line in printed)


def test_files_are_written_in_the_format_that_they_name(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "new" / f"board.{ending}" for ending in ("md", "csv", "json")]
    chosen = [argument for file in files for argument in ("--out", str(file))]
    capsys.readouterr()
    assert run_cli(["leaderboard", str(results), *chosen, *QUICK]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [f"{file}: 18 lines in 2 tables" for file in files]
    board = json.loads(files[2].read_text())
    rows = list(csv.DictReader(StringIO(files[1].read_text())))
    assert [row["encoder"] for row in rows] == [line["encoder"] for table in board["tables"] for line in table["rows"]]
    assert {row["documents_min"] for row in rows} == {"27"}
    assert files[0].read_text().count("\n## ") == 2
    assert not list(files[0].parent.glob(".*"))


def test_hostile_names_stay_on_their_line_and_open_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = '=HYPERLINK("x")|</td>\n<script>\x1b[2J\u202e'
    write_results(tmp_path / "evil", [rank_table({PAIR: [1] * 30}, name)], name, dataset="[x](y)<b>")
    capsys.readouterr()
    assert run_cli(["leaderboard", str(tmp_path / "evil"), "--out", str(tmp_path / "b.csv"), *QUICK]) == 0
    assert run_cli(["leaderboard", str(tmp_path / "evil"), *QUICK]) == 0
    printed = capsys.readouterr().out
    assert not set("\x1b\u202e") & set(printed)
    (line,) = (line for line in printed.splitlines() if "HYPERLINK" in line)
    assert "\\|\\</td> \\<script>" in line
    (row,) = csv.DictReader(StringIO((tmp_path / "b.csv").read_text()))
    assert row["encoder"].startswith("'=HYPERLINK")


def test_results_of_several_datasets_in_a_folder_have_tables_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"dataset": "other", "dataset_digest": "2"}
    for name, of in {"a": {}, "b": {}, "c": other, "d": other, "e": {"dataset_digest": "3"}}.items():
        write_results(tmp_path / name, [rank_table({PAIR: [1, 2]}, name)], name, **of)
    assert run_cli(["leaderboard", str(tmp_path), "--json", *QUICK]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    found = {table["dataset"]: sorted(line["encoder"] for line in table["rows"]) for table in tables}
    assert found == {"mine test (1)": ["a", "b"], "other test": ["c", "d"], "mine test (3)": ["e"]}
    assert run_cli(["leaderboard", str(tmp_path), *QUICK]) == 0
    assert "## code2code, stripped, other test" in capsys.readouterr().out


@pytest.mark.slow
def test_the_kind_of_an_encoder_does_not_depend_on_its_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_dataset(tmp_path / "dataset")
    scored = ("evaluate", str(dataset), "--encoder", "bm25", "--label", "words", "--out", str(tmp_path / "r" / "one"))
    assert run_cli([*scored, "--resamples", "100"]) == 0
    capsys.readouterr()
    assert run_cli(["leaderboard", str(tmp_path / "r"), "--json", *QUICK]) == 0
    kinds = {line["kind"] for table in json.loads(capsys.readouterr().out)["tables"] for line in table["rows"]}
    assert kinds == {"bm25"}


def test_repeats_and_unfinished_results_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(tmp_path / "a", [rank_table({PAIR: [1] * 40})])
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    write_results(tmp_path / "other", [rank_table({PAIR: [3] * 40})], identity="another")
    write_results(tmp_path / "unfinished", [rank_table({PAIR: [3]})])
    (tmp_path / "unfinished" / "results.json").unlink()
    board = as_json(capsys, tmp_path, tmp_path / "a")
    assert board["notes"] == [
        "unfinished is left out: it is not complete, or another version wrote it.",
        f"{tmp_path / 'copy'} repeats {tmp_path / 'a'}: same encoder, same settings. Of queries that both have, the"
        " first one's ranks count.",
    ]
    (table,) = board["tables"]
    assert [(row["encoder"], row["value"]) for row in table["rows"]] == [
        ("bm25 (a)", 1),
        ("bm25 (other)", 0.333333),
    ]


def test_hybrids_of_other_encoders_are_other_encoders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, rank in (("a", 1), ("b", 2)):
        label = f"hybrid:bm25+{name}"
        of = {"identity": "rrf", "ranking": {"combines": ["bm25", name]}}
        write_results(tmp_path / name, [rank_table({PAIR: [rank] * 30}, label)], label, **of)
    (table,) = as_json(capsys, tmp_path)["tables"]
    assert [row["encoder"] for row in table["rows"]] == ["hybrid:bm25+a", "hybrid:bm25+b"]
