"""A run's recipe that is missing, empty, edited or ambiguous: no default takes its place without a word."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.layout import RunFolder

SEED = {"source_id": "1", "language": "python", "text": "Add.", "code": "def add(a, b):\n    return a + b\n"}
ANSWER = {"source_id": "1", "target_language": "java", "text": "class A { int add(int a, int b) { return a + b; } }"}
RECIPE = """seeds: {adapter: table, path: seeds.jsonl}
translate: {targets: [java, ruby]}
backend: {name: replay, recording: recording.jsonl}
splits: {train: 0.0, validation: 0.0, test: 1.0}
workers: 1
"""


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recipe, its data and its finished run: each test changes a copy."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "seeds.jsonl").write_text(json.dumps(SEED) + "\n")
    (folder / "recording.jsonl").write_text(json.dumps(ANSWER) + "\n")
    (folder / "recipe.yaml").write_text(RECIPE)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        assert synthcode("run", "recipe.yaml", "--out", "run") == 0
    return folder


@pytest.fixture
def run(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return RunFolder(Path("run"))


@pytest.mark.parametrize("state", ["missing", "empty"])
@pytest.mark.parametrize("command", ["build", "dedup", "check"])
def test_a_lost_recipe_is_not_replaced_by_defaults(
    run: RunFolder, capsys: pytest.CaptureFixture[str], state: str, command: str
) -> None:
    run.recipe.unlink()
    if state == "empty":
        run.recipe.write_text("\n")
    assert synthcode(command, "run") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"error: run/recipe.yaml is {state}: what this run was asked is not known",
        "restore it, or run 'synthcode run RECIPE --out RUN' with the recipe that you gave",
    ]
    assert synthcode("run", "recipe.yaml", "--out", "run") == 0
    assert "unchanged, nothing to do (1 pair " in capsys.readouterr().err


def test_a_recipe_without_sections_is_defaults_that_were_asked_for(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    run.recipe.write_text("{}\n")
    assert synthcode("build", "run") == 0
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("again", ["translate: {targets: [go]}", "workers: 2"])
def test_a_key_that_stands_twice_is_refused(run: RunFolder, capsys: pytest.CaptureFixture[str], again: str) -> None:
    Path("recipe.yaml").write_text(RECIPE + again + "\n")
    first = 2 if again.startswith("translate") else 5
    expected = f"is not YAML: the key '{again.split(':')[0]}' stands twice, in lines {first} and 6"
    assert synthcode("run", "recipe.yaml", "--out", "other") == 1
    assert expected in capsys.readouterr().err
    run.recipe.write_text(RECIPE + again + "\n")
    assert synthcode("build", "run") == 1
    assert expected in capsys.readouterr().err


def test_status_names_a_recipe_that_was_edited(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert synthcode("status", "run") == 0
    assert "was changed since" not in capsys.readouterr().out
    run.recipe.write_text(run.recipe.read_text().replace("threshold: 0.7", "threshold: 0.5"))
    assert synthcode("status", "run") == 0
    assert (
        "run/recipe.yaml was changed since the last command: the next one uses it as it is now"
        in capsys.readouterr().out
    )


def test_a_language_without_an_answer_is_named(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    line = "warning: ruby: no request was answered (1 pending)"
    assert synthcode("status", "run") == 0
    assert line in capsys.readouterr().out
    assert synthcode("translate", "run", "--force") == 0
    assert line in capsys.readouterr().err
