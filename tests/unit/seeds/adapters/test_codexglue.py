"""Programs of CodeXGLUE's benchmarks are held against a run, in each of their forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.benchmarks import benchmark_digests, benchmark_rows, parse_benchmarks, read_benchmark
from tests.support.datasets.published_files import (
    function,
    write_bigclonebench,
    write_bigclonebench_tables,
    write_devign,
    write_devign_tables,
    write_lines,
    write_poj104,
)


def programs(spec: str) -> list[tuple[str, str, str]]:
    (benchmark,) = parse_benchmarks([spec])
    assert benchmark_digests(benchmark)
    kept, rejected = benchmark_rows(list(read_benchmark(benchmark)), benchmark)
    assert rejected.num_rows == 0, rejected.to_pylist()[:1]
    return sorted(zip(*(kept[name].to_pylist() for name in ("row_id", "language", "code")), strict=True))


def test_bigclonebench_in_both_forms(tmp_path: Path) -> None:
    ours = programs(f"bcb=bigclonebench:{write_bigclonebench(tmp_path / 'files')}")
    assert len(ours) == 120
    assert ("100", "java", function(1, 0)) in ours
    hub = programs(f"bcb=bigclonebench:{write_bigclonebench_tables(tmp_path / 'hub')}")
    assert len(hub) == 4 * 21
    assert set(hub) < set(ours)


def test_poj104_and_devign(tmp_path: Path) -> None:
    assert len(programs(f"poj104:{write_poj104(tmp_path / 'poj')}")) == 30
    assert {language for _, language, _ in programs(f"poj104:{tmp_path / 'poj'}@c")} == {"c"}
    files, hub = write_devign(tmp_path / "files"), write_devign_tables(tmp_path / "hub")
    codes = [{code for _, _, code in programs(f"d=devign:{folder}")} for folder in (files, hub)]
    assert codes[0] == codes[1]
    assert len(codes[0]) == 120


def test_a_folder_without_programs_is_refused(tmp_path: Path) -> None:
    write_lines(tmp_path / "answers.jsonl", [{"index": "1", "answers": ["2"]}])
    with pytest.raises(InputError, match="has no table with a column 'code'"):
        programs(f"poj104:{tmp_path}")
