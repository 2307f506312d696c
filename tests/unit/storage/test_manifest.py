from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.storage.manifest import MANIFEST_NAME, Manifest, StageEntry, describe_outputs, refuse_differences
from tests.support.runs.damage import flip_bit


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "part-00000.parquet").write_bytes(b"rows")
    return tmp_path


def record(run: Path, *, complete: bool = True) -> None:
    outputs = describe_outputs(run, [run / "seeds" / "part-00000.parquet"])
    Manifest(run).record("seeds", StageEntry("mark", {}, outputs, {"seeds": 1}, complete))


def test_a_recorded_stage_is_current_until_its_inputs_change(run: Path) -> None:
    record(run)
    assert Manifest(run).is_current("seeds", "mark")
    assert not Manifest(run).is_current("seeds", "other mark")
    assert not Manifest(run).is_current("check", "mark")


def test_an_incomplete_stage_is_never_current(run: Path) -> None:
    record(run, complete=False)
    assert not Manifest(run).is_current("seeds", "mark")


@pytest.mark.parametrize("content", [b"sowr", b"rows and more", None])
def test_a_file_that_was_changed_or_removed_makes_its_stage_not_current(run: Path, content: bytes | None) -> None:
    record(run)
    file = run / "seeds" / "part-00000.parquet"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
        os.utime(file, ns=(1, 1))
    assert Manifest(run).differences("seeds") == {"seeds/part-00000.parquet": "changed" if content else "missing"}


def test_a_flipped_bit_is_damage_though_size_and_time_are_the_same(run: Path) -> None:
    record(run)
    flip_bit(run / "seeds" / "part-00000.parquet", 7)
    assert Manifest(run).differences("seeds") == {"seeds/part-00000.parquet": "damaged"}
    with pytest.raises(InputError, match=r"part-00000.parquet is damaged.*\n'synthcode seeds .*' makes it again"):
        refuse_differences(run, ["seeds"])


@pytest.mark.slow
def test_a_flipped_bit_in_the_manifest_is_named_or_changes_nothing(run: Path) -> None:
    record(run)
    file = run / MANIFEST_NAME
    content, stages = file.read_bytes(), Manifest(run).stages
    for bit in range(8 * len(content)):
        file.write_bytes(content)
        flip_bit(file, bit)
        assert stages_or_problem(run) in (stages, None), bit


def stages_or_problem(run: Path) -> dict[str, StageEntry] | None:
    try:
        return Manifest(run).stages
    except InputError as refusal:
        return None if MANIFEST_NAME in refusal.problem else {}


def test_a_manifest_of_an_earlier_version_is_read(run: Path) -> None:
    record(run)
    tree = json.loads((run / MANIFEST_NAME).read_text())
    del tree["sha256"], tree["stages"]["seeds"]["state"]
    (run / MANIFEST_NAME).write_text(json.dumps(tree))
    assert Manifest(run).is_current("seeds", "mark")
    assert Manifest(run).recipe is None


def test_a_copied_file_is_still_the_same(run: Path) -> None:
    record(run)
    os.utime(run / "seeds" / "part-00000.parquet", ns=(1, 1))
    assert Manifest(run).differences("seeds") == {}


def test_a_forgotten_stage_is_gone_after_a_kill(run: Path) -> None:
    record(run)
    Manifest(run).forget("seeds")
    assert Manifest(run).stages == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"stages": {"seeds": {"x": 1}}}', '{"stages": {"seeds": 3}}'])
def test_a_manifest_that_cannot_be_read_is_a_clear_error(run: Path, text: str) -> None:
    (run / MANIFEST_NAME).write_text(text)
    with pytest.raises(InputError, match="is not a manifest"):
        Manifest(run)
