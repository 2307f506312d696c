from __future__ import annotations

import hashlib
from pathlib import Path

from synthcode.publishing.dataset_files import LocalFile, RemoteFile, configs_of, dataset_files, managed_paths
from synthcode.publishing.targets.plan import make_plan


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_files_are_compared_by_content() -> None:
    files = [LocalFile(name, name.encode()) for name in ("eval.yaml", "data/a/1", "data/a/2", "data/a/3")]
    there = {
        "data/a/1": RemoteFile(8, sha256=sha(b"data/a/1")),
        "data/a/2": RemoteFile(8, sha256=sha(b"data/a/x")),
        "data/a/old": RemoteFile(5, sha256=sha(b"x")),
        "data/b/foreign": RemoteFile(5),
        "data/c/gone": RemoteFile(7),
        "notes": RemoteFile(5),
        # What `printf eval.yaml | git hash-object --stdin` says.
        "eval.yaml": RemoteFile(9, git_blob="ce0c4fd8ff9a0a3dc3ba3e0a6d1b8a9b8ea3b4ff"),
    }
    plan = make_plan(files, there, [*managed_paths(files), "data/c/"])
    assert [(change.kind, change.path) for change in plan.files] == [
        ("unchanged", "data/a/1"),
        ("changed", "data/a/2"),
        ("added", "data/a/3"),
        ("removed", "data/a/old"),
        ("removed", "data/c/gone"),
        ("changed", "eval.yaml"),
    ]
    assert str(plan) == "1 added, 2 changed, 2 removed, 1 unchanged; 25 bytes to upload"
    assert not plan.is_empty


def test_a_small_file_is_known_by_gits_name_for_it() -> None:
    # printf 'hello\n' | git hash-object --stdin
    file = LocalFile("greeting", b"hello\n")
    assert RemoteFile(6, git_blob="ce013625030ba8dba906f756967f9e9ca394464a").is_same(file)
    assert not RemoteFile(6, git_blob="ce013625030ba8dba906f756967f9e9ca394464b").is_same(file)
    assert not RemoteFile(6).is_same(file)
    assert not RemoteFile(7, sha256=sha(b"hello\n")).is_same(file)


def test_a_plan_without_changes_is_empty() -> None:
    file = LocalFile("a", b"a")
    assert make_plan([file], {"a": RemoteFile(1, sha256=sha(b"a")), "b": RemoteFile(1)}, ["a"]).is_empty


def test_what_a_kill_has_left_aside_is_no_part_of_a_dataset(tmp_path: Path) -> None:
    for name in (
        "README.md",
        "data/a/x-00000-of-00001.parquet",
        "data/a/.writing-x/00000.parquet",
        ".writing-README.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert [file.path for file in dataset_files(tmp_path)] == ["data/a/x-00000-of-00001.parquet"]


def test_tables_belong_to_the_dataset_by_the_folder() -> None:
    roots = managed_paths(
        LocalFile(name, b"") for name in ("data/a/1", "data/a/2", "data/b/deep/1", "data/loose", "eval.yaml")
    )
    assert roots == ["data/a/", "data/b/", "data/loose", "eval.yaml"]
    assert configs_of(roots) == {"a", "b"}
