"""Source files below a folder, and the checkouts that they belong to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synthcode.languages import LANGUAGES
from synthcode.seeds.adapters.checkouts import SourceFile, is_test_name, source_files, url_of
from synthcode.seeds.adapters.git_folder import Checkout, find_checkout

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, url: str | None = "https://github.com/me/mine.git", head: str = COMMIT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "HEAD").write_text(f"{head}\n")
    config = "[core]\n\tbare = false\n"
    if url:
        config += f'[remote "fork"]\n\turl = https://github.com/other/fork\n[remote "origin"]\n\turl = {url}\n'
    (folder / "config").write_text(config)
    return folder


def files(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")


def listed(root: Path, language: str | None = None) -> list[str]:
    return [file.name for file in source_files(root, LANGUAGES[language] if language else None)]


def test_files_of_known_languages_are_found_in_order(tmp_path: Path) -> None:
    files(tmp_path, "b.py", "a.JS", "lib/z.go", "lib/a.rs", "lib.c", "README.md", "noext")
    assert listed(tmp_path) == ["a.JS", "b.py", "lib/a.rs", "lib/z.go", "lib.c"]
    assert listed(tmp_path, "python") == ["b.py"]


def test_what_nobody_here_wrote_is_left_out(tmp_path: Path) -> None:
    files(
        tmp_path,
        *("node_modules/a.js", "vendor/a.go", "Build/a.py", "dist/a.js", "third_party/a.c", ".hidden/a.py", ".a.py"),
        *("test/a.py", "src/__tests__/a.js", "tests/a.py", "a.min.js", "test_a.py", "a_test.go", "ATest.java"),
        *("a.test.ts", "a.spec.js", "a_spec.rb", "kept.py", "latest.py", "contest/a.py"),
    )
    (tmp_path / "linked.py").symlink_to(tmp_path / "kept.py")
    (tmp_path / "linked").symlink_to(tmp_path / "contest")
    (tmp_path / "large.py").write_bytes(b"x" * 1_000_001)
    assert listed(tmp_path) == ["contest/a.py", "kept.py", "latest.py"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, True) for name in ("test", "test_f", "f_test", "runTests", "TestCase", "getTestName", "IT_TEST")],
        *[(name, False) for name in ("latest", "contest", "attestation", "testament", "Testament", "fastest", "specs")],
    ],
)
def test_test_is_a_word(name: str, expected: bool) -> None:
    assert is_test_name(name) is expected


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/me/mine.git",
        "https://github.com/me/mine",
        "https://github.com/me/mine/",
        "git@github.com:me/mine.git",
        "ssh://git@github.com/me/mine.git",
        "ssh://git@github.com:22/me/mine.git",
        "https://user:secret-token@github.com/me/mine.git",
    ],
)
def test_a_github_checkout_knows_where_it_is_from(tmp_path: Path, url: str) -> None:
    git(tmp_path / ".git", url)
    checkout = find_checkout(tmp_path)
    assert checkout == Checkout("me/mine", f"https://github.com/me/mine/blob/{COMMIT}/")
    assert "secret" not in repr(checkout)


def test_another_host_gives_a_name_and_no_address(tmp_path: Path) -> None:
    git(tmp_path / ".git", "https://gitlab.com/us/me/mine.git")
    assert find_checkout(tmp_path) == Checkout("us/me/mine", None)


@pytest.mark.parametrize("url", [None, "../elsewhere", "../../a/b", "/srv/a/mine.git"])
def test_a_checkout_without_a_host_is_called_after_its_folder(tmp_path: Path, url: str | None) -> None:
    git(tmp_path / "mine" / ".git", url)
    assert find_checkout(tmp_path / "mine") == Checkout("mine", None)


def test_a_folder_without_git_is_called_after_itself(tmp_path: Path) -> None:
    assert find_checkout(tmp_path) == Checkout(tmp_path.name, None)


def test_the_commit_is_found_through_loose_and_packed_refs(tmp_path: Path) -> None:
    folder = git(tmp_path / ".git", head="ref: refs/heads/main")
    assert find_checkout(tmp_path).blob_url is None
    (folder / "packed-refs").write_text(f"# pack-refs\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n")
    assert find_checkout(tmp_path).blob_url == f"https://github.com/me/mine/blob/{COMMIT}/"
    (folder / "refs/heads").mkdir(parents=True)
    (folder / "refs/heads/main").write_text(f"{'a' * 40}\n")
    assert find_checkout(tmp_path).blob_url == f"https://github.com/me/mine/blob/{'a' * 40}/"


def test_a_worktree_is_followed_to_its_repository(tmp_path: Path) -> None:
    main = git(tmp_path / "main" / ".git")
    inner = git(main / "worktrees" / "w", None, "b" * 40)
    (inner / "commondir").write_text("../..\n")
    (inner / "gitdir").write_text(f"{tmp_path}/w/.git\n")  # as git writes it
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / ".git").write_text(f"gitdir: {inner}\n")
    assert find_checkout(tmp_path / "w") == Checkout("me/mine", f"https://github.com/me/mine/blob/{'b' * 40}/")


def test_a_checkout_within_a_folder_has_its_own_paths(tmp_path: Path) -> None:
    git(tmp_path / "one" / ".git")
    files(tmp_path, "one/src/a.py", "two/a.py")
    found = [(file.name, file.checkout.repository) for file in source_files(tmp_path)]
    assert found == [("src/a.py", "me/mine"), ("two/a.py", tmp_path.name)]


def test_lines_have_an_address_on_github(tmp_path: Path) -> None:
    checkout = Checkout("me/mine", "https://github.com/me/mine/blob/c/")
    file = SourceFile("unused", "src/a b#.py", "python", checkout)
    assert url_of(file, 3, 9) == "https://github.com/me/mine/blob/c/src/a%20b%23.py#L3-L9"
    assert url_of(file._replace(checkout=Checkout("mine", None)), 3, 9) is None


def private(root: Path) -> Path:
    return git(root / "private" / ".git", "https://github.com/secretorg/secretrepo.git")


@pytest.mark.parametrize("named", ["gitdir: ../private/.git", "gitdir: {root}/private/.git", "../private/.git"])
def test_another_repository_is_not_published_as_this_one(tmp_path: Path, named: str) -> None:
    private(tmp_path)
    (tmp_path / "co").mkdir()
    (tmp_path / "co" / ".git").write_text(named.format(root=tmp_path))
    assert find_checkout(tmp_path / "co") == Checkout("co", None)


def test_a_worktree_of_our_own_making_does_not_lead_to_another_repository(tmp_path: Path) -> None:
    common = private(tmp_path)
    own = git(tmp_path / "co" / "fake" / "worktrees" / "w", None)
    (tmp_path / "co" / ".git").write_text("gitdir: fake/worktrees/w\n")
    (own / "gitdir").write_text(f"{tmp_path}/co/.git\n")
    for name in (str(common), "../../../../private/.git"):
        (own / "commondir").write_text(f"{name}\n")
        assert find_checkout(tmp_path / "co") == Checkout("co", None)


def test_a_submodule_is_followed_to_its_repository(tmp_path: Path) -> None:
    own = git(tmp_path / ".git" / "modules" / "lib")
    (own / "config").write_text("[core]\n\tworktree = ../../../lib\n" + (own / "config").read_text())
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / ".git").write_text("gitdir: ../.git/modules/lib\n")
    assert find_checkout(tmp_path / "lib") == Checkout("me/mine", f"https://github.com/me/mine/blob/{COMMIT}/")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".git").write_text("gitdir: ../.git/modules/lib\n")
    assert find_checkout(tmp_path / "other") == Checkout("other", None)


@pytest.mark.parametrize("name", ["config", "HEAD", "packed-refs", "refs/heads/main"])
@pytest.mark.parametrize("kind", ["pipe", "zeros", "link", "folder"])
def test_what_is_no_file_of_git_is_not_read(tmp_path: Path, name: str, kind: str) -> None:
    elsewhere = private(tmp_path)
    files(tmp_path / "private" / ".git", "refs/heads/main", "packed-refs")
    (elsewhere / "refs/heads/main").write_text("f" * 40)
    folder = git(tmp_path / "co" / ".git", head="ref: refs/heads/main")
    (folder / "refs/heads").mkdir(parents=True)
    path = folder / name
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "zeros" else elsewhere / name)
    found = find_checkout(tmp_path / "co")
    assert found == Checkout("co" if name == "config" else "me/mine", None)


@pytest.mark.parametrize("kind", ["link", "pipe", "zeros"])
def test_a_git_folder_that_is_none_is_not_followed(tmp_path: Path, kind: str) -> None:
    elsewhere = private(tmp_path)
    (tmp_path / "co").mkdir()
    if kind == "pipe":
        os.mkfifo(tmp_path / "co" / ".git")
    else:
        (tmp_path / "co" / ".git").symlink_to(elsewhere if kind == "link" else "/dev/zero")
    assert find_checkout(tmp_path / "co") == Checkout("co", None)


@pytest.mark.parametrize("ref", ["refs/../../../private/.git/HEAD", "/etc/hostname", "refs/heads/\0", "../HEAD"])
def test_a_ref_does_not_lead_out_of_its_repository(tmp_path: Path, ref: str) -> None:
    private(tmp_path)
    git(tmp_path / "co" / ".git", head=f"ref: {ref}")
    assert find_checkout(tmp_path / "co") == Checkout("me/mine", None)


def test_includes_are_not_followed(tmp_path: Path) -> None:
    elsewhere = private(tmp_path)
    folder = git(tmp_path / "co" / ".git", None)
    (folder / "config").write_text(f"[include]\n\tpath = {elsewhere}/config\n[core]\n\tbare = false\n")
    assert find_checkout(tmp_path / "co") == Checkout("co", None)
