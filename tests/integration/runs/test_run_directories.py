"""What is a run directory, what is the user's own folder, and whose the recipe in it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.run_directories import next_to, refuse_foreign
from synthcode.storage.manifest import EMPTY, MANIFEST_NAME

ROW = {"source_id": "1", "language": "python", "text": "Add two numbers.", "code": "def add(a, b):\n    return a + b\n"}
MINE = "# My notes.\nseeds: {adapter: table, path: tasks.jsonl}\ntranslate: {targets: [java], model: m}\n"


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a user's own recipe and seeds, in which commands are run."""
    (tmp_path / "tasks.jsonl").write_text(json.dumps(ROW) + "\n")
    (tmp_path / "recipe.yaml").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("started")
    (folder / "tasks.jsonl").write_text(json.dumps(ROW) + "\n")
    assert synthcode("seeds", folder / "run", "--from", "table", "--path", folder / "tasks.jsonl") == 0
    return folder / "run"


@pytest.fixture
def run(home: Path, started: Path) -> Path:
    return Path(shutil.copytree(started, home / "run"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "recipe.yaml", "--out", "."),
        ("run", "quickstart", "--out", "."),
        ("seeds", ".", "--from", "table", "--path", "tasks.jsonl"),
    ],
)
def test_no_run_starts_in_a_folder_of_the_users(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    before = files(home)
    assert synthcode(*arguments) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: . is not a run directory (no manifest.json), and it is not empty: it holds recipe.yaml, tasks.jsonl",
        "name a new folder, such as runs/NAME",
    ]
    assert files(home) == before


def test_a_manifest_of_something_else_makes_no_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "manifest.json").write_text('{"name": "a web page"}')
    assert synthcode("seeds", ".", "--from", "table", "--path", "tasks.jsonl") == 1
    assert "is not empty" in capsys.readouterr().err
    assert (home / "manifest.json").read_text() == '{"name": "a web page"}'


def test_an_empty_folder_and_one_with_a_log_will_do(home: Path) -> None:
    for name in ("empty", "logged"):
        (home / name).mkdir()
        refuse_foreign(home / name)
    (home / "logged/slurm-1.out").write_text("")
    (home / "logged/.hidden").write_text("")
    assert synthcode("seeds", "logged", "--from", "table", "--path", "tasks.jsonl") == 0


@pytest.mark.parametrize("command", ["status", "show", "report", "translate", "check", "dedup", "build", "publish"])
def test_a_folder_with_a_recipe_is_not_a_run(home: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    (home / "manifest.json").write_text('{"name": "a web page"}')
    before = files(home)
    more = ["--repo-id", "me/mine"] if command == "publish" else []
    assert synthcode(command, ".", *more) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "error: . is not a run directory: it has no manifest.json of a run",
        "start one with 'synthcode run quickstart --out RUN' or 'synthcode seeds RUN'",
    ]
    assert files(home) == before


def test_scores_go_to_a_run_and_to_no_other_folder(home: Path, run: Path) -> None:
    from synthcode.pipelines.steps.evaluate.results_folder import run_of

    assert run_of(home) is None
    assert run_of(run / "dataset") == run


def test_a_run_that_was_killed_in_its_first_stage_goes_on(home: Path, run: Path) -> None:
    (run / MANIFEST_NAME).write_text('{"stages": {}}')
    assert synthcode("seeds", "run") == 0


def test_a_run_whose_manifest_was_lost_goes_on_from_its_journal(
    home: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = home / "recording.jsonl"
    recording.write_text(json.dumps({"source_id": "1", "target_language": "java", "text": "class A { int f; }"}) + "\n")
    assert synthcode("translate", "run", "--recording", recording, "--targets", "java") == 0
    (run / MANIFEST_NAME).unlink()
    capsys.readouterr()
    assert synthcode("seeds", "run") == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "write '{\"stages\": {}}' into run/manifest.json: the run goes on from its journal"
    )
    (run / MANIFEST_NAME).write_text('{"stages": {}}')
    assert synthcode("seeds", "run") == 0
    assert synthcode("translate", "run") == 0
    assert "1 of 1 completed; 0 requested, 1 already known" in capsys.readouterr().err


def test_values_that_were_edited_in_a_runs_recipe_count(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = run / "recipe.yaml"
    assert recipe.read_text().startswith("# Written by synthcode")
    recipe.write_text(recipe.read_text().replace("threshold: 0.7", "threshold: 0.5"))
    assert synthcode("dedup", "run") == 0
    assert "threshold: 0.5" in recipe.read_text()
    assert sorted(path.name for path in run.glob("recipe*")) == ["recipe.yaml"]
    assert "edited by hand" not in capsys.readouterr().err


def test_comments_and_values_that_are_replaced_are_kept_in_a_copy(
    home: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = run / "recipe.yaml"
    edited = recipe.read_text().replace("threshold: 0.7", "threshold: 0.5  # as they do")
    recipe.write_text(edited)
    assert synthcode("dedup", "run") == 0
    assert f"{Path('run/recipe.yaml')} was edited by hand; its text is kept in recipe.yaml.bak" in (
        capsys.readouterr().err.splitlines()
    )
    assert (run / "recipe.yaml.bak").read_text() == edited
    assert "threshold: 0.5\n" in recipe.read_text()
    assert synthcode("dedup", "run") == 0
    assert not (run / "recipe.yaml.bak1").exists()
    again = recipe.read_text().replace("threshold: 0.5", "threshold: 0.6")
    recipe.write_text(again)
    assert synthcode("run", home / "recipe.yaml", "--out", "run", "--base-url", "http://127.0.0.1:9/v1") == 1
    assert (run / "recipe.yaml.bak1").read_text() == again
    assert (home / "recipe.yaml").read_text() == MINE


def test_a_run_of_an_earlier_version_goes_on(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = run / "recipe.yaml"
    recipe.write_text("".join(recipe.read_text().splitlines(keepends=True)[1:]).replace("  max_failed: 0.2\n", ""))
    manifest = json.loads((run / MANIFEST_NAME).read_text())
    (run / MANIFEST_NAME).write_text(json.dumps({"stages": manifest["stages"]}))
    capsys.readouterr()
    assert synthcode("seeds", "run") == 0
    assert capsys.readouterr().err.splitlines() == ["seeds: unchanged, nothing to do (1 seed, 0 rows rejected)"]
    assert sorted(path.name for path in run.glob("recipe*")) == ["recipe.yaml"]


@pytest.mark.parametrize("command", [["merge", ".", "shard"], ["slurm", "recipe.yaml", "--out", "."]])
def test_a_folder_of_the_users_is_neither_merged_into_nor_given_to_slurm(
    home: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    before = sorted(home.parent.rglob("*"))
    assert run_cli(command) == 1
    problem, fix = capsys.readouterr().err.splitlines()
    assert problem.startswith("error: . is not a run directory (no manifest.json), and it is not empty")
    assert fix == "name a new folder, such as runs/NAME"
    assert sorted(home.parent.rglob("*")) == before


def test_folders_next_to_a_run_have_its_name_also_if_it_is_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "mine")
    assert next_to(Path(), ".shards") == tmp_path / "mine.shards"
    assert next_to(Path("inner/.."), ".shards") == tmp_path / "mine.shards"
    assert next_to(Path("runs/big"), ".shards") == Path("runs/big.shards")
    with pytest.raises(InputError, match="no folder next to it"):
        next_to(Path("/"), ".shards")


@pytest.mark.parametrize("command", ["evaluate", "export"])
@pytest.mark.parametrize("place", ["run/dataset", "./run/dataset", "deep/run/dataset"])
def test_a_dataset_that_is_not_built_yet_is_not_looked_for_on_the_hub(
    home: Path, capsys: pytest.CaptureFixture[str], command: str, place: str
) -> None:
    run = Path(place).parent
    run.mkdir(parents=True)
    (run / MANIFEST_NAME).write_text(EMPTY)
    more = {"evaluate": ["--encoder", "bm25"], "export": ["--format", "beir", "--out", "x"]}
    assert run_cli([command, place, *more[command]]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"error: {run} has no dataset yet",
        f"make it with 'synthcode build {run}'",
    ]


@pytest.mark.parametrize("command", ["evaluate", "export", "publish"])
def test_the_dataset_of_a_shard_is_made_by_merge(home: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    Path("run").mkdir()
    Path("run", MANIFEST_NAME).write_text('{"stages": {}}')
    Path("run", "recipe.yaml").write_text("shard: 1/3\n")
    more = {"evaluate": ["--encoder", "bm25"], "export": ["--format", "beir", "--out", "x"], "publish": ["--to", "x"]}
    assert run_cli([command, "run", *more[command]]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: run is the run of shard 1/3: a dataset is made of all shards",
        "join them first, which builds the dataset: synthcode merge OUT SHARD...",
    ]


@pytest.mark.parametrize("command", ["publish", "status", "show"])
def test_a_folder_of_a_run_leads_to_the_run(command: str, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--to", run / "copy") if command == "publish" else ()
    for folder in ("seeds", "dataset"):
        assert synthcode(command, Path("run") / folder, *options) == 1
        assert capsys.readouterr().err.splitlines()[-1] == f"name the run that it is in: {run}"
