from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.pipelines.steps.seed_advice import ADVICE, advice
from synthcode.vocabulary import SEED_REASONS


def test_every_reason_has_its_advice() -> None:
    assert set(ADVICE) == set(SEED_REASONS)


@pytest.mark.parametrize(
    ("rejected", "said", "shown"),
    [
        ({"too_large": 2, "no_text": 1}, "leave large columns out of the file", "too_large"),
        ({"no_text": 1, "no_code": 1}, "--column code=THEIRS", "no_code"),
        ({"unknown_language": 3, "syntax_error": 2}, "--language", "unknown_language"),
        ({"of_a_later_version": 1}, "look at the rows", "of_a_later_version"),
    ],
)
def test_the_commonest_reason_decides(rejected: dict[str, int], said: str, shown: str) -> None:
    found = advice(rejected, Path("my runs/x"))
    assert said in found
    assert found.endswith(f"see 'synthcode show \"my runs/x\" --reason {shown}'")


def test_rows_that_are_too_large_are_not_a_matter_of_columns_names() -> None:
    assert "--column" not in advice({"too_large": 1}, Path("x"))


def test_without_a_row_the_path_is_named() -> None:
    assert advice({}, Path("x")).startswith("check that the file of --path has rows")
