"""What is holdout out is not trained on, in no language and under no name."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.pairs.leaving_out import LeftOut
from synthcode.evaluation.training.pairs.opening import TrainingData, open_pairs
from synthcode.evaluation.training.settings import DataSettings, OptimiserSettings, TrainingSettings
from tests.support.training.training_dataset import Problem, write_problems

LONG = "def f(items, size):\n    total = 0\n    for item in items:\n        total += item * size\n    return total"
TEXT = "Multiply each item of a list by a size and return the sum of all products."


def problem(number: int, languages: list[str]) -> Problem:
    """Return a problem that has no near-duplicates."""
    texts = {name: sha256(f"{name} {number}".encode()).hexdigest() for name in ["text", *languages]}
    return Problem(f"s{number}", f"The problem {texts.pop('text')}.", texts)


def opened(folder: Path, problems: list[Problem], holdout: tuple[Path, ...]) -> TrainingData:
    data = DataSettings(renamed_share=0.0, holdout=tuple(map(str, holdout)))
    chosen = TrainingSettings(data=data, optimiser=OptimiserSettings(steps=20, batch_size=2))
    return open_pairs(write_problems(folder, problems), chosen)


@pytest.mark.parametrize(
    "holdout",
    [
        Problem("h1", "Other.", {"python": LONG}),
        Problem("h1", "Other.", {"python": LONG.replace("total", "t").replace("def f", "def multiply")}),
        Problem("h1", "Other.", {"python": LONG.replace("return total", "return total + 0")}),
        Problem("h1", TEXT.upper(), {"go": "other"}),
        Problem("h1", TEXT.replace("all products", "the products"), {"go": "other"}),
        Problem("s0", "Other.", {"go": "other"}),
        Problem("h1", "Other.", {"go": "other"}, "cluster"),
    ],
    ids=["program", "renamed program", "near-duplicate", "text", "similar text", "seed", "split group"],
)
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_problem_that_is_left_out_leaves_in_all_languages(tmp_path: Path, holdout: Problem, split: str) -> None:
    if "multiply" in holdout.codes.get("python", ""):
        holdout = replace(holdout, anonymous={"python": LONG.replace("return total", "return (total)")})
    problems = [Problem("s0", TEXT, {"python": LONG, "java": "int f() {}"}, "cluster")]
    problems += [Problem("s1", "Its twin.", {"go": "func f() {}"}, "cluster")]
    problems += [problem(number, ["go", "java"]) for number in range(2, 5)]
    write_problems(tmp_path / "holdout", [holdout, problem(99, ["go"])], split)
    data = opened(tmp_path / "data", problems, (tmp_path / "holdout",))
    assert data.counts.left_out == (LeftOut(str(tmp_path / "holdout"), 1, 2, 3),)
    assert data.groups == 3
    shown = {pair.positive.text for pair in data.pairs} | {pair.anchor.text for pair in data.pairs}
    assert not (shown | set(data.texts())) & {TEXT, LONG, "int f() {}", "Its twin.", "func f() {}"}


def test_a_program_of_another_language_is_no_duplicate(tmp_path: Path) -> None:
    write_problems(tmp_path / "holdout", [Problem("h1", "Other.", {"java": LONG})])
    problems = [Problem("s0", TEXT, {"python": LONG}), *(problem(number, ["go"]) for number in range(2, 5))]
    assert opened(tmp_path / "data", problems, (tmp_path / "holdout",)).groups == 4


def test_a_dataset_that_leaks_can_be_trained_on_without_its_leaks(tmp_path: Path) -> None:
    problems = [problem(number, ["go", "java"]) for number in range(5)]
    write_problems(tmp_path, [problem(3, ["go"]), Problem("t", f" {problem(2, []).text} ", {"go": "other"})], "test")
    with pytest.raises(InputError, match="--holdout"):
        opened(tmp_path, problems, ())
    data = opened(tmp_path, problems, (tmp_path,))
    assert [(one.groups, one.seeds, one.programs) for one in data.counts.left_out] == [(2, 2, 4)]
    assert data.groups == 3


def test_training_data_depend_on_what_is_held_out(tmp_path: Path) -> None:
    problems = [problem(number, ["go", "java"]) for number in range(5)]
    holdout = write_problems(tmp_path / "holdout", [problem(50, ["go"])])
    alone, with_one = (opened(tmp_path / "data", problems, out).digest for out in ((), (holdout,)))
    write_problems(holdout, [problem(51, ["go"])])
    assert len({alone, with_one, opened(tmp_path / "data", problems, (holdout,)).digest}) == 3


def humaneval(path: Path, *rows: dict[str, str]) -> str:
    path.write_text("".join(json.dumps({"test": "", **row}) + "\n" for row in rows))
    return str(path)


def test_a_published_benchmark_is_held_out_in_the_files_it_comes_in(tmp_path: Path) -> None:
    header, body = LONG.split("\n", 1)
    problems = [Problem("s0", "Something else.", {"python": LONG, "java": "int f() {}"})]
    problems += [Problem("s1", "Return the sum of the doubled items of a list.", {"go": "func f() {}"})]
    problems += [problem(number, ["go", "java"]) for number in range(2, 5)]
    by_code = {"task_id": "HumanEval/1", "prompt": f"{header}\n", "canonical_solution": body, "entry_point": "f"}
    by_code["prompt"] = by_code["prompt"].replace("def f", "def weigh")
    by_code["entry_point"] = "weigh"
    by_text = {
        "task_id": "HumanEval/2",
        "prompt": 'def other(x):\n    """Return the sum of the  DOUBLED items of a list."""\n',
        "canonical_solution": "    return 2 * sum(x)\n",
        "entry_point": "other",
    }
    name = humaneval(tmp_path / "HumanEval.jsonl", by_code, by_text)
    data = opened(tmp_path / "data", problems, (Path(name),))
    assert data.counts.left_out == (LeftOut(name, 2, 2, 3),)
    assert data.groups == 3
    assert data.warnings == ()


def test_rows_of_a_benchmark_that_cannot_be_compared_are_counted(tmp_path: Path) -> None:
    rows = [{"id": "1", "code": LONG}, {"id": "2", "code": "def ("}, {"id": "3", "code": ""}]
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    problems = [Problem("s0", "Other.", {"python": LONG}), *(problem(number, ["go", "java"]) for number in range(2, 5))]
    spec = f"table:{path}@python"
    data = opened(tmp_path / "data", problems, (Path(spec),))
    assert data.counts.left_out == (LeftOut(spec, 1, 1, 1),)
    assert data.warnings == (f"{spec}: rows that cannot be held out: no_code 1, syntax_error 1",)
    path.write_text('{"id": "2", "code": "def ("}\n')
    with pytest.raises(InputError, match="syntax_error 1"):
        opened(tmp_path / "data", problems, (Path(spec),))
    unknown = humaneval(
        tmp_path / "HumanEval.jsonl", {"task_id": "T/1", "prompt": LONG, "canonical_solution": "    return 1"}
    )
    with pytest.raises(InputError, match="unknown_language 1"):
        opened(tmp_path / "data", problems, (Path(unknown),))
    with pytest.raises(InputError, match="tabel"):
        opened(tmp_path / "data", problems, (Path(f"tabel:{path}"),))


def test_nothing_left_is_refused(tmp_path: Path) -> None:
    problems = [problem(number, ["go", "java"]) for number in range(5)]
    holdout = write_problems(tmp_path / "holdout", problems)
    with pytest.raises(InputError) as refused:
        opened(tmp_path / "data", problems, (holdout,))
    assert "no group" in refused.value.problem
    assert "holdout" in refused.value.fix


def test_holding_out_what_is_not_there_is_refused(tmp_path: Path) -> None:
    problems = [problem(number, ["go", "java"]) for number in range(5)]
    with pytest.raises(InputError, match="does not exist"):
        opened(tmp_path / "data", problems, (tmp_path / "missing",))
    with pytest.raises(InputError, match="no split but the one that is trained on"):
        opened(tmp_path / "data", problems, (tmp_path / "data",))
