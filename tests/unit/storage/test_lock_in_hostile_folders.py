"""Folders of unknown origin: nothing is written through a link in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synthcode.errors import LockedError, StorageError
from synthcode.storage.lock import LOCK_NAME, hold


def refused(folder: Path) -> str:
    with pytest.raises(StorageError) as refusal, hold(folder):
        pass
    return refusal.value.problem


def test_what_a_linked_lock_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / LOCK_NAME).symlink_to(tmp_path / "precious")
    assert refused(tmp_path / "run") == f"{tmp_path}/run/.lock is not a regular file: nothing is written to it"
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_a_lock_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    (os.mkfifo if kind == "pipe" else os.mkdir)(tmp_path / LOCK_NAME)
    assert refused(tmp_path).endswith(".lock is not a regular file: nothing is written to it")


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "recipe.yaml", "report.html", "completions", "completions/journal.sqlite", "seeds/.writing-part"],
)
def test_a_folder_with_a_link_in_it_is_refused(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "run" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    assert refused(tmp_path / "run") == f"{link} is a symbolic link: nothing is written next to it"
    assert list(elsewhere.iterdir()) == []


def test_a_pipe_in_a_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    assert (
        refused(tmp_path) == f"{tmp_path}/manifest.json is neither a file nor a folder: nothing is written next to it"
    )


def test_a_run_may_be_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "disk" / "run").mkdir(parents=True)
    (tmp_path / "run").symlink_to(tmp_path / "disk" / "run")
    with hold(tmp_path / "run"):
        assert (tmp_path / "disk/run" / LOCK_NAME).read_text() == str(os.getpid())


def test_a_held_folder_keeps_the_name_of_its_holder(tmp_path: Path) -> None:
    with hold(tmp_path):
        with pytest.raises(LockedError, match=f"pid {os.getpid()}"), hold(tmp_path):
            pass
        assert (tmp_path / LOCK_NAME).read_text() == str(os.getpid())
