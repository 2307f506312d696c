"""Checkpoints: complete or not there, whatever happened while they were written."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import StorageError
from synthcode.evaluation.training.runs.checkpoints import (
    COMPLETE_NAME,
    all_checkpoints,
    checkpoint_folder,
    damage_of,
    newest_checkpoint,
    prune_checkpoints,
    writing_checkpoint,
)
from tests.support.runs.small_disks import on_small_disk


def write(parent: Path, step: int, content: str = "weights") -> Path:
    folder = checkpoint_folder(parent, step)
    with writing_checkpoint(folder):
        folder.mkdir(parents=True)
        (folder / "weights").write_text(f"{content} {step}")
        (folder / "state.json").write_text("{}")
    return folder


def steps(parent: Path) -> list[int]:
    return [checkpoint.step for checkpoint in all_checkpoints(parent)]


def test_the_newest_complete_checkpoint_is_used_and_incomplete_ones_are_removed(tmp_path: Path) -> None:
    for step in (9, 10):
        write(tmp_path, step)
    killed = checkpoint_folder(tmp_path, 11)
    killed.mkdir()
    (killed / "weights").write_text("half of")
    said: list[str] = []
    found = newest_checkpoint(tmp_path, said.append)
    assert found is not None
    assert (found.folder, found.step, said) == (checkpoint_folder(tmp_path, 10), 10, [])
    assert steps(tmp_path) == [9, 10]


@pytest.mark.parametrize(
    ("name", "content", "damage"),
    [
        ("weights", b"Weights 10", "weights was changed"),
        ("weights", None, "weights is missing"),
        (COMPLETE_NAME, b"{", "complete.json cannot be read"),
        (COMPLETE_NAME, b'{"files": 1}', "complete.json cannot be read"),
        (COMPLETE_NAME, b"\xff", "complete.json cannot be read"),
    ],
)
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(
    tmp_path: Path, name: str, content: bytes | None, damage: str
) -> None:
    write(tmp_path, 9)
    file = write(tmp_path, 10) / name
    file.unlink() if content is None else file.write_bytes(content)
    assert damage_of(file.parent) == damage
    said: list[str] = []
    found = newest_checkpoint(tmp_path, said.append)
    assert found is not None
    assert found.step == 9
    assert [damage in line and str(file.parent) in line for line in said] == [True]
    assert steps(tmp_path) == [9]


def test_there_may_be_none(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-x").mkdir()
    assert newest_checkpoint(tmp_path, pytest.fail) is None
    assert newest_checkpoint(tmp_path / "missing", pytest.fail) is None


def test_pruning_keeps_the_newest_and_the_protected(tmp_path: Path) -> None:
    for step in (5, 10, 15, 100):
        write(tmp_path, step)
    prune_checkpoints(tmp_path, 2, {5})
    assert steps(tmp_path) == [5, 15, 100]


def test_an_interrupted_write_leaves_no_checkpoint(tmp_path: Path) -> None:
    folder = write(tmp_path, 3)

    def interrupted() -> None:
        with writing_checkpoint(folder):
            folder.mkdir()
            (folder / "weights").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert damage_of(folder) == ""
    assert newest_checkpoint(tmp_path, pytest.fail) is None


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    def failed() -> None:
        with writing_checkpoint(checkpoint_folder(tmp_path, 3)):
            raise TypeError("a mistake of the program")

    with pytest.raises(TypeError):
        failed()


FULL_DISK = """
import sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from synthcode.errors import StorageError
from synthcode.evaluation.training.runs.checkpoints import checkpoint_folder, newest_checkpoint, writing_checkpoint

parent = Path(sys.argv[1])

def write(step, numbers, save):
    folder = checkpoint_folder(parent, step)
    with writing_checkpoint(folder):
        folder.mkdir()
        save(torch.zeros(numbers), folder)

savers = [
    lambda tensor, folder: save_file({"a": tensor}, folder / "weights.safetensors"),
    lambda tensor, folder: torch.save({"a": tensor}, folder / "optimizer.pt"),
    lambda tensor, folder: (folder / "state").write_bytes(bytes(4 * len(tensor))),
]
write(1, 1_000, savers[0])
for save in savers:
    try:
        write(2, 4_000_000, save)
    except StorageError as problem:
        print(problem)
    newest = newest_checkpoint(parent, print)
    print(newest.step, sorted(path.name for path in parent.iterdir()))
"""


@pytest.mark.slow
def test_a_full_disk_is_two_lines_and_the_checkpoint_before_stays(tmp_path: Path) -> None:
    done = on_small_disk(FULL_DISK.replace("sys.argv[1]", repr(str(tmp_path))), tmp_path, megabytes=4)
    assert done.stdout.splitlines() == 3 * [
        f"the disk is full: {tmp_path}/checkpoint-2 cannot be written",
        "make room, then run the same command again: it goes on from the checkpoint before",
        "1 ['checkpoint-1']",
    ], done.stderr


def test_a_folder_that_may_not_be_written_is_two_lines(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        write(tmp_path / "checkpoints", 1)
