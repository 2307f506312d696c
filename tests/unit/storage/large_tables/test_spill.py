from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synthcode.storage.large_tables.spill import SpillBuffer, SpillStore


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def filled(scratch: SpillStore, *parts: bytes) -> SpillBuffer:
    pile = scratch.pile()
    for part in parts:
        pile.append(np.frombuffer(part, dtype=np.uint8))
    return pile


@pytest.mark.parametrize("budget", [None, 0, 5, 8, 1000])
def test_what_was_put_in_comes_out_wherever_it_lies(budget: int | None, tmp_path: Path) -> None:
    with SpillStore(tmp_path / "made", budget) as scratch:
        pile = filled(scratch, b"abc", b"", b"defgh", b"ij")
        assert pile.size == 10
        assert pile.all().tobytes() == b"abcdefghij"
        assert pile.gather(ints(8, 0, 4, 4), ints(2, 1, 3, 0)).tobytes() == b"ijaefg"
        assert pile.gather(ints(), ints()).size == 0
        assert (pile.view() is None) == (budget is not None and budget < 10)


def test_arrays_are_added_as_their_bytes() -> None:
    pile = SpillStore().pile()
    matrix = np.arange(6, dtype=np.uint32).reshape(2, 3)
    pile.append(matrix)
    pile.append(matrix.T)
    assert pile.all().view(np.uint32).tolist() == [0, 1, 2, 3, 4, 5, 0, 3, 1, 4, 2, 5]


def test_the_largest_goes_to_disk_first(tmp_path: Path) -> None:
    with SpillStore(tmp_path, 10) as scratch:
        small, large = filled(scratch, b"ab"), filled(scratch, b"1234567")
        small.append(np.frombuffer(b"cd", dtype=np.uint8))
        assert large.view() is None
        assert small.view() is not None
        large.append(np.frombuffer(b"89", dtype=np.uint8))
        assert (small.all().tobytes(), large.all().tobytes()) == (b"abcd", b"123456789")


def test_files_have_no_name(tmp_path: Path) -> None:
    with SpillStore(tmp_path, 0) as scratch:
        assert filled(scratch, b"x" * 100_000).view() is None
        assert list(tmp_path.iterdir()) == []
