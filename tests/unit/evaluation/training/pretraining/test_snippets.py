"""Programs with their repositories, from runs with seeds and from datasets."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.pretraining.snippets import Snippet, read_snippets
from synthcode.identity import digest
from synthcode.pipelines.main import run_cli
from tests.support.runs.small_run import make_tables, write_run


def checkout(folder: Path, name: str, functions: int) -> None:
    (folder / name / ".git").mkdir(parents=True)
    lines = [
        f'def {name}_{n}(value):\n    """Return the value of {n}."""\n    value += {n}\n    return value\n'
        for n in range(functions)
    ]
    (folder / name / "code.py").write_text("\n\n".join(lines))


def test_seeds_of_source_trees_name_their_repositories(tmp_path: Path) -> None:
    checkout(tmp_path / "trees", "first", 3)
    checkout(tmp_path / "trees", "second", 2)
    arguments = ["--from", "source-tree", "--path", str(tmp_path / "trees"), "--language", "python"]
    assert run_cli(["seeds", str(tmp_path / "run"), *arguments]) == 0
    found = read_snippets([tmp_path / "run"])
    assert [snippet.language for snippet in found] == ["python"] * 5
    assert len({snippet.repository for snippet in found}) == 2
    assert found[0].content.startswith("Return the value of 0.\ndef first_0(value):\n")


def test_a_dataset_gives_its_train_split_with_the_repositories_of_its_seeds(tmp_path: Path) -> None:
    tables = make_tables()
    triplets = tables["triplets", "train"]
    names = [f"owner/{number % 2}" for number in range(triplets.num_rows)]
    tables["triplets", "train"] = triplets.set_column(0, "repository_name", pa.array(names))
    found = read_snippets([write_run(tmp_path / "run", tables)])
    assert found == sorted(
        Snippet(f"owner/{number % 2}", language, f"{language} {number} 1", f"Return {number}.", digest("seed", number))
        for number in range(6)
        for language in ("python", "java")
    )


def test_equal_programs_of_several_sources_count_once(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / "one"), write_run(tmp_path / "two")]
    assert read_snippets(runs) == read_snippets(runs[:1])
    assert {snippet.repository for snippet in read_snippets(runs)} == {""}


def test_a_folder_that_is_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a run directory nor a dataset"):
        read_snippets([tmp_path])
