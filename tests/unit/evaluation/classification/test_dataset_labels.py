from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.classification.dataset_labels import FAILS, PASSES, labels_digest, read_labels
from synthcode.storage.published import find_dataset
from tests.support.datasets.tested_dataset import passing_and_failing, write_tested_dataset


def test_each_language_has_as_many_programs_that_pass_as_that_fail(tmp_path: Path) -> None:
    dataset = find_dataset(write_tested_dataset(tmp_path, passing_and_failing()))
    found = read_labels(dataset, ["stripped", "anonymous"])
    for split, count in (("train", 20), ("validation", 6), ("test", 10)):
        rows = found.labels.parts[split]
        assert Counter(rows.labels) == {PASSES: count, FAILS: count}
        assert all((label == FAILS) == id_.endswith("!") for id_, label in zip(rows.ids, rows.labels, strict=True))
        assert list(rows.groups) == [id_.rsplit("-", 1)[0] for id_ in rows.ids]
    assert set(found.languages) == {"go"}, "a seed's own program was not tested"
    assert len(found.texts["anonymous"]) == len(found.texts["stripped"]) == len(found.languages) == 72
    assert "name" in found.texts["stripped"][0]
    assert "name" not in found.texts["anonymous"][0]


def test_the_programs_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    parts = passing_and_failing()
    turned = {split: dict(reversed(code.items())) for split, code in parts.items()}
    one, other = (
        read_labels(find_dataset(write_tested_dataset(tmp_path / name, programs)), ["stripped"])
        for name, programs in (("one", parts), ("other", turned))
    )
    assert one.labels.parts == other.labels.parts


def test_a_text_counts_once_and_not_at_all_if_it_both_passes_and_fails(tmp_path: Path) -> None:
    parts = passing_and_failing()
    parts["test"]["s-70-go"] = parts["test"]["s-70-go!"]
    parts["test"]["s-72-go!"] = parts["test"]["s-74-go!"]
    found = read_labels(find_dataset(write_tested_dataset(tmp_path, parts)), ["stripped"])
    assert "1 programs of test both pass and fail their tests: left out" in found.warnings
    assert Counter(found.labels.parts["test"].labels) == {PASSES: 8, FAILS: 8}
    assert not {"s-70-go", "s-70-go!", "s-74-go!"} & set(found.labels.parts["test"].ids)


def test_what_is_in_two_splits_is_counted(tmp_path: Path) -> None:
    parts = passing_and_failing()
    parts["test"]["s-70-go!"] = parts["train"]["s-0-go!"]
    found = read_labels(find_dataset(write_tested_dataset(tmp_path, parts)), ["stripped"])
    assert "1 of 20 programs of test are also in train" in found.warnings


@pytest.mark.parametrize("languages", [(), ("rust",)])
def test_a_split_without_both_labels_is_refused_with_counts(tmp_path: Path, languages: tuple[str, ...]) -> None:
    parts = passing_and_failing()
    if not languages:
        parts["validation"] = {name: text for name, text in parts["validation"].items() if "!" not in name}
    with pytest.raises(InputError) as refused:
        read_labels(find_dataset(write_tested_dataset(tmp_path, parts)), ["stripped"], languages)
    counted = "train has 0" if languages else "validation has 12"
    assert f"{counted} translations that pass their tests, and 0 that fail" in refused.value.problem
    assert "synthcode verify" in refused.value.fix


def test_the_digest_is_that_of_all_that_is_read(tmp_path: Path) -> None:
    parts = passing_and_failing()
    first = labels_digest(find_dataset(write_tested_dataset(tmp_path / "a", parts)))
    assert labels_digest(find_dataset(write_tested_dataset(tmp_path / "b", parts))) == first
    parts["test"]["s-70-go!"] += " "
    assert labels_digest(find_dataset(write_tested_dataset(tmp_path / "c", parts))) != first
