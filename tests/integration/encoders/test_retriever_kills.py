"""``splade:``, ``colbert:`` and ``rerank:`` killed while they encode or score: the next run does nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.datasets.retrieval_tables import tables, words_of, write_dataset
from tests.support.models.retriever_models import SPECIAL, write_colbert, write_splade
from tests.support.models.sentence_models import write_bert

pytestmark = pytest.mark.durability

PROBLEMS = 24
PROBE = 9
"""Pairs of a reranker's probe, scored at the start and at the end of each run."""
# Writes down all that a model gets, and kills its own process before a call: 'MOMENT NUMBER', or 'never 0'.
WATCHED = """
import json, os, signal, sys
from synthcode.evaluation.representations import colbert, ranker, splade
from synthcode.evaluation.reranking import cross_encoder
from synthcode.pipelines.main import run_cli

written, moment, number, *arguments = sys.argv[1:]
calls = {"encode": 0, "score": 0}
ranker.BATCH_TEXTS, cross_encoder.BATCH_PAIRS = 32, 32

def count(name):
    calls[name] += 1
    if (name, calls[name]) == (moment, int(number)):
        os.kill(os.getpid(), signal.SIGKILL)

def note(rows):
    with open(written, "a") as file:
        file.writelines(json.dumps(row) + "\\n" for row in rows)

def watch(kind):
    encode, score_blocks = kind.encode, kind.score_blocks
    def watched_encode(self, texts, side):
        count("encode")
        note([[side, text] for text in texts])
        return encode(self, texts, side)
    def watched_blocks(self, queries, documents):
        for block in score_blocks(self, queries, documents):
            count("score")
            yield block
    kind.encode, kind.score_blocks = watched_encode, watched_blocks

watch(splade.Splade)
watch(colbert.ColBert)
predicted = cross_encoder.CrossEncoderScorer._predicted

def watched_pairs(self, pairs):
    count("score")
    note(list(pair) for pair in pairs)
    return predicted(self, pairs)

cross_encoder.CrossEncoderScorer._predicted = watched_pairs
sys.exit(run_cli(arguments))
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset", PROBLEMS)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder, words = tmp_path_factory.mktemp("models"), words_of(tables(PROBLEMS))
    judge = write_bert(
        folder / "judge", architecture="BertForSequenceClassification", words=[*SPECIAL, *words], spread=0.5
    )
    return {
        "splade": [f"splade:{write_splade(folder / '1', words)}"],
        "colbert": [f"colbert:{write_colbert(folder / '2', words)}"],
        "rerank": [f"rerank:{judge}", "--first", "bm25", "--top", "12"],
    }


def run(dataset: Path, options: list[str], folder: Path, moment: str = "never", number: int = 0) -> int:
    given = ["evaluate", str(dataset), "--task", "text2code", "--resamples", "100", "--out", str(folder / "out")]
    watched = [sys.executable, "-c", WATCHED, str(folder / "written"), moment, str(number)]
    return subprocess.run([*watched, *given, "--encoder", *options], check=False).returncode


def written(folder: Path) -> list[str]:
    return (folder / "written").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("kind", "kills"),
    [
        ("splade", (("encode", 3), ("score", 2))),
        ("colbert", (("encode", 3), ("score", 2))),
        ("rerank", (("score", 4),)),  # the first call is the probe's
    ],
)
def test_a_killed_run_goes_on_and_does_nothing_twice(
    dataset: Path, options: dict[str, list[str]], tmp_path: Path, kind: str, kills: tuple[tuple[str, int], ...]
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
    assert run(dataset, options[kind], whole) == 0
    before = PROBE
    for moment, number in kills:
        assert run(dataset, options[kind], killed, moment, number) == -signal.SIGKILL
        assert not (killed / "out" / "results.json").exists()
        assert len(written(killed)) > before
        before = len(written(killed))
    assert run(dataset, options[kind], killed) == 0
    probes = Counter(written(whole)[:PROBE]) if kind == "rerank" else Counter[str]()
    assert Counter(written(killed)) == Counter(written(whole)) + probes
    for name in ("ranks.parquet", "metrics.csv"):
        assert (killed / "out" / name).read_bytes() == (whole / "out" / name).read_bytes(), name
