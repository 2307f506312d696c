from __future__ import annotations

from pathlib import Path

from synthcode.dataset.splits import SplitConfig
from synthcode.pipelines.steps.reviews import language_warnings, split_warnings


def test_a_language_is_named_for_its_commonest_reason_and_not_while_it_is_pending() -> None:
    rows = {
        "go": {"completed": 3, "failed": 4, "accepted": 0, "rejected": {"empty": 1, "refusal": 2}},
        "java": {"completed": 3, "failed": 0, "accepted": 1, "rejected": {"empty": 2}},
        "rust": {"completed": 0, "failed": 0, "accepted": 0, "rejected": {}},
    }
    assert list(language_warnings(rows, Path("my runs/x"))) == [
        "warning: go: nothing was accepted of 7 (failed 4); "
        "look at 'synthcode show \"my runs/x\" --language go --reason failed'"
    ]


def test_splits_without_pairs_are_named_if_they_have_a_share() -> None:
    splits = {"train": 8, "validation": 0, "test": 0}
    found = list(split_warnings(splits, SplitConfig(train=0.9, validation=0.0, test=0.1)))
    assert [line.partition(":")[2].split()[:2] for line in found] == [["split", "'test'"]]
    assert list(split_warnings(splits, SplitConfig(train=1.0, validation=0.0, test=0.0))) == []
