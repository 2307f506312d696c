"""Shards that are published to an object store, and merged from it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from synthcode.errors import InputError
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.shards.published import PublishedShards
from synthcode.storage.shared_folder import LocalFolder, open_shared_folder
from tests.support.runs.sharded_recipe import number_of, ruby, tables, write_recipe
from tests.support.services.chat_server import chat_server
from tests.support.services.object_store import SECRET, bucket, relay, s3_server, use_server

SEEDS, COUNT = 9, 3


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with bucket(server, monkeypatch) as address:
        yield f"{address}/big"


@pytest.fixture(
    params=[
        pytest.param("s3", marks=pytest.mark.slow),
        pytest.param("memory", marks=pytest.mark.durability),
        pytest.param("file", marks=pytest.mark.durability),
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "s3":
        yield str(request.getfixturevalue("s3"))
    elif request.param == "memory":
        yield "memory://big"
        fsspec.filesystem("memory").store.clear()
    else:
        yield (tmp_path / "sha red").as_uri()


def test_shards_in_a_store_make_what_one_machine_makes(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server(ruby) as model:
        recipe = write_recipe(tmp_path / "in", SEEDS, model.base_url)
        assert synthcode("run", recipe, "--out", tmp_path / "one") == 0
        model.asked.clear()
        shards = ("run", recipe, "--publish-to", place, "--through", "check", "--shard")
        for number in (3, 1):
            assert synthcode(*shards, f"{number}/{COUNT}", "--out", tmp_path / f"node-{number}") == 0
        capsys.readouterr()
        assert synthcode("merge", tmp_path / "all", place) == 1
        assert "1 of 3 shards are missing: 2" in capsys.readouterr().err
        assert synthcode(*shards, f"2/{COUNT}", "--out", tmp_path / "node-2") == 0
        sent = len(model.asked)
        assert synthcode(*shards, f"2/{COUNT}", "--out", tmp_path / "elsewhere") == 0
        assert len(model.asked) == sent
        asked = Counter(number_of(request) for request in model.asked if "add_" in request.prompt)
        assert asked == Counter(range(SEEDS))
    for _ in range(2):
        assert synthcode("merge", tmp_path / "all", place) == 0
    checked = json.loads((tmp_path / "all" / "manifest.json").read_text())["stages"]["check"]["counts"]
    assert (checked["judged"], checked["already_known"]) == (0, SEEDS)
    assert tables(tmp_path / "all") == tables(tmp_path / "one")
    assert not (tmp_path / "all.fetched").exists()
    assert SECRET not in capsys.readouterr().err


@pytest.mark.slow
def test_a_cut_connection_loses_nothing(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bucket(server, monkeypatch) as address, relay(server) as line, chat_server(ruby) as model:
        use_server(line.url, monkeypatch)
        recipe = write_recipe(tmp_path / "in", SEEDS, model.base_url)
        shard = ("run", recipe, "--shard", "1/1", "--publish-to", f"{address}/cut")
        published = PublishedShards(f"{address}/cut")
        for left in (0, 20_000, 60_000):
            line.bytes_left = left
            capsys.readouterr()
            assert synthcode(*shard, "--out", tmp_path / "run") == 1
            problem, fix = capsys.readouterr().err.strip().splitlines()[-2:]
            assert f"{address}/cut" in problem
            assert "cannot be" in problem
            assert "run the same command again" in fix
            assert SECRET not in problem
            line.bytes_left = None
            assert not published.is_finished(1)
        assert synthcode(*shard, "--out", tmp_path / "run") == 0
        assert published.is_finished(1)
        asked = Counter(number_of(request) for request in model.asked if "add_" in request.prompt)
        assert asked == Counter(range(SEEDS))
        line.bytes_left = 0
        capsys.readouterr()
        assert synthcode("merge", tmp_path / "all", f"{address}/cut") == 1
        assert len(capsys.readouterr().err.strip().splitlines()) == 2
        line.bytes_left = None
        assert synthcode("merge", tmp_path / "all", f"{address}/cut") == 0


def test_a_missing_bucket_is_refused_before_anything_is_requested(
    s3: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server(ruby) as model:
        recipe = write_recipe(tmp_path / "in", 2, model.base_url)
        capsys.readouterr()
        shard = ("--shard", "1/1", "--publish-to", "s3://no-such-bucket/big")
        assert synthcode("run", recipe, "--out", tmp_path / "run", *shard) == 1
        assert not model.asked
    problem, fix = capsys.readouterr().err.strip().splitlines()
    assert "s3://no-such-bucket/big/plan.json cannot be written" in problem
    assert "that the bucket is there" in fix
    assert SECRET not in problem
    assert synthcode("merge", tmp_path / "all", "s3://no-such-bucket/big") == 1
    problem, fix = capsys.readouterr().err.strip().splitlines()
    assert "s3://no-such-bucket/big cannot be found: there is no such bucket" in problem
    assert "check the address" in fix
    assert synthcode("merge", tmp_path / "all", s3) == 1
    assert f"{s3} has no finished shard: nothing was published there" in capsys.readouterr().err
    open_shared_folder(s3).write("plan.json", b'{"shards": 3}')
    assert synthcode("merge", tmp_path / "all", s3) == 1
    assert f"none of the 3 shards in {s3} is finished" in capsys.readouterr().err
    assert not (tmp_path / "all").exists()


@pytest.mark.slow
def test_a_damaged_shard_in_a_store_is_named(s3: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shard = ("run", "quickstart", "--shard", "1/1", "--publish-to", s3)
    assert synthcode(*shard, "--out", tmp_path / "run") == 0
    folder = open_shared_folder(s3)
    [name] = folder.names("recordings")
    content = folder.read(f"recordings/{name}")
    assert content is not None
    folder.write(f"recordings/{name}", content[:-1] + b"?")
    capsys.readouterr()
    assert synthcode("merge", tmp_path / "all", s3) == 1
    assert f"{s3}/recordings/{name} is damaged or missing" in capsys.readouterr().err
    finished = json.loads(folder.read("finished/shard-00001.json") or b"")
    for hostile in ("../../escaped.parquet", "/tmp/escaped", "completions/../../x.parquet"):
        entry = {**finished, "files": {hostile: ["recordings/x.parquet", None]}}
        folder.write("finished/shard-00001.json", json.dumps(entry).encode())
        assert synthcode("merge", tmp_path / "all", s3) == 1
        assert "finished/shard-00001.json is damaged or missing" in capsys.readouterr().err
    folder.write("finished/shard-00001.json", b"{")
    assert synthcode("merge", tmp_path / "all", s3) == 1
    assert "finished/shard-00001.json is damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://host/x", "ftp:// is not supported"),
        ("https://host/x", "https:// is not supported"),
        ("s3://", "names no bucket"),
        ("file://host/x", "names no folder of this machine"),
        ("file://", "names no folder of this machine"),
    ],
)
def test_other_addresses_are_refused(address: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_shared_folder(address)


def test_an_address_with_a_secret_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        open_shared_folder("s3://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY@bucket/x")
    assert "wJalr" not in str(raised.value)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match="what reads such addresses is not installed") as raised:
        open_shared_folder("s3://bucket/x")
    assert "[s3]" in raised.value.fix


def test_a_file_address_is_a_folder(tmp_path: Path) -> None:
    folder = open_shared_folder((tmp_path / "a b").as_uri())
    assert isinstance(folder, LocalFolder)
    folder.write("x/y.json", b"1")
    assert (tmp_path / "a b" / "x" / "y.json").read_bytes() == b"1"
    assert folder.names("x") == ["y.json"]
    assert folder.names("missing") == []
    assert folder.is_there()
    assert not open_shared_folder((tmp_path / "missing").as_uri()).is_there()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file is a file"):
        open_shared_folder(tmp_path / "file" / "below").write("x", b"")
