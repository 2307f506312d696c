"""What a reader of a dataset says of files that are damaged or missing: what its owner can do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.identity import file_digest
from synthcode.schemas.tables import QRELS
from synthcode.storage.published import PublishedDataset, find_dataset
from synthcode.storage.shards import ShardWriter

SPLIT = ("qrels", "test")
DOWNLOAD = "download the dataset again, whole: 'hf download --repo-type dataset' fetches one"


def write_qrels(dataset: Path, rows: int = 1) -> list[Path]:
    with ShardWriter(dataset / "data" / "qrels", QRELS, "test", numbered=True) as writer:
        row = {
            "task": "text2code",
            "query_language": "text",
            "corpus_language": "go",
            "query_id": "q",
            "corpus_id": "c",
        }
        writer.write(pa.Table.from_pylist([{**row, "score": 1}] * rows, schema=QRELS))
        return writer.commit()


def downloaded(folder: Path) -> Path:
    """Write a dataset whose Croissant metadata lists its file."""
    (shard,) = write_qrels(folder)
    listed = [{"contentUrl": "data/qrels/test-00000-of-00001.parquet", "sha256": file_digest(shard)}]
    (folder / "croissant.json").write_text(json.dumps({"distribution": listed}))
    return shard


def of_a_run(run: Path) -> Path:
    (shard,) = write_qrels(run / "dataset")
    (run / "manifest.json").write_text('{"stages": {}}')
    return shard


def read(dataset: PublishedDataset) -> int:
    return sum(table.num_rows for table in dataset.batches(*SPLIT, ["query_id"]))


def cut(shard: Path) -> None:
    shard.write_bytes(shard.read_bytes()[:-30])


@pytest.mark.parametrize("damage", [cut, Path.unlink, lambda shard: shard.write_bytes(b"")])
def test_only_the_dataset_of_a_run_is_to_be_built_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    for make, dataset, fix in (
        (downloaded, tmp_path / "copy", DOWNLOAD),
        (of_a_run, tmp_path / "run" / "dataset", f"make it again with 'synthcode build {tmp_path / 'run'}'"),
    ):
        shard = make(dataset.parent if make is of_a_run else dataset)
        assert read(find_dataset(dataset)) == 1
        damage(shard)
        with pytest.raises(InputError) as refused:
            read(find_dataset(dataset))
        assert refused.value.fix == fix
        assert (
            "missing" in refused.value.problem
            or "damaged" in refused.value.problem
            or "has no" in refused.value.problem
        )


def test_a_file_that_was_recorded_and_is_missing_is_named(tmp_path: Path) -> None:
    downloaded(tmp_path).unlink()
    with pytest.raises(InputError, match=r"data/qrels/test-00000-of-00001\.parquet is missing"):
        find_dataset(tmp_path).shards(*SPLIT)


def test_a_split_without_its_second_file_is_not_read_in_part(tmp_path: Path) -> None:
    _, second = write_qrels(tmp_path, rows=70_000)
    assert read(PublishedDataset(tmp_path)) == 70_000
    second.unlink()
    with pytest.raises(InputError, match="1 of the 2 files of split 'test' of 'qrels' are missing") as refused:
        read(PublishedDataset(tmp_path))
    assert refused.value.fix == DOWNLOAD


def test_a_dataset_without_pairs_says_how_its_run_makes_them(tmp_path: Path) -> None:
    of_a_run(tmp_path / "run")
    downloaded(tmp_path / "copy")
    for folder, how in (
        (tmp_path / "run" / "dataset", f"make them with 'synthcode build {tmp_path / 'run'} --clones'"),
        (tmp_path / "copy", "use a dataset that has them: in a run, 'synthcode build RUN --clones' makes them"),
    ):
        with pytest.raises(InputError, match="has no pairs of clones") as refused:
            PublishedDataset(folder).shards("clones", "test")
        assert refused.value.fix == how
