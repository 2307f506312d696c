"""Files of verdicts that are joined: in any order, and again."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from synthcode.storage.known_verdicts.merging import MergedVerdicts, merge_verdicts
from synthcode.storage.known_verdicts.store import Verdict, VerdictStore

ACCEPTED = {"code": "x"}
LOST = {"reason": "parse_timeout"}


def store(path: Path, verdicts: dict[bytes, Verdict], rules: str = "rules") -> Path:
    with VerdictStore(path, rules) as opened:
        opened.add(verdicts.items())
    return path


def content(path: Path, *keys: bytes) -> dict[bytes, Verdict]:
    with VerdictStore(path, "rules") as opened:
        return opened.find(keys)


def merged(tmp_path: Path, *sources: Path, name: str = "out") -> MergedVerdicts:
    return merge_verdicts(sources, tmp_path / name, tmp_path / "scratch", lost=["parse_timeout"])


def test_any_order_and_again_come_to_the_same(tmp_path: Path) -> None:
    sources = [
        store(tmp_path / "a", {b"1": ACCEPTED, b"2": LOST, b"3": {"code": "a"}}),
        store(tmp_path / "b", {b"2": ACCEPTED, b"3": {"code": "b"}, b"4": {"reason": "empty"}}),
        store(tmp_path / "c", {b"3": {"code": "c"}, b"2": LOST}),
    ]
    found = []
    for place, order in enumerate(itertools.permutations(sources)):
        for _ in range(2):
            assert merged(tmp_path, *order, name=f"out{place}") == MergedVerdicts(4, 1, ())
            found.append(content(tmp_path / f"out{place}", b"1", b"2", b"3", b"4"))
    assert all(one == found[0] for one in found)
    assert found[0][b"1"] == found[0][b"2"] == ACCEPTED
    assert found[0][b"4"] == {"reason": "empty"}


def test_seconds_are_no_conflict(tmp_path: Path) -> None:
    sources = [
        store(tmp_path / name, {b"1": {"passed": 3, "seconds": seconds}}) for name, seconds in (("a", 1), ("b", 2))
    ]
    assert merged(tmp_path, *sources).conflicts == 0
    assert merged(tmp_path, *reversed(sources), name="other").conflicts == 0
    assert content(tmp_path / "out", b"1") == content(tmp_path / "other", b"1")


def test_verdicts_keep_their_rules(tmp_path: Path) -> None:
    merged(tmp_path, store(tmp_path / "a", {b"1": ACCEPTED}), store(tmp_path / "b", {b"2": ACCEPTED}, "other rules"))
    with VerdictStore(tmp_path / "out", "rules") as opened:
        opened.prune()
        assert set(opened.find([b"1", b"2"])) == {b"1"}


def test_sources_are_only_read(tmp_path: Path) -> None:
    source = store(tmp_path / "in" / "a", {b"1": ACCEPTED})
    before = {file.name: file.read_bytes() for file in source.parent.iterdir()}
    source.parent.chmod(0o500)
    try:
        assert merged(tmp_path, source).verdicts == 1
    finally:
        source.parent.chmod(0o700)
    assert {file.name: file.read_bytes() for file in source.parent.iterdir()} == before


def test_what_a_kill_left_in_the_log_counts(tmp_path: Path) -> None:
    with VerdictStore(tmp_path / "a", "rules") as opened:
        opened.add([(b"1", ACCEPTED)])
        assert (tmp_path / "a-wal").stat().st_size > 0
        assert merged(tmp_path, tmp_path / "a").verdicts == 1


@pytest.mark.parametrize("damage", [b"", b"no database" * 500])
def test_damaged_and_missing_files_are_passed_over(tmp_path: Path, damage: bytes) -> None:
    good, bad = store(tmp_path / "a", {b"1": ACCEPTED}), tmp_path / "b"
    bad.write_bytes(damage)
    found = merged(tmp_path, bad, tmp_path / "missing", good)
    assert found.verdicts == 1
    assert found.damaged == ((bad,) if damage else ())


def test_a_row_without_its_checksum_is_not_taken(tmp_path: Path) -> None:
    source = store(tmp_path / "a", {b"1": ACCEPTED, b"2": ACCEPTED})
    with VerdictStore(source, "rules") as opened, opened._connection as connection:
        connection.execute("UPDATE verdicts SET verdict = ? WHERE key = ?", (b'{"code": "y"}', b"2"))
    assert merged(tmp_path, source).verdicts == 1
