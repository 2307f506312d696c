from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.errors import InputError, LockedError
from synthcode.storage.replacement import replacing


def fill(folder: Path, text: str, *, force: bool = False) -> None:
    with replacing(folder, "mark", force=force) as written:
        assert [path.name for path in written.iterdir()] in ([], [".lock"])
        (written / "mark").write_text("")
        (written / "text").write_text(text)


def test_a_folder_appears_whole_and_is_replaced_whole(tmp_path: Path) -> None:
    fill(tmp_path / "out", "one")
    (tmp_path / "out" / "more").mkdir()
    fill(tmp_path / "out", "two")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"mark", "text"}
    assert (tmp_path / "out" / "text").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    fill(tmp_path / "out", "one")
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "out", "mark") as written:
        (written / "half" / "text").write_text("its folder is not there")
    assert (tmp_path / "out" / "text").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_foreign_files_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", "an empty folder may be taken")
    (tmp_path / "out" / "mark").unlink()
    with pytest.raises(InputError, match="did not write"):
        fill(tmp_path / "out", "no")
    fill(tmp_path / "out", "by force", force=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        fill(tmp_path / "file", "no", force=True)


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    with replacing(tmp_path / "out", "mark"), pytest.raises(LockedError, match=str(os.getpid())):
        fill(tmp_path / "out", "the other")


KILLED = """
import os, signal, sys
from pathlib import Path
from synthcode.storage.replacement import replacing
with replacing(Path(sys.argv[1]), "mark") as written:
    (written / "left").mkdir()
    (written / "left" / "over").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_leaves_what_was_there_and_the_next_starts_afresh(tmp_path: Path) -> None:
    fill(tmp_path / "out", "one")
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "out")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "out" / "text").read_text() == "one"
    fill(tmp_path / "out", "two")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"mark", "text"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", [".writing-out", ".replaced-out"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_in_the_place_of_a_temporary_folder_leads_nowhere(tmp_path: Path, name: str, exists: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    if exists:
        elsewhere.mkdir()
        (elsewhere / "kept").write_text("kept")
    (tmp_path / name).symlink_to(elsewhere)
    fill(tmp_path / "out", "one")
    fill(tmp_path / "out", "two")
    assert not (tmp_path / "out").is_symlink()
    assert (tmp_path / "out" / "text").read_text() == "two"
    assert not (tmp_path / name).is_symlink()
    assert [path.name for path in elsewhere.iterdir()] == ["kept"] if exists else not elsewhere.exists()


@pytest.mark.parametrize("name", ["dangling", "file/out"])
def test_what_is_in_the_way_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"file is a file|dangling is a link to nowhere, which does not exist"):
        fill(tmp_path / name, "no", force=True)
    assert not (tmp_path / "nowhere").exists()
