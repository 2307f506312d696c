from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.models.model_folder import replacing_model
from tests.support.runs.small_disks import on_small_disk

FULL = """
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from synthcode.errors import StorageError
from synthcode.evaluation.training.models.model_folder import replacing_model

folder = Path({disk!r})
for kilobytes in (300, 900):
    try:
        with replacing_model(folder) as written:
            (written / "config.json").write_text(str(kilobytes))
            save_file({{"weight": np.zeros(kilobytes * 256, np.float32)}}, written / "model.safetensors")
    except StorageError as problem:
        print(problem)
assert (folder / "config.json").read_text() == "300"
assert (folder / "model.safetensors").stat().st_size > 300 * 1024
assert len(list(folder.iterdir())) == 2
"""


class Killed(BaseException):
    pass


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"new {name}")


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_model_takes_the_place_of_an_earlier_one_and_other_files_stay(tmp_path: Path) -> None:
    earlier = (
        "config.json",
        "model-00001-of-00002.safetensors",
        "model.safetensors.index.json",
        "exit_heads.safetensors",
    )
    write(tmp_path, *earlier, "exits.json", "1_Pooling/old.json", "training/checkpoints.txt", "notes.md")
    with replacing_model(tmp_path) as written:
        write(written, "config.json", "model.safetensors", "1_Pooling/config.json")
    assert names(tmp_path) == {
        *("config.json", "model.safetensors", "1_Pooling/config.json"),
        *("training/checkpoints.txt", "notes.md"),
    }


def test_nothing_changes_if_writing_fails(tmp_path: Path) -> None:
    write(tmp_path, "config.json", "model.safetensors")
    (tmp_path / "config.json").write_text("old")
    with suppress(Killed), replacing_model(tmp_path) as written:
        write(written, "config.json", "other.json")
        raise Killed
    assert names(tmp_path) == {"config.json", "model.safetensors"}
    assert (tmp_path / "config.json").read_text() == "old"


@pytest.mark.parametrize("moved", range(4))
def test_a_folder_that_is_half_replaced_does_not_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    from synthcode.evaluation.training.models import model_folder

    write(tmp_path, "config.json", "model.safetensors", "tokenizer.json")
    real, moves = model_folder.os.replace, iter(range(10))

    def replace(source: Path, target: Path) -> None:
        if next(moves) == moved:
            raise Killed
        real(source, target)

    monkeypatch.setattr(model_folder.os, "replace", replace)
    with pytest.raises(Killed), replacing_model(tmp_path) as written:
        write(written, "config.json", "a.json", "model.safetensors", "tokenizer.json")
    assert "config.json" not in names(tmp_path)


def test_a_link_in_place_of_the_temporary_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / ".writing-model").symlink_to(tmp_path / "elsewhere")
    with replacing_model(tmp_path / "model") as written:
        write(written, "config.json")
    assert names(tmp_path / "elsewhere") == {"kept"}
    assert names(tmp_path / "model") == {"config.json"}


def test_a_file_in_place_of_the_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "model").touch()
    with pytest.raises(InputError, match="is a file"), replacing_model(tmp_path / "model"):
        pass


def test_a_full_disk_leaves_the_earlier_model(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    ended = on_small_disk(FULL.format(disk=str(tmp_path / "disk")), tmp_path / "disk", 1)
    assert ended.returncode == 0, ended.stderr
    problem, fix = ended.stdout.splitlines()
    assert problem.startswith(f"the model cannot be written to {tmp_path / 'disk'}: ")
    assert fix == "free space there, or name a folder on another disk"
