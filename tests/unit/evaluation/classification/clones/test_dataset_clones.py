from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.classification.clones.dataset_clones import DatasetClones, read_clones
from synthcode.storage.published import PublishedDataset
from tests.support.datasets.clone_dataset import Pair, write_clone_dataset

GOOD: list[Pair] = [("s-0-java", "s-0-python", 1, "unverified"), ("s-0-python", "s-1-java", 0, "random")]
CODE = {name: f"name {name}" for name in ("s-0-java", "s-0-python", "s-1-java", "s-0-go", "s-0-java!")}


def read(folder: Path, pairs: list[Pair], require=None) -> DatasetClones:
    write_clone_dataset(folder, {"test": pairs}, CODE)
    return read_clones(PublishedDataset(folder), ("test",), ("stripped", "anonymous"), require)


def test_pairs_and_programs_are_read(tmp_path: Path) -> None:
    pairs = [*GOOD, ("s-0-java!", "s-0-python", 0, "failed_translation")]
    clones = read(tmp_path, pairs)
    assert clones.ids == ["s-0-java", "s-0-java!", "s-0-python", "s-1-java"]
    assert clones.languages == ["java", "java", "python", "java"]
    assert clones.texts["anonymous"][0] == "f s-0-java"
    rows, difficulty, languages = clones.parts["test"]
    assert (rows.a.tolist(), rows.b.tolist(), rows.label.tolist()) == ([0, 2, 1], [2, 3, 2], [1, 0, 0])
    assert difficulty.tolist() == ["unverified", "random", "failed_translation"]
    assert languages.tolist() == [["java", "python"]] * 3
    assert clones.groups[0] == clones.groups[1] == clones.groups[2] != clones.groups[3]
    assert not clones.warnings


def test_a_level_leaves_pairs_out_and_says_how_many(tmp_path: Path) -> None:
    pairs: list[Pair] = [
        *GOOD,
        ("s-0-go", "s-0-python", 1, "verified"),
        ("s-0-go", "s-0-java!", 0, "failed_translation"),
    ]
    clones = read(tmp_path, pairs, "tested")
    assert len(clones.parts["test"].rows.a) == 2
    assert clones.warnings[0] == "2 of 4 pairs of test have a translation that is not tested: left out"


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([*GOOD, ("s-0-java", "s-9-go", 0, "random")], "1 of 3 pairs of test name a program that is not there"),
        (GOOD[:1], "all 1 have label 1, and measures need pairs of both labels"),
        ([], "there is none, and measures need pairs of both labels"),
        ([*GOOD, ("s-0-java", "s-1-java", 7, "random")], "1 of 3 labels are not 0 or 1"),
        ([*GOOD, ("s-0-java", "s-1-java", 0, "easy\x1b[31m")], "unknown difficulty"),
    ],
)
def test_broken_pairs_are_refused_in_two_lines(tmp_path: Path, pairs: list[Pair], message: str) -> None:
    code = CODE if pairs else {}
    write_clone_dataset(tmp_path, {"test": pairs}, code)
    with pytest.raises(InputError, match=message) as caught:
        read_clones(PublishedDataset(tmp_path), ("test",), ("stripped",))
    assert "\x1b" not in str(caught.value)


def test_odd_pairs_are_counted(tmp_path: Path) -> None:
    pairs: list[Pair] = [*GOOD, ("s-0-java", "s-0-java", 1, "unverified"), ("s-0-python", "s-0-java", 0, "random")]
    warnings = read(tmp_path, pairs).warnings
    assert "1 of 4 pairs of test pair a program with itself" in warnings
    assert "1 of 4 pairs of test repeat another pair in the other order" in warnings
    assert "1 pairs of test have both labels" in warnings


def test_leaks_through_other_programs_are_counted(tmp_path: Path) -> None:
    known: list[Pair] = [("s-0-java", "s-0-python", 1, "unverified"), ("s-0-python", "s-1-java", 0, "random")]
    tested: list[Pair] = [
        ("s-5-java", "s-5-python", 1, "unverified"),
        ("s-5-python", "s-6-java", 0, "random"),
        ("s-1-go", "s-6-java", 0, "random"),
    ]
    code = {
        **{"s-0-java": "int a;", "s-0-python": "name = 1", "s-1-java": "int b;"},
        **{"s-5-java": "int a;", "s-5-python": "f = 1", "s-6-java": "int c;", "s-1-go": "go"},
    }
    write_clone_dataset(tmp_path, {"validation": known, "test": tested}, code)
    for variants in (("stripped",), ("anonymous", "stripped")):
        warnings = read_clones(PublishedDataset(tmp_path), ("validation", "test"), variants).warnings
        equal = {"stripped": 1, "anonymous": 2}[variants[0]]
        but_for = "but for comments, layout and the name of a function"
        assert warnings == [
            f"1 of 3 pairs of test pair programs that equal those of a pair of validation {but_for}",
            f"{equal} of 4 programs of test have the text of another program in pairs of validation",
            *([f"1 of 4 programs of test equal one in pairs of validation {but_for}"] if equal == 1 else []),
            "1 of 3 problems of test also have pairs in validation",
        ]


def test_repeated_rows_are_scored_once(tmp_path: Path) -> None:
    clones = read(tmp_path, [*GOOD, GOOD[0], GOOD[0]])
    assert clones.warnings == ["2 of 4 pairs of test repeat another row: each is scored once"]
    assert len(clones.parts["test"].rows.a) == 2


def test_a_dataset_without_pairs_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(InputError, match="has no pairs of clones"):
        read_clones(PublishedDataset(tmp_path), ("test",), ("stripped",))
