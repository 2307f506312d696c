"""A refused command leaves nothing of a run, or of anything else, that it has only begun."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.runs.sharded_recipe import ruby, write_recipe
from tests.support.services.chat_server import Asked, Reply, chat_server

ROW = {"language": "python", "text": "Add two numbers.", "code": "def add(a, b):\n    return a + b\n"}


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tasks.jsonl").write_text(json.dumps(ROW) + "\n")
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("missing.csv", "missing.csv does not exist"),
        ("other.csv", "other.csv has no column 'text'"),
        ("empty.jsonl", "there are no seeds: no row was read"),
    ],
)
@pytest.mark.parametrize("run", ["run", "runs/a/b"])
def test_refused_seeds_leave_no_folder(
    run: str, path: str, problem: str, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = names(home)
    assert synthcode("seeds", run, "--from", "table", "--path", path, "--language", "python") == 1
    assert problem in capfd.readouterr().err
    assert names(home) == before


def test_a_refused_recipe_leaves_no_folder(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "recipe.yaml").write_text(
        "seeds: {adapter: table, path: missing.csv}\ntranslate: {targets: [java], model: m}\n"
    )
    before = names(home)
    assert synthcode("run", "recipe.yaml", "--out", "runs/mine") == 1
    assert "missing.csv does not exist" in capfd.readouterr().err
    assert names(home) == before


def test_a_folder_that_was_there_stays_and_holds_no_run(home: Path) -> None:
    (home / "run").mkdir()
    (home / "run" / "notes.log").write_text("mine")
    assert synthcode("seeds", "run", "--from", "table", "--path", "missing.csv") == 1
    assert names(home / "run") <= {"notes.log", ".lock"}
    assert (home / "run" / "notes.log").read_text() == "mine"


def test_rejected_rows_stay_to_be_looked_at(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "tasks.jsonl").write_text(json.dumps({**ROW, "language": "klingon"}) + "\n")
    assert synthcode("seeds", "run", "--from", "table", "--path", "tasks.jsonl") == 1
    assert "see 'synthcode show run --reason unknown_language'" in capfd.readouterr().err
    assert list(home.glob("run/seeds_rejected/*.parquet"))


def test_a_refused_change_of_a_run_costs_it_nothing(home: Path) -> None:
    assert synthcode("seeds", "run", "--from", "table", "--path", "tasks.jsonl") == 0
    before = {path: path.read_bytes() for path in home.glob("run/seeds/*")}
    assert synthcode("seeds", "run", "--from", "table", "--path", "missing.csv") == 1
    assert {path: path.read_bytes() for path in home.glob("run/seeds/*")} == before


def test_a_refused_merge_leaves_neither_a_run_nor_recordings(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with chat_server(ruby) as server:
        recipe = write_recipe(home / "work", 2, server.base_url)
        assert synthcode("run", recipe, "--out", "shard", "--shard", "1/1") == 0
    (home / "work" / "seeds.jsonl").unlink()
    before = names(home)
    assert synthcode("merge", "whole", "shard") == 1
    assert "seeds.jsonl does not exist" in capfd.readouterr().err
    assert names(home) == before


def recipe_of(run: Path) -> bytes:
    return (run / "recipe.yaml").read_bytes()


def done(run: Path) -> set[str]:
    return set(json.loads((run / "manifest.json").read_text())["stages"])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("seeds", "run", "--from", "table", "--path", "missing.csv"), "missing.csv does not exist"),
        (("seeds", "run", "--column", "text=absent"), "has no column 'absent'"),
        (("dedup", "run", "--against", "missing.jsonl"), "missing.jsonl does not exist"),
        (("translate", "run", "--prompt", "./absent"), "./absent"),
        (("translate", "run", "--model", "absent"), "absent"),
        (("translate", "run", "--targets", "go", "--recording", "absent.jsonl"), "absent.jsonl"),
        (("queries", "run", "--prompt", "./absent"), "./absent"),
        (("queries", "run", "--model", "absent"), "absent"),
        (("build", "run", "--require", "tested"), "tested"),
        (("run", "other.yaml", "--out", "run"), "missing.csv does not exist"),
    ],
)
def test_a_refused_option_does_not_stay_in_a_run(
    arguments: tuple[str, ...], problem: str, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (home / "other.yaml").write_text(
        "seeds: {adapter: table, path: missing.csv}\ntranslate: {targets: [go], model: m}\n"
    )
    with chat_server(ruby) as server:
        assert synthcode("run", write_recipe(home / "work", 2, server.base_url), "--out", "run") == 0
        before, stages = recipe_of(home / "run"), done(home / "run")
        assert synthcode(*arguments) == 1
    assert problem in capfd.readouterr().err
    assert recipe_of(home / "run") == before
    assert stages - done(home / "run") <= {"translate"}, "its journal notes what is requested"


def test_a_recipe_that_was_edited_stays_as_it_was_edited(home: Path) -> None:
    assert synthcode("seeds", "run", "--from", "table", "--path", "tasks.jsonl") == 0
    recipe = home / "run" / "recipe.yaml"
    recipe.write_text(recipe.read_text() + "# mine\n")
    before = recipe.read_bytes()
    assert synthcode("seeds", "run", "--path", "missing.csv") == 1
    assert recipe.read_bytes() == before
    assert names(home / "run") & {"recipe.yaml.bak", "recipe.yaml.bak1"} == set()


def test_a_recipe_stays_once_an_answer_to_it_is_stored(home: Path) -> None:
    answered: list[Asked] = []

    def one_only(asked: Asked) -> Reply:
        answered.append(asked)
        return ruby(asked) if len(answered) == 1 else Reply({}, status=401)

    with chat_server(ruby) as server:
        assert synthcode("run", write_recipe(home / "work", 3, server.base_url), "--out", "run") == 0
    with chat_server(one_only) as server:
        translate = ("translate", "run", "--base-url", server.base_url, "--concurrency", "1")
        assert synthcode(*translate, "--set", "translate.sampling.temperature=0.9") == 1
    assert b"temperature: 0.9" in recipe_of(home / "run")
