from __future__ import annotations

from typing import Any

import pyarrow as pa

from synthcode.reporting.census import COLUMNS, SEED_COLUMNS, Census, Outcome


def row(name: str, target: str, verdict: str, chars: int | None, checked: str | None = "syntax") -> dict[str, Any]:
    values = (name, target, verdict, checked, chars, "model", "prompt", "python", 40)
    return dict(zip((*COLUMNS, *SEED_COLUMNS), values, strict=True))


def census(rows: list[dict[str, Any]], shown: int = 100) -> Census:
    counted = Census(shown)
    for start in range(0, len(rows), 2):
        counted.add(pa.Table.from_pylist(rows[start : start + 2]))
    return counted


ROWS = [
    row("d", "go", "kept", 10),
    row("c", "go", "near_duplicate", 30),
    row("b", "go", "empty", None, None),
    row("a", "go", "failed", None, None),
    row("e", "java", "empty", None, None),
    row("f", "go", "empty", None, None),
]


def test_what_became_of_rows_is_counted() -> None:
    counted = census(ROWS)
    assert counted.total == 6
    assert counted.outcomes[Outcome("python", "go", "empty", accepted=False)] == 2
    assert counted.outcomes[Outcome("python", "go", "near_duplicate", accepted=True)] == 1
    assert counted.models == {("model", "prompt"): 6}


def test_acceptance_leaves_out_what_was_not_completed() -> None:
    assert census(ROWS).acceptance() == {("python", "go"): (2, 4), ("python", "java"): (0, 1)}


def test_lengths_are_those_of_what_was_accepted() -> None:
    counted = census(ROWS)
    assert counted.lengths == {"go": {10: 1, 30: 1}}
    assert counted.seed_lengths == {"go": {40: 2}}


def test_examples_come_from_as_many_languages_as_there_are() -> None:
    assert census(ROWS).examples(3) == {"empty": ["b", "e"], "failed": ["a"], "kept": ["d"], "near_duplicate": ["c"]}
