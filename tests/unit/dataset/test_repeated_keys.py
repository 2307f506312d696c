"""Keys that more than one program has, found with eight bytes of memory a program."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.dataset.repeated_keys import RepeatedKeys
from synthcode.dataset.retrieval import EQUALITY_KEYS
from synthcode.identity import digest


def keys(rows: list[tuple[str, str]]) -> pa.Table:
    columns = [[name for name, _ in rows], [f"seed of {name}" for name, _ in rows], [key for _, key in rows]]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=EQUALITY_KEYS)


def test_keys_are_found_in_one_table_and_across_tables_in_their_order(tmp_path: Path) -> None:
    a, b, c, d = map(digest, "abcd")
    with RepeatedKeys(tmp_path / "new" / "keys.arrow") as found:
        found.add(keys([("1", a), ("2", b), ("3", a)]))
        found.add(keys([]))
        found.add(keys([("4", c), ("5", b), ("6", d), ("7", a)]))
        assert found.repeated() == keys([("1", a), ("2", b), ("3", a), ("5", b), ("7", a)])
    assert list((tmp_path / "new").iterdir()) == []


def test_keys_that_agree_in_their_first_digits_only_are_not_equal(tmp_path: Path) -> None:
    like, other = "0123456789abcdef" + "0" * 16, "0123456789abcdef" + "1" * 16
    with RepeatedKeys(tmp_path / "keys.arrow") as found:
        found.add(keys([("1", like), ("2", other)]))
        found.add(keys([("3", other)]))
        assert found.repeated() == keys([("2", other), ("3", other)])


def test_no_keys_give_none(tmp_path: Path) -> None:
    with RepeatedKeys(tmp_path / "keys.arrow") as found:
        assert found.repeated() == EQUALITY_KEYS.empty_table()


def test_the_file_is_removed_after_an_error(tmp_path: Path) -> None:
    file = tmp_path / "keys.arrow"
    with pytest.raises(ZeroDivisionError), RepeatedKeys(file) as found:  # noqa: PT012
        found.add(keys([("1", digest(1))]))
        1 / 0  # noqa: B018
    assert not file.exists()


def test_memory_of_many_keys_is_eight_bytes_each(tmp_path: Path) -> None:
    tables, rows = 20, 1_000
    with RepeatedKeys(tmp_path / "keys.arrow") as found:
        before = pa.total_allocated_bytes()
        tracemalloc.start()
        for number in range(tables):
            found.add(keys([(digest("program", number, row), digest(number % 19, row)) for row in range(rows)]))
        size = tracemalloc.get_traced_memory()[0] + pa.total_allocated_bytes() - before
        tracemalloc.stop()
        assert found.repeated().num_rows == 2 * rows
    assert size < 20 * tables * rows
