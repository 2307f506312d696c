from __future__ import annotations

import pyarrow as pa
import pytest

from synthcode.evaluation.results.coverage import Coverage, caption, chance, counted, coverage, spread, warnings_of
from synthcode.schemas.results import RANKS


def row(asked: str, corpus: str, query: str, problem: str, documents: int, exit_: int = 0) -> dict[str, object]:
    fixed = {"encoder": "e", "exit": exit_, "task": "code2code", "variant": "stripped", "ranks": [1]}
    languages = {"query_language": asked, "corpus_language": corpus}
    return {**fixed, **languages, "query_id": query, "problem_id": problem, "documents": documents}


def test_queries_problems_and_documents_are_counted() -> None:
    rows = [row("go", "c", "g1", "p1", 7), row("c", "go", "c1", "p1", 9), row("go", "c", "g2", "p2", 7)]
    found = coverage(pa.Table.from_pylist([*rows, row("go", "c", "g1", "p1", 7, exit_=4)], RANKS))
    assert found == {
        ("e", 0, "code2code", "stripped"): Coverage(2, 3, 2, (7, 9), (1, 2)),
        ("e", 4, "code2code", "stripped"): Coverage(1, 1, 1, (7, 7), (1, 1)),
    }
    assert caption(found.values()) == "1 to 2 problems; a pair of languages has 1 to 2 queries, 7 to 9 documents"


@pytest.mark.parametrize(
    ("problems", "documents", "said"),
    [
        (30, 100, []),
        (29, 100, ["Only 29 problems"]),
        (30, 99, ["Only 99 documents"]),
        (1, 1, ["Only 1 problem:", "Only 1 document to search: a random order would already score about 1.00"]),
    ],
)
def test_too_little_is_warned_of(problems: int, documents: int, said: list[str]) -> None:
    enough = Coverage(1, 500, 500, (500, 500), (1, 1))
    found = warnings_of([enough, Coverage(1, 500, problems, (documents, 500), (1, 1))])
    assert len(found) == len(said)
    assert all(warning.startswith(beginning) for warning, beginning in zip(found, said, strict=True))


def test_what_a_random_order_scores() -> None:
    assert chance(2) == (1 + 1 / 2) / 2
    assert chance(1000) == pytest.approx(2.9289682 / 1000)


def test_numbers_in_words() -> None:
    assert [counted(1, "problem"), counted(2000, "query"), spread((3, 3)), spread((3, 4000))] == [
        *("1 problem", "2,000 queries", "3", "3 to 4,000")
    ]


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [(1, "entry", "1 entry"), (2, "entry", "2 entries"), (2000, "query", "2,000 queries"), (0, "pair", "0 pairs")],
)
def test_a_number_stands_with_its_noun(number: int, noun: str, expected: str) -> None:
    assert counted(number, noun) == expected
