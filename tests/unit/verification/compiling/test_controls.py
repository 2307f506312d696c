"""Which compiler is used, what the sandbox shows of it, and what happens if it does not work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synthcode.verification import programs
from synthcode.verification.compiling.controls import examine
from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes import visible_files
from synthcode.verification.sandboxes.bubblewrap import Bubblewrap
from synthcode.verification.sandboxes.sandbox import why_no_sandbox

PutFirst = Callable[..., Path]


@pytest.fixture
def first_on_path(monkeypatch: pytest.MonkeyPatch) -> PutFirst:
    """Make a program that is found before all others."""

    def put(folder: Path, name: str, body: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return folder / name

    return put


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home with a private key."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True)
    (folder / ".ssh" / "id_rsa").write_text("PRIVATEKEYMATERIAL")
    (folder / "share").mkdir()
    (folder / "share" / "diary").write_text("PRIVATEKEYMATERIAL")
    monkeypatch.setenv("HOME", str(folder))
    visible_files._homes.cache_clear()
    yield folder
    visible_files._homes.cache_clear()


def needs_sandbox() -> None:
    if why_no_sandbox() is not None:
        pytest.skip(f"needs a sandbox: {why_no_sandbox()}")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("exit 0", "it takes a program that is known to be bad"),
        ("exit 1", "it refuses a program that is known to be good (gcc exits with 1)"),
        ("echo error: out of order >&2; exit 1", "known to be good (out of order)"),
        ("exec /no/such/program", "cannot be started in the sandbox"),
    ],
)
def test_a_compiler_that_is_wrong_about_known_programs_is_not_used(
    body: str, problem: str, first_on_path: PutFirst, tmp_path: Path
) -> None:
    needs_sandbox()
    first_on_path(tmp_path / "tools" / "bin", "gcc", body)
    found = examine("c")
    assert found.broken
    assert found.toolchain is None
    assert problem in found.problem


@pytest.mark.parametrize("place", ["bin", ".local/bin", "tools/bin", "."])
def test_nothing_of_a_home_is_seen_but_the_tool(
    place: str, first_on_path: PutFirst, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    needs_sandbox()
    (home / ".local").mkdir()
    (home / ".local" / "share").symlink_to(home / "share")
    monkeypatch.chdir(tmp_path)
    tool = first_on_path(home / place, "gcc", 'exec /usr/bin/gcc "$@"')
    assert examine("c").toolchain is not None
    shown = Bubblewrap((tool.resolve(),)).run(["sh", "-c", f"find {home} -type f -o -type l; cat {home}/.ssh/id_rsa"])
    assert shown.stdout.decode().split() == [str(tool.resolve())]


def test_what_lies_next_to_a_tool_is_not_seen(tmp_path: Path) -> None:
    for alone in (Path("/attack-tools/gcc"), Path("/opt/gcc"), tmp_path / "gcc"):
        assert visible_files.tool_files(alone) == [alone]
    assert visible_files.tool_files(Path("/bin/attack-tool")) == [Path("/bin/attack-tool")]
    own = tmp_path / "tool"
    for name in ("bin", "lib", ".git", "notes", "x86_64-linux-gnu"):
        (own / name).mkdir(parents=True)
    shown = visible_files.tool_files(own / "bin" / "gcc")
    assert sorted(path.name for path in shown) == ["bin", "lib", "x86_64-linux-gnu"]


def test_rustup_does_not_choose_by_the_working_directory(
    first_on_path: PutFirst, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rustup = first_on_path(home / ".cargo" / "bin", "rustup", f"touch {tmp_path}/ran")
    (rustup.parent / "rustc").symlink_to("rustup")
    settings = home / ".rustup" / "settings.toml"
    toolchain = home / ".rustup" / "toolchains" / "stable-x86_64-unknown-linux-gnu" / "bin" / "rustc"
    toolchain.parent.mkdir(parents=True)
    toolchain.touch()
    monkeypatch.delenv("RUSTUP_HOME", raising=False)
    monkeypatch.delenv("RUSTUP_TOOLCHAIN", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\npath = "/proc/self/cwd/.tc"\n')
    assert find_tool("rustc") is None  # without settings
    long, short = "stable-x86_64-unknown-linux-gnu", 'stable"\ndefault_host_triple = "x86_64-unknown-linux-gnu'
    for name in (long, short):
        settings.write_text(f'default_toolchain = "{name}"')
        assert find_tool("rustc") == toolchain.resolve()
    settings.write_text('default_toolchain = "nightly"')
    assert find_tool("rustc") is None
    assert not (tmp_path / "ran").exists()
    (rustup.parent / "rustc").unlink()
    os.link(rustup, rustup.parent / "rustc")  # as older versions of it are installed
    assert programs._is_proxy_of_rustup(rustup.parent / "rustc")


def test_links_to_a_tool_elsewhere_are_followed(first_on_path: PutFirst, tmp_path: Path) -> None:
    needs_sandbox()
    real = first_on_path(tmp_path / "real" / "bin", "gcc-99", 'exec /usr/bin/gcc "$@"')
    links = tmp_path / "links"
    links.mkdir()
    (links / "gcc").symlink_to(real)
    first_on_path(links, "unused", "exit 1")
    found = examine("c").toolchain
    assert found is not None
    assert found.program == real
