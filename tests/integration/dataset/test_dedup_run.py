"""'dedup' on a run directory: contamination, clusters shown, killed, a full disk."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.pipelines.tables.outcomes import judged
from synthcode.storage.layout import RunFolder
from synthcode.storage.shards import shards_of
from tests.support.runs.small_disks import on_small_disk
from tests.support.runs.stopped_commands import run_to


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture
def run(quickstart: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(quickstart, tmp_path / "run"))


def rows(run: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(shards_of(run / table)).to_pylist()  # type: ignore[no-any-return]


def programs(run: Path) -> list[dict[str, Any]]:
    files = sorted((run / "dataset" / "data" / "programs").glob("*.parquet"))
    return [{**row, "split": path.name.partition("-")[0]} for path in files for row in pq.read_table(path).to_pylist()]


def status(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    counts: dict[str, Any] = json.loads(capsys.readouterr().out)
    for row in (counts, *counts["by_language"].values()):
        assert row["accepted"] == sum(
            row[key] for key in ("exact_duplicates", "near_duplicates", "contaminated", "kept")
        )
        assert row["kept"] == sum(row["splits"].values())
    return counts


def verdicts(run: Path) -> Counter[str]:
    return Counter(name for piece in judged(RunFolder(run)) for name in piece.rows["verdict"].to_pylist())


@pytest.fixture
def published(run: Path) -> Path:
    """A benchmark with two seeds of each split, and a translation of other ones, all of them slightly changed."""
    path = run.parent / "published.jsonl"
    chosen: list[dict[str, Any]] = []
    for split in ("train", "test"):
        mine = [row for row in programs(run) if row["split"] == split]
        seeds = [row for row in mine if row["origin"] == "seed"][:2]
        hit = {row["seed_id"] for row in seeds}
        chosen += [*seeds, next(row for row in mine if row["origin"] == "translation" and row["seed_id"] not in hit)]
    lines = [
        json.dumps({"id": row["program_id"][:8], "language": row["language"], "code": row["code"] + "\n"})
        for row in chosen
    ]
    path.write_text("\n".join(lines))
    return path


@pytest.mark.slow
def test_contaminated_programs_leave_the_training_split_and_are_marked_elsewhere(
    run: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = status(run, capsys)
    expected_ids = [json.loads(line)["id"] for line in published.read_text().splitlines()]
    assert synthcode("dedup", run, "--against", f"pub={published}") == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[1].split()[:3] == ["pub", "6", "6"]
    assert synthcode("build", run) == 0
    after = status(run, capsys)
    hits = {row["program_id"][:8]: row for row in pq.read_table(run / "contamination.parquet").to_pylist()}
    assert sorted(hits) == sorted(expected_ids)
    left = programs(run)
    assert {row["split"] for row in left if row["program_id"][:8] in expected_ids} == {"test"}
    marked = {row["program_id"][:8]: row["contaminated_by"] for row in left if row["contaminated_by"]}
    assert marked == {name: f"pub: {name}" for name in expected_ids if name in marked}
    assert len(marked) == 3
    gone = {hit["seed_id"] for hit in hits.values() if hit["origin"] == "seed"}
    assert not {row["seed_id"] for row in left if row["split"] == "train"} & gone
    assert after["contaminated"] == before["splits"]["train"] - after["splits"]["train"] > 0
    assert after["splits"]["test"] == before["splits"]["test"]
    assert verdicts(run)["contaminated"] == after["contaminated"]
    assert verdicts(run)["kept"] == after["kept"]
    assert synthcode("show", run, "--search", "marked: like pub", "--no-pager") == 0
    assert " ".join(capsys.readouterr().out.split()).count("kept: marked: like pub: ") == 1
    card = (run / "dataset" / "README.md").read_text()
    assert "| pub | 6 | 6 | 4 | 2 |" in card
    assert str(published.parent) not in card
    known = {row["program_id"] for row in left}
    assert {row["document_id"] for row in left} <= known


@pytest.mark.slow
def test_contaminated_programs_leave_everywhere_where_that_is_asked(
    run: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    against = ("--against", published, "--drop-contaminated", "everywhere")
    assert synthcode("dedup", run, *against) == 0
    assert synthcode("build", run) == 0
    expected_ids = [json.loads(line)["id"] for line in published.read_text().splitlines()]
    assert not [row for row in programs(run) if row["program_id"][:8] in expected_ids or row["contaminated_by"]]
    counts = status(run, capsys)
    assert set(counts["stages"].values()) == {"done"}  # no translation is requested again
    assert verdicts(run)["contaminated"] == counts["contaminated"]
    assert verdicts(run)["kept"] == counts["kept"]
    assert synthcode("show", run, "--reason", "contaminated") == 0
    assert capsys.readouterr().out.count(" - contaminated: ") == 10


@pytest.mark.slow
def test_contaminated_seeds_are_not_translated(run: Path, published: Path, tmp_path: Path) -> None:
    recipe = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"
    text = (recipe / "recipe.yaml").read_text().replace("path: ", f"path: {recipe}/")
    text = text.replace("recording: ", f"recording: {recipe}/")
    (tmp_path / "recipe.yaml").write_text(f"{text}\ncontamination: {{against: [published.jsonl], drop: everywhere}}\n")
    assert synthcode("run", tmp_path / "recipe.yaml", "--out", tmp_path / "fresh") == 0
    expected_ids = [json.loads(line)["id"] for line in published.read_text().splitlines()]
    hit = {row["seed_id"] for row in programs(run) if row["program_id"][:8] in expected_ids and row["origin"] == "seed"}
    assert len(hit) == 4
    assert not hit & {row["seed_id"] for row in rows(tmp_path / "fresh", "completions")}


def test_a_cluster_is_shown_side_by_side(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clusters = pq.read_table(run / "clusters.parquet").to_pylist()
    near = next(row for row in clusters if row["status"] == "near_duplicate")
    capsys.readouterr()
    assert synthcode("show", run, "--cluster", near["cluster_id"][:8]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"cluster {near['cluster_id']}" in shown
    assert f"Jaccard {near['jaccard']:.3f}" in shown
    assert synthcode("show", run, "--cluster", "nothing") == 1


def digests(run: Path) -> dict[str, str]:
    names = ("clusters.parquet", "split_groups.parquet", "contamination.parquet")
    return {name: hashlib.sha256((run / name).read_bytes()).hexdigest() for name in names}


@pytest.mark.slow
def test_killed_midway_it_starts_over_and_ends_the_same(run: Path) -> None:
    expected = digests(run)
    for moment in (4, 14, 25):
        assert run_to(moment, run, ("dedup", str(run), "--force"), signal.SIGKILL).exit_code == -signal.SIGKILL
        assert synthcode("status", run) == 0
    assert synthcode("dedup", run) == 0
    assert synthcode("build", run) == 0
    assert digests(run) == expected
    assert not (run / ".aside").exists()


FULL_DISK = """
import os, shutil, sys
from pathlib import Path
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.tables.outcomes import judged
from synthcode.storage.layout import RunFolder
disk = Path({disk!r})
shutil.copytree({run!r}, disk / "run")
filler = open(disk / "filler", "wb", buffering=0)
try:
    while True:
        filler.write(b"x" * 4096)
except OSError:
    pass
print("full", run_cli(["dedup", str(disk / "run"), "--force"]))
filler.close(); os.unlink(disk / "filler")
print("room", run_cli(["dedup", str(disk / "run")]))
shutil.copytree(disk / "run", {back!r}, dirs_exist_ok=True)
"""


@pytest.mark.slow
def test_a_full_disk_gives_two_lines_and_loses_nothing(run: Path, tmp_path: Path) -> None:
    disk, back = tmp_path / "disk", tmp_path / "back"
    disk.mkdir()
    done = on_small_disk(FULL_DISK.format(disk=str(disk), run=str(run), back=str(back)), disk, megabytes=4)
    assert done.stdout.splitlines() == ["full 1", "room 0"], done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "No space left on device" in errors[0]
    assert digests(back) == digests(run)
