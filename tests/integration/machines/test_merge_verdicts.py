"""'merge' takes along what shards have judged and encoded: nothing is done twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from synthcode.evaluation.embedding_store import EmbeddingStore, text_keys
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role
from synthcode.pipelines.main import run_cli
from synthcode.storage.known_verdicts.store import VerdictStore
from tests.support.programs.benches import runner_of
from tests.support.runs.sharded_recipe import tables

pytestmark = pytest.mark.toolchains
COUNT = 3
TARGETS = "php,ruby"


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def quickstart(out: Path, *more: str) -> None:
    given = ("--targets", TARGETS, "--set", "verify.more_inputs=1", "--set", "verify.mutants=0", "--workers", "2")
    assert synthcode("run", "quickstart", "--out", out, *given, *more) == 0


def counts(run: Path, stage: str) -> dict[str, int]:
    return json.loads((run / "manifest.json").read_text())["stages"][stage]["counts"]


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    runner_of("ruby")
    runner_of("php")
    folder = tmp_path_factory.mktemp("verified")
    names = [folder / f"node-{number}" for number in range(1, COUNT + 1)]
    for number, name in enumerate(names, 1):
        quickstart(name, "--shard", f"{number}/{COUNT}", "--through", "verify")
    return names


def dataset(run: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(run)): file.read_bytes() for file in sorted(run.rglob("dataset/**/*")) if file.is_file()
    }


def test_nothing_is_judged_or_run_again(shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quickstart(tmp_path / "one")
    assert all((shard / "verification.parquet").is_file() for shard in shards)
    assert synthcode("merge", tmp_path / "all", *shards[::-1]) == 0
    said = capsys.readouterr().err
    assert counts(tmp_path / "all", "check")["judged"] == counts(tmp_path / "all", "verify")["run"] == 0
    assert counts(tmp_path / "one", "verify")["run"] > 0
    assert "warning" not in said
    assert tables(tmp_path / "all") == tables(tmp_path / "one")
    assert dataset(tmp_path / "all") == dataset(tmp_path / "one")
    assert synthcode("merge", tmp_path / "all", *shards) == 0
    assert "verify: unchanged" in capsys.readouterr().err


def test_a_shard_that_was_not_verified_is_verified_after_the_merge(shards: list[Path], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    assert synthcode("run", "quickstart", "--out", bare, "--targets", TARGETS, "--shard", f"2/{COUNT}") == 0
    assert synthcode("merge", tmp_path / "all", shards[0], bare, shards[2]) == 0
    verified = counts(tmp_path / "all", "verify")
    assert verified["run"] > 0
    assert verified["already_known"] > 0
    assert counts(tmp_path / "all", "check")["judged"] > 0


def test_damaged_verdicts_are_reached_again(
    shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = Path(shutil.copytree(shards[0], tmp_path / "damaged"))
    (damaged / "verdicts.sqlite").write_bytes(b"not a database, and long enough to be looked at" * 99)
    assert synthcode("merge", tmp_path / "all", damaged, *shards[1:]) == 0
    assert f"{damaged / 'verdicts.sqlite'} is damaged: its verdicts are reached again" in capsys.readouterr().err
    assert counts(tmp_path / "all", "check")["judged"] > 0
    assert counts(tmp_path / "all", "check")["already_known"] > 0


def test_verdicts_that_differ_are_counted(
    shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path(shutil.copytree(shards[0], tmp_path / "other"))
    with VerdictStore(other / "test_verdicts.sqlite", "") as store:
        rows = store._connection.execute("SELECT key, rules FROM verdicts WHERE reason IS NULL").fetchall()
        found = store.find([key for key, _ in rows])
        passed = [(key, rules) for key, rules in rows if found[key].get("passed")]
        store.add_of((key, rules, {**found[key], "passed": 0, "reason": "test_failed"}) for key, rules in passed[:2])
    kept = []
    for order in ((other, *shards), (*shards, other)):
        assert synthcode("merge", tmp_path / "all", *order) == 0
        assert "shards differ in 2 verdicts of tests; of each, one is kept" in capsys.readouterr().err
        kept.append(tables(tmp_path / "all"))
        shutil.rmtree(tmp_path / "all")
    assert kept[0] == kept[1]


def test_vectors_are_taken_once(shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Named:
        identity = "toy-1"

    copies = [Path(shutil.copytree(shard, tmp_path / shard.name)) for shard in shards]
    keys = [text_keys([f"text {number}"], Role("query", "code", "java")) for number in range(COUNT)]
    for copy, key in zip(copies, keys, strict=True):
        store = EmbeddingStore(copy / "evaluation" / "toy" / "embeddings", Named())
        store.add(
            key, Encoded({ONLY_EXIT: np.ones((1, 4), np.float32)}, np.array([3], np.int32), np.array([False])), 0.5
        )
    for _ in range(2):
        assert synthcode("merge", tmp_path / "all", *copies) == 0
    merged = EmbeddingStore(tmp_path / "all" / "evaluation" / "toy" / "embeddings", Named())
    assert len(merged.files) == COUNT
    assert all(len(merged.missing(key, [ONLY_EXIT])) == 0 for key in keys)
    assert capsys.readouterr().err.count("files of vectors") == 1
