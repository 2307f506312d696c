from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.errors import InputError, LockedError, StorageError
from synthcode.storage import lock
from synthcode.storage.lock import LOCK_NAME, hold, hold_for_reading

HOLD = "import sys, pathlib; from synthcode.storage.lock import hold\nwith hold(pathlib.Path(sys.argv[1])): "


def test_the_second_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(LockedError) as refusal, hold(tmp_path):
        pass
    assert f"pid {os.getpid()}" in refusal.value.problem


def test_a_folder_is_free_again_after_the_block(tmp_path: Path) -> None:
    with hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD + "print('held', flush=True); sys.stdin.read()", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(LockedError, match=f"pid {process.pid}"), hold(tmp_path):
        pass
    process.kill()
    process.communicate()
    with hold(tmp_path):
        pass


@pytest.mark.parametrize(
    "left",
    [str(os.getppid()), f"{os.getpid()} another-host", "1 another-host", "\x1b[2J", ""],
    ids=["a process that runs", "this process elsewhere", "another host", "an escape sequence", "nothing"],
)
def test_what_a_lock_file_says_holds_nothing(tmp_path: Path, left: str) -> None:
    """A pid may belong to another process by now; a folder may have been copied, or mounted on another host."""
    (tmp_path / LOCK_NAME).write_text(left)
    os.utime(tmp_path / LOCK_NAME, (2**32, 2**32))  # as after a clock that was set back
    with hold(tmp_path), pytest.raises(LockedError, match=rf"\(pid {os.getpid()}\)"), hold(tmp_path):
        pass


def test_a_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", refuse)
    with pytest.raises(StorageError, match="its file system has no locks"), hold(tmp_path / "runs" / "run"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/below/it", "dangling", "dangling/below", "loop"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=r"is a file|is a link to .*, which does not exist"), hold(tmp_path / name):
        pass
    assert (tmp_path / "file").read_text() == "kept"
    assert not (tmp_path / "nowhere").exists()


def test_a_refused_command_leaves_no_folder_that_it_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="refused"), hold(tmp_path / "models" / "m"):
        raise InputError("refused", "name another")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_folder_with_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("refuse_links", "open_own"):
        with monkeypatch.context() as patched:
            patched.setattr(lock, name, full)
            with pytest.raises(OSError, match="No space left"), hold(tmp_path / "models" / "m"):
                pass
        assert list(tmp_path.iterdir()) == []
    with hold(tmp_path / "held"), pytest.raises(LockedError), hold(tmp_path / "held"):
        pass
    assert (tmp_path / "held").is_dir()


def test_a_block_that_removes_the_folder_itself_fails_with_its_own_error(tmp_path: Path) -> None:
    def remove_and_refuse() -> None:
        shutil.rmtree(tmp_path / "out")
        raise InputError("refused", "name another")

    with pytest.raises(InputError, match="refused"), hold(tmp_path / "out"):
        remove_and_refuse()
    assert list(tmp_path.iterdir()) == []


def test_folders_that_were_there_or_hold_something_stay(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    with pytest.raises(InputError), hold(tmp_path / "own"):
        raise InputError("refused", "name another")
    with pytest.raises(FileExistsError), hold(tmp_path / "used"):
        (tmp_path / "used" / "row").mkdir(parents=True) or (tmp_path / "used" / "row").mkdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "used"]
    assert (tmp_path / "used" / "row").exists()


def test_a_lock_whose_file_was_removed_meanwhile_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def removed(*_: object) -> None:
        (tmp_path / LOCK_NAME).unlink()

    monkeypatch.setattr(lock.fcntl, "flock", removed)
    with pytest.raises(LockedError, match="was removed"), hold(tmp_path):
        pass


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system say that nothing can be written, which it never says to root unless the file system is so."""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)


@pytest.mark.usefixtures("unwritable")
def test_a_folder_that_cannot_be_written_is_held_for_reading_without_a_trace(tmp_path: Path) -> None:
    with hold_for_reading(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("unwritable")
def test_who_only_reads_is_kept_out_by_who_writes_and_the_other_way_round(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(LockedError, match=f"pid {os.getpid()}"), hold_for_reading(tmp_path):
        pass
    with hold_for_reading(tmp_path), pytest.raises(LockedError), hold(tmp_path):
        pass


@pytest.mark.usefixtures("unwritable")
def test_two_may_read_what_neither_can_write(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).touch()
    with hold_for_reading(tmp_path), hold_for_reading(tmp_path):
        pass


def test_a_folder_that_can_be_written_is_held_for_reading_as_by_hold(tmp_path: Path) -> None:
    with hold_for_reading(tmp_path), pytest.raises(LockedError), hold_for_reading(tmp_path):
        pass
