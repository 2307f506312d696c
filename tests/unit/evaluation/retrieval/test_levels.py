"""The verified part of a benchmark, against one that is built of its programs only."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.dataset.retrieval import QrelsMaker
from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, Tables, from_tables
from synthcode.evaluation.retrieval.levels import at_level, levels_of
from synthcode.vocabulary import LEVELS
from tests.support.datasets.retrieval_tables import tables, with_levels

LEVELS_OF = {
    **{"java-000": "compiled", "java-001": "tested", "java-002": "tested", "java-003": "syntax"},
    **{"go-000": "tested", "go-001": "tested", "go-003": "checked"},
}
"""Java's first two programs are one document."""
TRANSLATIONS = [name for name in tables().programs["program_id"].to_pylist() if not name.startswith("python")]


def benchmark(levels: dict[str, str] = LEVELS_OF, problems: int = 4) -> Benchmark:
    return from_tables("b", "d", "test", with_levels(tables(problems), levels))


def pairs(made: Benchmark, cell: Cell) -> list[tuple[str, str]]:
    judged = made.cells[cell]
    asked, found = made.texts[cell.query_language].ids, made.texts[cell.corpus_language].ids
    return sorted(
        (asked[query], found[answer])
        for query, start, end in zip(judged.queries, judged.starts[:-1], judged.starts[1:], strict=True)
        for answer in judged.answers[start:end]
    )


def test_what_is_below_the_level_is_neither_searched_nor_a_query() -> None:
    left = at_level(benchmark(), "tested")
    assert {name: sorted(side.ids) for name, side in left.texts.items()} == {
        "text": ["s000", "s001", "s002", "s003"],
        "python": ["python-000", "python-001", "python-002", "python-003"],
        "java": ["java-000", "java-002"],
        "go": ["go-000", "go-001"],
    }
    assert pairs(left, Cell("text2code", "text", "java")) == [("s001", "java-000"), ("s002", "java-002")]
    assert pairs(left, Cell("text2code", "text", "go")) == [("s000", "go-000"), ("s001", "go-001")]
    assert len(pairs(left, Cell("text2code", "text", "python"))) == 4
    assert pairs(left, Cell("code2code", "java", "python")) == [("java-000", "python-001"), ("java-002", "python-002")]
    # What java-000 showed for problem 0 was not tested; it stays for problem 1.
    assert pairs(left, Cell("code2code", "go", "java")) == [("go-001", "java-000")]
    assert pairs(left, Cell("code2code", "java", "go")) == [("java-000", "go-001")]
    assert left.texts["java"].columns["raw"] == [benchmark().texts["java"].columns["raw"][at] for at in (1, 2)]
    assert (left.digest, left.requirement and left.requirement.left_out) == ("d", {"go": 1, "java": 2})
    assert str(left.requirement) == ("3 of 7 translations are not tested and are left out: go 1 of 3, java 2 of 4")


def test_a_language_without_a_verified_program_is_not_there() -> None:
    levels = {name: "tested" if name.startswith("go") else "compiled" for name in LEVELS_OF}
    left = at_level(benchmark(levels), "tested")
    assert left.languages == ["go", "python"]
    with pytest.raises(InputError, match="of which translations must be tested, has no java"):
        left.restricted([], ["java"])
    assert str(at_level(benchmark(levels), "compiled").requirement) == (
        "0 of 7 translations are not compiled and are left out"
    )
    # A language of which nothing is left still counts.
    assert left.restricted([], []).requirement.left_out == {"java": 4}  # type: ignore[union-attr]
    assert left.restricted([], ["go", "python"]).requirement.left_out == {}  # type: ignore[union-attr]


def test_an_empty_rest_and_levels_that_do_not_exist_are_refused() -> None:
    compiled = benchmark({**dict.fromkeys(LEVELS_OF, "compiled"), "go-003": "syntax"})
    with pytest.raises(InputError, match="no translation of split 'test' is tested") as raised:
        at_level(compiled, "tested")
    assert "syntax (1), compiled (6): require a lower level" in raised.value.fix
    with pytest.raises(InputError, match="have no levels of verification"):
        at_level(from_tables("b", "d", "test", tables(4)), "tested")
    with pytest.raises(InputError, match=r"no level 'teste' \(did you mean 'tested'"):
        at_level(compiled, "teste")  # type: ignore[arg-type]


def expected(made: Tables, levels: Sequence[str]) -> Benchmark:
    """Judge what is left from the start, as 'build' would have."""
    is_own = pc.not_equal(made.programs["origin"], "translation")
    left = made.programs.filter(pc.or_(is_own, pc.is_in(made.programs["verification"], value_set=pa.array(levels))))
    named = made.programs.filter(pc.is_in(made.programs["program_id"], value_set=pc.unique(left["document_id"])))
    qrels = QrelsMaker(["java-000"]).judge(left)
    return from_tables("b", "d", "test", made._replace(programs=named, qrels=qrels))


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(LEVELS), min_size=len(TRANSLATIONS), max_size=len(TRANSLATIONS)), st.integers(1, 3))
def test_it_is_what_a_dataset_of_these_programs_would_be(drawn: list[str], rank: int) -> None:
    made = with_levels(tables(), dict(zip(TRANSLATIONS, drawn, strict=True)))
    if not set(drawn) & set(LEVELS[rank:]):
        return
    found, want = at_level(from_tables("b", "d", "test", made), LEVELS[rank]), expected(made, LEVELS[rank:])
    assert {name: side.columns for name, side in found.texts.items()} == {
        name: side.columns for name, side in want.texts.items()
    }
    assert {name: side.ids for name, side in found.texts.items()} == {n: side.ids for n, side in want.texts.items()}
    assert {cell: pairs(found, cell) for cell in found.cells} == {cell: pairs(want, cell) for cell in want.cells}


def test_levels_are_those_that_leave_out_different_programs() -> None:
    def found(*levels: str) -> list[str]:
        return list(levels_of(benchmark(dict(zip(LEVELS_OF, levels * 7, strict=False)))))

    assert found("syntax", "checked", "compiled", "tested") == ["checked", "compiled", "tested"]
    assert found("syntax", "tested") == found("checked", "tested") == ["tested"]
    assert found("syntax") == found("tested") == []
    assert levels_of(from_tables("b", "d", "test", tables(4))) == []
