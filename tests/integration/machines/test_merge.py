"""'merge': shards of several machines make what one machine makes, in any order."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from tests.support.runs.sharded_recipe import tables

pytestmark = pytest.mark.slow

COUNT = 7


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("shards")
    names = [folder / f"node-{number}" for number in range(1, COUNT + 1)]
    for number, name in enumerate(names, 1):
        through = ("--through", "check", "--workers", "1")
        assert synthcode("run", "quickstart", "--out", name, "--shard", f"{number}/{COUNT}", *through) == 0
    return names


def test_seven_shards_in_any_order_make_the_same_bytes(
    quickstart: Path, shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shuffled = random.Random(3).sample(shards, COUNT)
    assert synthcode("merge", tmp_path / "all", *shuffled, "--workers", "2") == 0
    assert "failures of 7 shards" in capsys.readouterr().err
    checked = json.loads((tmp_path / "all" / "manifest.json").read_text())["stages"]["check"]["counts"]
    assert checked["judged"] == 0
    assert checked["already_known"] > 0
    assert tables(tmp_path / "all") == tables(quickstart)
    recording = {file.name: file.read_bytes() for file in (tmp_path / "all.recordings").iterdir()}
    assert synthcode("merge", tmp_path / "all", *shards, shards[2]) == 0
    assert "build: unchanged" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in (tmp_path / "all.recordings").iterdir()} == recording


def test_missing_shards_are_named_and_may_be_accepted(
    shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synthcode("merge", tmp_path / "some", *shards[:2], *shards[3:6]) == 1
    error = capsys.readouterr().err
    assert "2 of 7 shards are missing: 3, 7" in error
    assert not (tmp_path / "some").exists()
    assert not (tmp_path / "some.recordings").exists()


def rewrite(run: Path, change) -> None:
    """Change the rows of a shard's completions, and say in its manifest that they are what it wrote."""
    from synthcode.storage.manifest import Manifest, describe_outputs

    [file] = shards_of(run / "completions")
    pq.write_table(pa.Table.from_pylist(change(pq.read_table(file).to_pylist()), schema=pq.read_schema(file)), file)
    known = json.loads((run / "manifest.json").read_text())
    described = describe_outputs(run, [file])
    name = str(file.relative_to(run))
    known["stages"]["translate"]["outputs"][name]["sha256"] = described[name].sha256
    del known["sha256"]  # of the manifest itself
    (run / "manifest.json").write_text(json.dumps(known))
    assert Manifest(run).stages["translate"].outputs[name].sha256 == described[name].sha256


def test_an_answer_beats_a_failure_and_conflicts_are_counted(
    shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = Path(shutil.copytree(shards[0], tmp_path / "failed"))
    rewrite(failed, lambda rows: [{**row, "text": None, "finish_reason": None, "error": "timeout"} for row in rows])
    command = ("merge", tmp_path / "all", "--partial")
    assert synthcode(*command, failed, shards[0]) == 0
    said = capsys.readouterr().err
    answers = pq.read_table(shards_of(shards[0] / "completions")[0])["text"].drop_null()
    assert f"{len(answers):,} answers and" in said
    assert said.splitlines()[0].endswith("of 1 shard"), "named twice, it is one"
    assert "differently" not in said
    other = Path(shutil.copytree(shards[0], tmp_path / "other"))
    rewrite(other, lambda rows: [{**row, "text": "```\nx\n```"} if row["error"] is None else row for row in rows])
    kept = []
    for order in ((other, shards[0]), (shards[0], other)):
        synthcode("merge", tmp_path / "both", "--partial", *order)
        assert f"shards answer {len(answers):,} requests differently" in capsys.readouterr().err
        kept.append(shards_of(tmp_path / "both.recordings")[0].read_bytes())
    assert kept[0] == kept[1]


def test_what_does_not_belong_together_is_refused(
    quickstart: Path, shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*others: str | Path) -> str:
        assert synthcode("merge", tmp_path / "all", shards[0], *others, "--partial") == 1
        error = capsys.readouterr().err
        assert len(error.strip().splitlines()) == 2
        return error

    run = ("run", "quickstart", "--out")
    assert synthcode(*run, tmp_path / "warm", "--shard", "2/7", "--set", "dedup.threshold=0.9") == 0
    assert synthcode(*run, tmp_path / "third", "--shard", "2/3") == 0
    assert synthcode(*run, tmp_path / "short", "--shard", "2/7", "--limit", "3") == 0
    capsys.readouterr()
    assert "differ in dedup.threshold" in refused(tmp_path / "warm")
    assert "are of 7 and of 3 shards" in refused(tmp_path / "third")
    assert "differ in seeds.limit" in refused(tmp_path / "short")
    assert "is a whole run, not a shard" in refused(quickstart)
    assert "is not a run directory" in refused(tmp_path)
    assert f"{tmp_path / 'missing'} does not exist" in refused(tmp_path / "missing")
    assert "missing cannot be found: there is no such bucket or folder" in refused((tmp_path / "missing").as_uri())


def test_a_damaged_shard_is_named_and_no_shard_is_written_over(
    shards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = Path(shutil.copytree(shards[1], tmp_path / "damaged"))
    [file] = shards_of(damaged / "completions")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert synthcode("merge", tmp_path / "all", shards[0], damaged, "--partial") == 1
    assert f"{file} is damaged or was changed since shard 2/7 wrote it" in capsys.readouterr().err
    assert not (tmp_path / "all").exists()
    assert synthcode("merge", shards[0], *shards) == 2
    assert "is one of the shards" in capsys.readouterr().err
