"""Hard negatives are programs that look like the answer and are not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.contracts import NO_GROUP, TrainingPair
from synthcode.evaluation.training.pairs.opening import TrainingData, open_pairs
from synthcode.evaluation.training.settings import DataSettings, OptimiserSettings, TrainingSettings
from tests.support.training.training_dataset import Problem, problem, write_failed, write_problems


def opened(folder: Path, kind: str, holdout: tuple[str, ...] = ()) -> TrainingData:
    data = DataSettings(renamed_share=0.0, hard_negatives=kind, holdout=holdout)  # type: ignore[arg-type]
    return open_pairs(folder, TrainingSettings(data=data, optimiser=OptimiserSettings(steps=30, batch_size=4)))


def negatives(data: TrainingData) -> dict[str, set[str]]:
    """Return the negatives that were drawn with each answer."""
    drawn: dict[str, set[str]] = {}
    for pair in data.pairs:
        assert pair.negative is not None
        assert (pair.negative.role.side, pair.negative.role.kind) == ("document", "code")
        drawn.setdefault(pair.positive.text, set()).add(pair.negative.text)
    return drawn


def test_bm25_finds_the_nearest_program_of_another_group_in_the_same_language(tmp_path: Path) -> None:
    problems = [
        Problem("s1", "One.", {"python": "sum list sort", "go": "walk tree root"}, "c"),
        Problem("s2", "Two.", {"python": "sum list sort path", "go": "graph"}, "c"),  # nearer, and of the same group
        Problem("s3", "Three.", {"python": "sum list prime", "go": "tree walk leaf"}),
        Problem("s4", "Four.", {"python": "prime", "go": "graph edge"}),
        Problem("s5", "Five.", {"python": "queue", "go": "queue"}),
    ]
    drawn = negatives(opened(write_problems(tmp_path, problems), "bm25"))
    assert drawn["sum list sort"] == drawn["sum list sort path"] == {"sum list prime"}
    assert drawn["walk tree root"] == {"tree walk leaf"}
    assert drawn["tree walk leaf"] == {"walk tree root"}
    assert drawn["graph"] == {"graph edge"}
    assert drawn["graph edge"] == {"graph"}
    assert len(drawn["queue"]) >= 1


def test_a_negative_is_of_another_group_whatever_there_is(tmp_path: Path) -> None:
    """Nothing to search: a program without words, and the only one in its language."""
    problems = [Problem(f"s{n}", f"Do {n}.", {"python": "+" * n, "go": "-" * n}) for n in range(1, 5)]
    problems.append(Problem("s9", "Do 9.", {"ruby": "only", "go": "word"}))
    group: dict[str, int] = {}
    pairs: list[TrainingPair] = list(opened(write_problems(tmp_path, problems), "bm25").pairs)
    for pair in pairs:
        group[pair.positive.text] = pair.group
    for pair in pairs:
        assert pair.negative is not None
        assert pair.negative_group == group[pair.negative.text] != pair.group


def test_failed_translations_of_the_seed_come_first(tmp_path: Path) -> None:
    write_problems(tmp_path, [problem(number, ["go", "java"]) for number in range(4)])
    failed = [("s0000", "go", "failed 0 go"), ("s0000", "go", "failed again"), ("s0001", "java", "failed 1 java")]
    unusable = [("s0002", "go", " go program 3"), ("other", "go", "of a seed that has left")]
    write_failed(tmp_path, [*failed, *unusable])
    data = opened(tmp_path, "failed")
    drawn = negatives(data)
    assert drawn["go program 0"] == {"failed 0 go", "failed again"}
    assert drawn["java program 0"] == {"failed 0 go", "failed again"}
    assert drawn["go program 1"] == drawn["java program 1"] == {"failed 1 java"}
    assert drawn["go program 2"] <= {"failed 0 go", "failed again"}
    assert drawn["java program 3"] == {"failed 1 java"}
    assert {pair.negative_group for pair in data.pairs} == {NO_GROUP}
    assert data.warnings == ("50% of the seeds have a failed translation, other pairs get one of another seed",)


def test_negatives_change_no_pair(tmp_path: Path) -> None:
    write_problems(tmp_path, [problem(number, ["go", "java"]) for number in range(6)])
    without, with_them = (list(opened(tmp_path, kind).pairs) for kind in ("none", "bm25"))
    assert [(pair.anchor, pair.positive) for pair in without] == [(pair.anchor, pair.positive) for pair in with_them]


def test_a_dataset_without_failed_translations_is_refused(tmp_path: Path) -> None:
    write_problems(tmp_path, [problem(number, ["go", "java"]) for number in range(4)])
    with pytest.raises(InputError, match="no failed translations") as refused:
        opened(tmp_path, "failed")
    assert "synthcode verify" in refused.value.fix


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    write_problems(tmp_path, [problem(number, ["go", "java"]) for number in range(4)])
    with pytest.raises(InputError, match="bm25s"):
        opened(tmp_path, "bm25")
