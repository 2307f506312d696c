"""A manifest of unknown origin: two lines for whatever it says, and no file outside of the run is read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest, StageEntry, describe_outputs

COUNTS = {"accepted": 1, "rejected": {"no_code": 1}, "by_language": {"c": {"accepted": 1, "rejected": {"no_code": 1}}}}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "rows").write_bytes(b"rows")
    outputs = describe_outputs(tmp_path, [tmp_path / "rows"])
    Manifest(tmp_path).record("check", StageEntry("mark", {}, outputs, COUNTS))
    return tmp_path


def changed(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    tree = json.loads((run / "manifest.json").read_text())
    del tree["sha256"]  # as in a manifest of an earlier version; who writes one can write the checksum as well
    change(tree["stages"]["check"])
    (run / "manifest.json").write_text(json.dumps(tree))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["counts"], []),
        (["counts", "accepted"], "1"),
        (["counts", "accepted"], True),
        (["counts", "accepted"], -1),
        (["counts", "rejected"], 1),
        (["counts", "verified"], {"c": 1}),
        (["counts", "verified"], {"c": {"syntax": -1}}),
        (["counts", "rejected", "no_code"], {}),
        (["counts", "by_language", "c"], 1e308),
        (["counts", "by_language", "c", "rejected"], None),
        (["counts", "by_language", "c", "rejected", "no_code"], "x"),
        (["inputs"], {"a": 1}),
        (["fingerprint"], None),
        (["complete"], "no"),
        (["outputs", "rows"], []),
        (["outputs", "rows", "size"], "4"),
        (["outputs", "rows", "mtime_ns"], None),
        (["outputs", "/dev/zero"], {"sha256": "", "size": 0, "mtime_ns": 0}),
        (["outputs", "../other/rows"], {"sha256": "", "size": 0, "mtime_ns": 0}),
        (["outputs", ""], {"sha256": "", "size": 0, "mtime_ns": 0}),
    ],
    ids=str,
)
def test_what_no_stage_writes_is_refused(run: Path, keys: list[str], value: object) -> None:
    def change(entry: dict[str, Any]) -> None:
        for key in keys[:-1]:
            entry = entry[key]
        entry[keys[-1]] = value

    changed(run, change)
    with pytest.raises(InputError, match="is not a manifest that this version reads"):
        Manifest(run)


def test_a_count_that_is_missing_is_named_when_it_is_read(run: Path) -> None:
    changed(run, lambda entry: entry["counts"].pop("accepted"))
    counts = Manifest(run).stages["check"].counts
    assert counts["rejected"] == {"no_code": 1}
    with pytest.raises(InputError, match="'accepted'"):
        counts["accepted"]


def test_a_pipe_or_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    os.mkfifo(manifest)
    with pytest.raises(InputError, match="is a pipe"):
        _ = RunFolder(tmp_path).is_run
    manifest.unlink()
    with manifest.open("wb") as stream:
        stream.truncate(limits.SETTINGS + 1)
    with pytest.raises(InputError, match="is larger than"):
        _ = RunFolder(tmp_path).is_run
