"""'evaluate --dims --precision': smaller vectors, scored from the same encoding."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import pytrec_eval

import synthcode
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.retrieval.ranks import read_compressed_ranks
from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.models.encoders import HashingEncoder

DIMS, PRECISIONS = (16, 64), ("float32", "int8", "binary")
QUICK = ("--resamples", "100", "--no-costs")
MODULE = """
from tests.support.models.encoders import HashingEncoder
encoder = HashingEncoder((2, 5), name="two exits")
"""


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small_encoder.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    return write_dataset(tmp_path / "dataset")


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", "dataset", "--encoder", "py:small_encoder:encoder", *map(str, arguments), *QUICK])


def expected_mrr(task: synthcode.RetrievalTask, encoder: HashingEncoder, dims: int, precision: str) -> float:
    """Compute MRR@10 with trec_eval from vectors made anew."""
    role = Role("", "", "")
    queries, documents = (
        encoder.encode(list(texts.values()), role).vectors[0][:, :dims] for texts in (task.queries, task.corpus)
    )
    queries, documents = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (queries, documents))
    if precision == "binary":
        scores = -((queries[:, None] > 0) != (documents[None] > 0)).sum(axis=2).astype(float)
    else:
        least, steps = documents.min(axis=0), np.ptp(documents, axis=0) / 255
        codes = np.rint((documents - least) / np.where(steps > 0, steps, 1)) - 128
        weighted = queries * steps
        scores = np.rint(weighted / np.abs(weighted).max(axis=1, keepdims=True) * 127) @ codes.T
    listed = {
        query: dict(zip(task.corpus, map(float, row), strict=True))
        for query, row in zip(task.queries, scores, strict=True)
    }
    theirs = pytrec_eval.RelevanceEvaluator(task.qrels, {"recip_rank"}).evaluate(listed)
    return float(np.mean([row["recip_rank"] if row["recip_rank"] >= 0.1 else 0 for row in theirs.values()]))


@pytest.mark.slow
def test_scores_are_those_of_trec_eval_and_nothing_is_encoded_again(dataset: Path, tmp_path: Path) -> None:
    encoder = HashingEncoder()
    whole = synthcode.evaluate(dataset, encoder, variants=["stripped"], store=tmp_path / "store")
    encoded = len(encoder.encoded)
    found = synthcode.evaluate(
        dataset,
        encoder,
        variants=["stripped"],
        dims=DIMS,
        precisions=PRECISIONS,
        out=tmp_path / "out",
        store=tmp_path / "store",
        resamples=100,
    )
    probes = 2 * len({text for text, _ in encoder.encoded[:3]})  # the model is probed by every run
    assert len(encoder.encoded) - encoded <= probes + 9
    assert found.ranks.equals(whole.ranks)
    rows = read_compressed_ranks(tmp_path / "out")
    assert {tuple(row.values()) for row in rows.group_by(["dims", "precision"]).aggregate([]).to_pylist()} == {
        (dims, name) for dims in DIMS for name in PRECISIONS
    }
    task = synthcode.load_task(dataset, "java", "python")
    for dims in DIMS:
        for precision in ("int8", "binary"):
            mine = rows.filter(
                pc.and_(
                    pc.and_(pc.equal(rows["dims"], dims), pc.equal(rows["precision"], precision)),
                    pc.and_(pc.equal(rows["query_language"], "python"), pc.equal(rows["corpus_language"], "java")),
                )
            )
            ours = np.mean([1 / ranks[0] if ranks[0] <= 10 else 0 for ranks in mine["ranks"].to_pylist()])
            assert ours == pytest.approx(expected_mrr(task, encoder, dims, precision), abs=1e-9), (dims, precision)
    table = found.compressed()
    assert len(table) == 2 * len(DIMS) * len(PRECISIONS)
    sizes = {(row["dims"], row["precision"]): row["bytes_per_vector"] for row in table}
    assert sizes[16, "float32"] == 64
    assert sizes[64, "int8"] == 64
    assert sizes[16, "binary"] == 2
    smallest = [row["on_front"] for row in table if (row["dims"], row["precision"]) == (16, "binary")]
    assert all(smallest)  # nothing else is as small
    largest = [row for row in table if (row["dims"], row["precision"]) == (64, "float32")]
    assert all(row["difference"] is None for row in largest)


@pytest.mark.slow
def test_the_command_prints_writes_and_draws_all_of_it(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--dims", "32,16", "--precision", "binary,int8", "--variant", "stripped")
    assert evaluate(*given) == 0
    printed = capsys.readouterr().out
    [folder] = Path("results/dataset").glob("*_dims-16,32_precision-int8,binary")
    assert (folder / "plots" / "pareto-compressed.png").stat().st_size
    assert (folder / "plots" / "pareto-compressed.svg").stat().st_size
    section = (folder / "tables.md").read_text().partition("## Width and precision\n")[2].partition("\n## ")[0]
    lines = [line.split("|")[1:6] for line in section.splitlines() if line.startswith("| 5 |")]
    assert [[cell.strip() for cell in line[:4]] for line in lines] == [
        ["5", "64", "float32", "256"],
        ["5", "32", "int8", "32"],
        ["5", "16", "int8", "16"],
        ["5", "32", "binary", "4"],
        ["5", "16", "binary", "2"],
    ]
    assert "p (Holm)" in section
    assert "16 binary" in " ".join(printed.split())
    facts = json.loads((folder / "results.json").read_text())
    assert {"compressed.csv", "ranks_compressed.parquet"} <= set(facts["files"])
    assert evaluate(*given) == 0
    again = capsys.readouterr()
    assert again.out == printed
    assert "unchanged, nothing to do" in again.err
    assert evaluate(*given, "--json") == 0
    rows = json.loads(capsys.readouterr().out)["tasks"][0]["scores"]
    assert sum("dims" in row for row in rows) == 2 * 2 * 5
    # Another label keeps the ranks; a damaged file does not.
    stored = (folder / "ranks_compressed.parquet").read_bytes()
    (folder / "ranks_compressed.parquet").write_bytes(stored[:-9])
    assert evaluate(*given) == 0
    assert (folder / "ranks_compressed.parquet").read_bytes() == stored
    assert evaluate("--variant", "stripped") == 0
    assert not list(Path("results/dataset").glob("*encoder_variant-stripped/compressed.csv"))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--dims", "65"), "--dims 65: the vectors of two exits have 64 dimensions"),
        (("--dims", "0"), "is not a list of widths"),
        (("--dims", "a"), "is not a list of widths"),
        (("--dims", "8,,9"), "is not a list of widths"),
        (("--precision", "int4"), "'int4' is not one of float32, int8, binary"),
        (("--encoder", "bm25", "--dims", "8"), "bm25 has no vectors"),
        (("--task", "clones", "--dims", "8"), "--dims and --precision are for retrieval"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    dataset: Path, arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(*arguments) in (1, 2)
    assert problem in capsys.readouterr().err
    assert not list(Path().rglob("results.json"))
    assert not list(Path().rglob("part-*.parquet"))


def test_python_refuses_what_it_would_not_write(dataset: Path, tmp_path: Path) -> None:
    for given, problem in (
        ({"dims": [8]}, "written to a results folder"),
        ({"precisions": ["int4"], "out": tmp_path / "out"}, "no precision 'int4'"),
        ({"dims": [-1], "out": tmp_path / "out"}, "no width -1"),
    ):
        with pytest.raises(synthcode.SynthcodeError, match=problem):
            synthcode.evaluate(dataset, HashingEncoder(), **given)
