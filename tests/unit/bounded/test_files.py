"""Paths that are not regular files, and files that are too large."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from synthcode.bounded.files import open_regular, read_bytes, read_text
from synthcode.errors import InputError


def _socket(path: Path) -> None:
    os.chdir(path.parent)  # a socket's path may have 108 characters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)


SPECIAL: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": _socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_only_regular_files_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    SPECIAL[kind](tmp_path / "f")
    with pytest.raises(InputError, match=f"f is {kind}, not a file"):
        open_regular(tmp_path / "f")


def test_a_link_is_followed_unless_it_must_not_be(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "link").symlink_to("f")
    assert read_text(tmp_path / "link", 10) == "x"
    with pytest.raises(InputError, match="link is a symbolic link"):
        read_bytes(tmp_path / "link", 10, follow=False)


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert read_bytes(tmp_path / "f", 5) == b"12345"
    with pytest.raises(InputError, match="f is larger than 4 bytes"):
        read_bytes(tmp_path / "f", 4)


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes("é\r\nb\rc".encode())
    assert read_text(tmp_path / "f", 100) == "é\nb\nc"
    (tmp_path / "f").write_bytes(b"ab\xff")
    with pytest.raises(InputError, match="f is not UTF-8: invalid start byte at byte 2"):
        read_text(tmp_path / "f", 100)
