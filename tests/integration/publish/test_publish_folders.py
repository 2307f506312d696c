"""``publish --to``: a folder, and an object store that speaks S3."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from synthcode.errors import Interrupted
from synthcode.pipelines.main import run_cli
from synthcode.publishing.card.card import BEGIN
from synthcode.publishing.dataset_files import dataset_files
from synthcode.publishing.targets.folder import SUMS, Folder
from synthcode.publishing.targets.target import Dataset, PublishCallbacks
from tests.support.runs.small_run import make_card, make_tables, write_run
from tests.support.services.object_store import bucket, s3_server

TABLES = 12
SLOWLY_ON_S3 = pytest.mark.parametrize("place", ["folder", pytest.param("s3", marks=pytest.mark.slow)], indirect=True)
"""For tests with many requests; the others publish to both places in every run."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with bucket(server, monkeypatch) as address:
        yield f"{address}/some/prefix"


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "published") if request.param == "folder" else str(request.getfixturevalue("s3"))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run")


def contents(place: str) -> dict[str, bytes]:
    system, root = fsspec.core.url_to_fs(place)
    system.invalidate_cache()
    return {path.removeprefix(f"{root}/"): system.cat_file(path) for path in system.find(root)}


def test_a_run_that_cannot_be_written_is_published(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # as on a read-only file system
    (run / ".lock").unlink(missing_ok=True)
    before = {path: path.stat().st_mtime_ns for path in (run, *run.rglob("*"))}
    assert run_cli(["publish", str(run), "--to", str(tmp_path / "published")]) == 0
    assert {path: path.stat().st_mtime_ns for path in (run, *run.rglob("*"))} == before
    assert (tmp_path / "published" / SUMS).is_file()


def write(place: str, path: str, content: bytes) -> None:
    system, root = fsspec.core.url_to_fs(place)
    system.makedirs(f"{root}/{path}".rpartition("/")[0], exist_ok=True)
    system.pipe_file(f"{root}/{path}", content)


def published(capsys: pytest.CaptureFixture[str], run: Path, place: str) -> str:
    """Publish, and return what is said of the changes."""
    assert run_cli(["publish", str(run), "--to", place]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{place}\n"
    return printed.err.splitlines()[1].removeprefix(f"publish: {place}: ")


@pytest.mark.slow
@SLOWLY_ON_S3
def test_a_changed_version_replaces_what_is_ours(capsys: pytest.CaptureFixture[str], run: Path, place: str) -> None:
    write_run(run, shards=2, eval_yaml="name: small\n")
    assert published(capsys, run, place).startswith("26 added, 0 changed, 0 removed, 0 unchanged; ")
    assert published(capsys, run, place) == "unchanged, nothing to do"
    card = contents(place)["README.md"].decode().replace(BEGIN, f"By hand.\n\n{BEGIN}")
    write(place, "README.md", card.encode())
    write(place, "notes/theirs.txt", b"ours")
    (run / "dataset/eval.yaml").unlink()
    write_run(run, make_tables("2"), card=make_card("The second version."))
    assert published(capsys, run, place).startswith("12 added, 1 changed, 25 removed, 0 unchanged; ")
    there = contents(place)
    expected = card.replace("Made by nobody.", "The second version.").replace(', "eval.yaml"', "")
    assert there.pop("README.md").decode() == expected
    assert there.pop("notes/theirs.txt") == b"ours"
    assert there.pop(SUMS)
    assert there == {path: (run / "dataset" / path).read_bytes() for path in there}
    assert there.keys() == {file.path for file in dataset_files(run / "dataset")}
    assert published(capsys, run, place) == "unchanged, nothing to do"


@pytest.mark.slow
@SLOWLY_ON_S3
def test_what_somebody_has_changed_is_replaced(capsys: pytest.CaptureFixture[str], run: Path, place: str) -> None:
    published(capsys, run, place)
    name = "data/texts/test-00000-of-00001.parquet"
    real = (run / "dataset" / name).read_bytes()
    # Of the same size where the clock is fine enough to tell: S3's counts seconds.
    write(place, name, bytes(len(real) + place.startswith("s3:")))
    assert published(capsys, run, place).startswith("0 added, 1 changed, 0 removed, 12 unchanged; ")
    assert contents(place)[name] == real


@pytest.mark.slow
def test_what_was_uploaded_before_a_kill_is_not_uploaded_again(run: Path, place: str) -> None:
    sizes: list[int] = []

    def stop_after(count: int) -> Callable[[float], None]:
        def pause(_seconds: float) -> None:
            if len(sizes) == count:
                raise Interrupted

        return pause

    dataset = Dataset(make_card(), dataset_files(run / "dataset"))
    with pytest.raises(Interrupted):
        Folder(place, PublishCallbacks(print, stop_after(5))).publish(dataset, sizes.append)
    assert "README.md" not in contents(place)
    sizes.clear()
    folder = Folder(place, PublishCallbacks(print, stop_after(99)))
    assert len(folder.plan(dataset).of("unchanged")) == 5
    folder.publish(dataset, sizes.append)
    assert len(sizes) == TABLES - 5 + 1


def test_a_file_that_was_not_finished_is_not_there(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "published"
    folder = Folder(str(place), PublishCallbacks(print, lambda _seconds: None))

    def die(*_arguments: Any) -> None:
        raise Interrupted

    monkeypatch.setattr(folder._system, "mv", die)
    with pytest.raises(Interrupted):
        folder.publish(Dataset(make_card(), dataset_files(run / "dataset")), print)
    assert [path.name for path in place.rglob("*.parquet")] == [".writing-test-00000-of-00001.parquet"]


def test_sha256sum_agrees_with_the_sums(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    published(capsys, run, str(tmp_path / "published"))
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", SUMS],
        cwd=tmp_path / "published",
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == TABLES


@pytest.mark.slow
def test_a_dataset_of_one_seed_and_one_language_is_published_though_two_splits_are_empty(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    seeds, answers, run = tmp_path / "seeds.jsonl", tmp_path / "answers.jsonl", tmp_path / "run"
    seeds.write_text(json.dumps({"source_id": "a", "text": "Add one.", "code": "def add(x):\n    return x + 1"}))
    go = "```go\nfunc Add(x int) int {\n\treturn x + 1\n}\n```"
    answers.write_text(json.dumps({"source_id": "a", "target_language": "go", "text": go}))
    replay = ["--backend", "replay", "--recording", str(answers), "--targets", "go"]
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(seeds), "--language", "python"]) == 0
    assert run_cli(["translate", str(run), *replay]) == 0
    assert run_cli(["build", str(run)]) == 0
    capsys.readouterr()
    assert published(capsys, run, str(tmp_path / "there")).startswith("15 added, ")
    assert run_cli(["report", str(run)]) == 0


def test_a_dry_run_changes_nothing(capsys: pytest.CaptureFixture[str], run: Path, place: str) -> None:
    assert run_cli(["publish", str(run), "--to", place, "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("13 added, 0 changed, 0 removed, 0 unchanged; ")
    assert contents(place) == {}


@pytest.mark.slow
def test_places_that_cannot_be_used_are_told(s3: str, capsys: pytest.CaptureFixture[str], run: Path) -> None:
    for place, problem, fix in (
        (
            "s3://nobody/x",
            "s3://nobody/x cannot be written: The specified bucket does not exist",
            "check the address, that the bucket is there, and the credentials",
        ),
        (
            "ftp://127.0.0.1:1/x",
            "ftp://127.0.0.1:1/x cannot be reached: [Errno 111] Connection refused",
            "check the address, the network, and the credentials",
        ),
        ("ftp://user:hush@127.0.0.1:1/x", "the place to publish to holds a user name or password", None),
        ("s3://AKIA:hu/sh+hush@bucket/x", "the place to publish to holds a user name or password", None),
        ("s3://a b/x", 's3://a b/x cannot be read: Parameter validation failed: Invalid bucket name "a b"', None),
        ("  ", "the place to publish to has no name", "name a path, or s3://bucket/prefix"),
        ("nonsense://x", "nonsense://x: Protocol not known: nonsense", "name a path, or s3://bucket/prefix"),
    ):
        assert run_cli(["publish", str(run), "--to", place]) == 1
        printed = capsys.readouterr()
        error_line, what_to_do = printed.err.splitlines()[-2:]
        assert error_line.startswith(f"error: {problem}")
        assert fix in (None, what_to_do)
        assert "hush" not in printed.out + printed.err


def test_a_dataset_is_not_published_into_its_run(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    for place in (run, run / "dataset", run / "dataset/copy"):
        assert run_cli(["publish", str(run), "--to", str(place)]) == 1
        assert capsys.readouterr().err.splitlines() == [
            f"error: {place} is within the run itself",
            "name a folder outside of it",
        ]


def test_options_that_do_not_go_together(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    for arguments in ([], ["--to", "x", "--repo-id", "a/b"], ["--to", "x", "--private"]):
        assert run_cli(["publish", str(run), *arguments]) == 2
    assert "'--private', '--revision' and '--tag' need '--repo-id'" in capsys.readouterr().err


@pytest.mark.slow
def test_files_that_build_did_not_write_are_named(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(["publish", str(run), "--to", str(tmp_path / "out")]) == 0
    assert "warning" not in capsys.readouterr().err
    (run / "dataset/notes.csv").write_text("a\n")
    (run / "dataset/.env").write_text("KEY=hunter2\n")
    assert run_cli(["publish", str(run), "--to", str(tmp_path / "out")]) == 0
    assert (
        "publish: warning: 1 file in the dataset's folder that 'build' did not write is published as well: notes.csv\n"
        in capsys.readouterr().err
    )
    assert (tmp_path / "out/notes.csv").is_file()
    assert not (tmp_path / "out/.env").exists()


@pytest.mark.parametrize("name", [".writing-README.md", "README.md", SUMS, f".writing-{SUMS}"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_in_the_place_of_a_file_is_replaced_and_not_written_through(
    run: Path, tmp_path: Path, name: str, exists: bool
) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "published"
    folder.mkdir()
    if exists:
        victim.write_text("kept")
    (folder / name).symlink_to(victim)
    assert run_cli(["publish", str(run), "--to", str(folder)]) == 0
    assert victim.read_text() == "kept" if exists else not victim.exists()
    assert not [path for path in folder.rglob("*") if path.is_symlink()]


@pytest.mark.parametrize("link", ["data", "data/triplets"])
def test_a_link_to_a_folder_where_tables_go_is_refused(
    run: Path, tmp_path: Path, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "published" / link
    place.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "test-00000-of-00001.parquet").write_text("kept")
    place.symlink_to(tmp_path / "elsewhere")
    assert run_cli(["publish", str(run), "--to", str(tmp_path / "published")]) == 1
    assert "link to another folder: nothing is written through it" in capsys.readouterr().err
    assert [path.read_text() for path in (tmp_path / "elsewhere").iterdir()] == ["kept"]


@pytest.mark.parametrize("name", ["file", "file/below", "dangling"])
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_place_that_cannot_be_a_folder_is_refused_in_two_lines(
    run: Path, tmp_path: Path, name: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert run_cli(["publish", str(run), "--to", str(tmp_path / name), *options]) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert problem.endswith(("/file is a file", "/nowhere, which does not exist"))
    assert fix.startswith(("name a folder", "make that folder"))
    assert (tmp_path / "file").read_text() == "kept"
