"""'init' writes a recipe that runs, explains every key, and replaces nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from synthcode.llm.queries import QueriesConfig
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.recipe import load_recipe, parse_recipe
from synthcode.strict_settings import to_tree
from synthcode.verification.config import VerifyConfig

SEED = {"id": "a", "description": "Add one.", "solution": "def add(a):\n    return a + 1\n"}


def test_the_recipe_runs_after_its_table_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli(["init"]) == 0
    (tmp_path / "tasks.jsonl").write_text(json.dumps(SEED) + "\n")
    assert run_cli(["run", "recipe.yaml", "--dry-run"]) == 0
    assert "requests           3" in capsys.readouterr().out


def test_every_key_is_there_with_its_default(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert run_cli(["init", str(path)]) == 0
    text = path.read_text()
    uncommented = re.sub(r"^#(?! \S)(?!   synthcode)", "", text, flags=re.MULTILINE)
    tree = to_tree(load_recipe(str(path)))
    tree["verify"] = to_tree(VerifyConfig())  # its section, whatever it says, turns it on
    tree["queries"] = to_tree(QueriesConfig())  # likewise
    assert to_tree(parse_recipe(yaml.safe_load(uncommented), "all")) == tree
    assert set(yaml.safe_load(text)) == {"seeds", "translate"}
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?(?! ?#) *\w+:", line) and not line.startswith("# "):
            assert lines[number - 1].lstrip().startswith("# "), line
    assert max(map(len, lines)) <= 120


def test_nothing_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "recipe.yaml"
    mine.write_text("precious")
    assert run_cli(["init", str(mine)]) == 1
    assert capsys.readouterr().err == f"error: {mine} is there already\ngive another name: synthcode init mine.yaml\n"
    assert mine.read_text() == "precious"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert run_cli(["init", str(tmp_path / "link")]) == 1
    assert not (tmp_path / "nowhere").exists()


def test_the_folder_is_made_and_the_next_command_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli(["init", "my recipes/für mich.yaml"]) == 0
    assert capsys.readouterr().err.endswith('synthcode run "my recipes/für mich.yaml" --dry-run\n')
    assert (tmp_path / "my recipes" / "für mich.yaml").is_file()
