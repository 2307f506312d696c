from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError, Interrupted
from synthcode.pipelines.runs.begun_runs import hold_run
from synthcode.storage.atomic import write_text
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import EMPTY

REFUSED = InputError("refused", "name another")
STAGE = '{"stages": {"NAME": {"fingerprint": "f", "inputs": {}, "outputs": {}, "counts": COUNTS}}}'
SEEDS = '{"seeds": 0, "languages": {}, "rejected": REJECTED, "rejected_examples": {}, "texts_with_entry_point": 0}'


def begin(path: Path, problem: BaseException, rejected: str = "{}", name: str = "seeds") -> None:
    """Begin a run, and fail."""
    with hold_run(path):
        folder = RunFolder(path)
        write_text(folder.recipe, "{}")
        counts = SEEDS.replace("REJECTED", rejected)
        write_text(folder.manifest, STAGE.replace("NAME", name).replace("COUNTS", counts))
        write_text(folder.seeds / "part.parquet", "")
        raise problem


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


@pytest.mark.parametrize("problem", [REFUSED, OSError(28, "No space left on device"), ZeroDivisionError()])
def test_a_run_that_was_only_begun_is_removed_with_its_folders(tmp_path: Path, problem: Exception) -> None:
    with pytest.raises(type(problem)):
        begin(tmp_path / "runs" / "mine", problem)
    assert names(tmp_path) == set()


def test_what_was_there_before_stays(tmp_path: Path) -> None:
    (tmp_path / "slurm.log").write_text("mine")
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path, tmp_path / "empty"):
        with pytest.raises(InputError):
            begin(folder, REFUSED)
    assert names(tmp_path) <= {"slurm.log", "empty", ".lock"}
    assert (tmp_path / "slurm.log").read_text() == "mine"


@pytest.mark.parametrize("problem", [Interrupted(), KeyboardInterrupt()])
def test_an_interrupted_run_stays(tmp_path: Path, problem: BaseException) -> None:
    with pytest.raises(type(problem)):
        begin(tmp_path / "run", problem)
    assert "recipe.yaml" in names(tmp_path)


@pytest.mark.parametrize("name", ["seeds", "translate"])
def test_a_run_with_rows_stays(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        begin(tmp_path / "run", REFUSED, '{"unreadable_row": 1}' if name == "seeds" else "{}", name)
    assert "part.parquet" in names(tmp_path)


def test_an_earlier_run_stays(tmp_path: Path) -> None:
    write_text(RunFolder(tmp_path).manifest, EMPTY)
    with pytest.raises(InputError, match="refused"):
        begin(tmp_path, REFUSED)
    assert "recipe.yaml" in names(tmp_path)
