"""What a dataset folder holds."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.bounded.vouching import vouch_for
from synthcode.errors import InputError
from synthcode.publishing.inventory import take_inventory

SCHEMA = pa.schema([("name", pa.string()), ("rank", pa.int32())])


def write(folder: Path) -> Path:
    path = folder / "data/ranks/test-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table([["ab", "c", None], [1, 2, 3]], schema=SCHEMA), path)
    return path


def test_sizes_do_not_depend_on_the_process_that_decodes(tmp_path: Path) -> None:
    path = write(tmp_path)
    sizes = []
    for _ in range(2):
        ((split,),) = (config.splits for config in take_inventory(tmp_path, {"ranks": SCHEMA}, ["test"]))
        sizes.append((split.rows, split.arrow_bytes))
        vouch_for(path)
    # Three letters, an offset for each row, a bitmap that marks a null, three numbers.
    assert sizes == [(3, 3 + 12 + 1 + 12)] * 2


def test_a_damaged_shard_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="is damaged"):
        take_inventory(tmp_path, {"ranks": SCHEMA}, ["test"])
