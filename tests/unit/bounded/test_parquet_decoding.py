"""Parquet that unpacks to much more than it is."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.bounded import limits
from synthcode.bounded.parquet_decoding import ParquetDecoder
from synthcode.errors import InputError

MOST_BYTES = 500_000_000
OTHER_CODECS = [pytest.param(name, marks=pytest.mark.slow) for name in ("snappy", "gzip", "brotli", "lz4")]
BOMB = Path(__file__).parents[2] / "fuzz/corpus/parquet/one_entry_of_100_mb_a_million_times.parquet"
READ = """
import json, sys
from pathlib import Path
from synthcode.bounded.parquet_decoding import ParquetDecoder
from synthcode.errors import InputError
rows = large = 0
problem = None
try:
    for found in ParquetDecoder(Path(sys.argv[1])).batches(None, 1_000):
        if found.batch is None:
            large += found.size
        else:
            rows += len(found.batch.to_pylist())
except InputError as refusal:
    problem = refusal.problem
# Not ru_maxrss, which a process inherits from the one that started it.
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps({"rows": rows, "large": large, "problem": problem, "peak": peak}))
"""


def read_alone(path: Path) -> dict[str, object]:
    """Read a file in a process of its own, and return what came of it."""
    limit = (6 << 30, 6 << 30)  # address space: a test that fails must not take the machine along
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True,
        text=True,
        timeout=500,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit),
    )
    return json.loads(done.stdout)


def repeated(value: str, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([value]))


def written(folder: Path, columns: dict[str, object], **options: object) -> Path:
    path = folder / "bomb.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd", **options)
    assert path.stat().st_size < 50_000
    return path


@pytest.mark.parametrize(
    ("columns", "options", "rows", "large"),
    [
        pytest.param(
            {"code": repeated("a" * 20_000_000, 1_000), "text": ["Add"] * 1_000}, {}, 0, 1_000, marks=pytest.mark.slow
        ),
        pytest.param({"code": ["x", "y" * 12_000_000, "z"] * 20}, {}, 40, 20, marks=pytest.mark.slow),
        pytest.param({"code": ["a" * 40_000_000] * 3 + ["b"]}, {"use_dictionary": False}, 1, 3, marks=pytest.mark.slow),
        ({"tests": [["a" * 100_000] * 1_000, ["b"]]}, {}, 1, 1),
    ],
    ids=["shared entry", "between others", "plain", "nested"],
)
def test_rows_that_are_too_large_are_left_out_and_counted(
    tmp_path: Path, columns: dict[str, object], options: dict[str, object], rows: int, large: int
) -> None:
    found = read_alone(written(tmp_path, columns, **options))
    assert found.pop("peak") < MOST_BYTES
    assert found == {"rows": rows, "large": large, "problem": None}


def test_a_hundred_megabytes_a_million_times_are_refused_by_name() -> None:
    found = read_alone(BOMB)
    assert found.pop("peak") < MOST_BYTES
    assert f"{BOMB} cannot be read in bounded memory: column 'code' of row group 0" in str(found.pop("problem"))
    assert found == {"rows": 0, "large": 0}


@pytest.mark.slow
def test_a_page_of_repetitive_rows_is_read(tmp_path: Path) -> None:
    rows = [f"x = {number}\n" * 110_000 for number in range(360)]
    path = tmp_path / "t.parquet"
    options = {"use_dictionary": False, "data_page_size": 1 << 30, "write_batch_size": 1_000}
    pq.write_table(pa.table({"code": rows}), path, compression="zstd", write_statistics=False, **options)
    assert sum(map(len, rows)) > 256 * limits.MIB > 1_000 * path.stat().st_size
    found = read_alone(path)
    assert found.pop("peak") < 2 * MOST_BYTES
    assert found == {"rows": 360, "large": 0, "problem": None}


def test_a_page_of_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, {"code": ["a" * 5_000_000]}, use_dictionary=False)
    monkeypatch.setattr(limits, "PAGE", 4_000_000)
    with pytest.raises(InputError, match="has a page that unpacks to 5,0"):
        list(ParquetDecoder(path).batches(None, 10))


@pytest.mark.slow
def test_values_that_continue_the_one_before_are_bounded(tmp_path: Path) -> None:
    column = {"code": ["a" * 3_000_000] * 30}
    path = written(tmp_path, column, use_dictionary=False, column_encoding={"code": "DELTA_BYTE_ARRAY"})
    found = read_alone(path)
    assert found.pop("peak") < MOST_BYTES
    assert found == {"rows": 30, "large": 0, "problem": None}


@pytest.mark.parametrize("codec", ["zstd", "none", *OTHER_CODECS])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_every_row_comes_as_it_is(tmp_path: Path, codec: str, version: str) -> None:
    table = pa.table(
        {
            "name": [str(number) for number in range(1_200)],
            "code": pa.array([f"x{number % 7}" * 700 for number in range(1_200)], pa.large_string()),
            "tests": pa.array(
                [[("java", "t" * (number % 90))] for number in range(1_200)], pa.map_("string", "string")
            ),
            "list": [None if number % 3 else [None, "a", str(number)] for number in range(1_200)],
            "language": pa.array(["go", None] * 600).dictionary_encode(),
            "number": range(1_200),
        }
    )
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, compression=codec, data_page_version=version, row_group_size=500)
    expected = table.to_pylist()
    for batch_bytes in (limits.BATCH, 10_000):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(limits, "BATCH", batch_bytes)
            found = list(ParquetDecoder(path).batches(None, 512))
        assert [row for part in found for row in part.batch.to_pylist()] == expected
        assert [part.first for part in found] == [1, *np.cumsum([part.size for part in found])[:-1] + 1]


def test_rows_of_dictionaries_that_are_too_large_keep_their_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = ["a", "b" * 400, None, "c" * 90, "d"]
    pq.write_table(pa.table({"code": pa.array(values * 40), "n": range(200)}), tmp_path / "t.parquet")
    monkeypatch.setattr(limits, "ROW", 200)
    monkeypatch.setattr(limits, "BATCH", 1_000)
    found = list(ParquetDecoder(tmp_path / "t.parquet").batches(["n", "code", "absent"], 100))
    assert sum(part.size for part in found if part.batch is None) == 40
    numbers = [number for part in found if part.batch is not None for number in part.batch["n"].to_pylist()]
    assert numbers == [number for number in range(200) if number % 5 != 1]


@pytest.mark.parametrize("cut", [0, 3, 11, 40, -9, -1])
def test_a_damaged_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [str(number) for number in range(100)]}), path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"t\.parquet cannot be read as Parquet"):
        list(ParquetDecoder(path).batches(None, 10))


def test_damaged_pages_are_refused_or_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [str(number) for number in range(50)]}), path)
    whole = path.read_bytes()
    refused = 0
    for place in range(4, len(whole) - 8, 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            list(ParquetDecoder(path).batches(None, 10))
        except InputError:
            refused += 1
    assert refused > 20
