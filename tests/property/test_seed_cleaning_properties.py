"""Cleaning never loses a row, whatever is in it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthcode.languages import LANGUAGES
from synthcode.schemas.records import Rejection
from synthcode.schemas.tables import REJECTED_SEEDS, SEEDS
from synthcode.seeds.cleaning import clean, drop_duplicate_ids
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.descriptions import description, first_paragraph
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.files import DataFile
from synthcode.seeds.rows.formats import columns_of, read_rows

CONFIG = SeedsConfig("table", "unused")
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
PIECES = st.sampled_from(
    [
        *('"""', "'''", "#", "//", "/*", "*/", "\n", "\r", "\0", "\ud800", "}", "{", "("),
        *("def f(x):\n", "    return x\n", "x = 1\n", "class A:\n", "function f() {\n", "<?php ", "=begin\n"),
        *("Adds two numbers.", ">>> ", "@param x", ":param x:", "\n\n"),
    ]
)
CODE = st.lists(st.one_of(PIECES, ANYTHING), max_size=8).map("".join)
RAW = st.builds(
    RawSeed,
    source=ANYTHING,
    source_id=ANYTHING,
    language=st.one_of(st.sampled_from(sorted(LANGUAGES)), ANYTHING),
    text=st.one_of(st.none(), CODE),
    code=st.one_of(
        st.none(), CODE, st.binary(max_size=40), CODE.map(lambda text: text.encode("utf-8", "surrogatepass"))
    ),
    entry_point=st.none() | ANYTHING,
    tests=st.dictionaries(ANYTHING, ANYTHING, max_size=2),
    repository=st.none() | ANYTHING,
    path=st.none() | ANYTHING,
    url=st.none() | ANYTHING,
    license=st.none() | ANYTHING,
    split=st.none() | ANYTHING,
    extra=st.dictionaries(ANYTHING, st.none() | st.floats() | st.binary(max_size=3) | ANYTHING, max_size=2),
    problem=st.none() | st.builds(Rejection, st.just("unreadable_row"), ANYTHING),
)


def test_the_strategy_covers_every_field() -> None:
    assert len(fields(RawSeed)) == 14


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(RAW, max_size=6))
def test_no_row_is_lost(raw: list[RawSeed]) -> None:
    split = clean(raw, CONFIG)
    assert split.kept.num_rows + split.rejected.num_rows == len(raw)
    split.kept.validate(full=True)
    split.rejected.validate(full=True)
    assert (split.kept.schema, split.rejected.schema) == (SEEDS, REJECTED_SEEDS)
    for seed in split.kept.to_pylist():
        assert seed["text"] == " ".join(seed["text"].split()) != ""
        assert seed["code"] == seed["code"].strip() != ""
        assert not set("\r\0") & set(seed["code"] + seed["text"])


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(RAW, max_size=5))
def test_a_row_is_treated_alike_in_any_company(raw: list[RawSeed]) -> None:
    together = clean(raw, CONFIG)
    alone = [clean([seed], CONFIG) for seed in raw]
    assert together.kept == pa.concat_tables([SEEDS.empty_table(), *(split.kept for split in alone)])
    assert together.rejected == pa.concat_tables([REJECTED_SEEDS.empty_table(), *(split.rejected for split in alone)])


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=8), st.randoms())
def test_what_is_dropped_as_a_duplicate_depends_on_content_alone(named: list[tuple[str, int]], random: object) -> None:
    raw = [RawSeed("here", name, "python", "Adds two.", f"x = {number}") for name, number in named]
    outcomes = []
    for order in (raw, random.sample(raw, len(raw))):  # type: ignore[attr-defined]
        kept = clean(order, CONFIG).kept.sort_by([(key, "ascending") for key in ("seed_id", "source", "source_id")])
        split = drop_duplicate_ids(kept, set())
        assert split.kept.num_rows + split.rejected.num_rows == len(raw)
        outcomes.append(split)
    assert outcomes[0] == outcomes[1]
    ids = outcomes[0].kept["seed_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    names = outcomes[0].kept["source_id"].to_pylist()
    assert len(set(names)) == len(names)


@settings(max_examples=200, deadline=None)
@given(st.one_of(ANYTHING, CODE))
def test_descriptions_are_one_line_and_stay_as_they_are(text: str) -> None:
    for shorten in (description, first_paragraph):
        short = shorten(text)
        assert short == " ".join(short.split())
        assert len(short) <= len(text)


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "tsv"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.binary(max_size=60), after=st.integers(1, 5))
def test_rows_behind_any_junk_line_are_read(tmp_path: Path, suffix: str, before: bytes, after: int) -> None:
    """No row after a broken line is lost, unless that line opens a quote."""
    junk = before.replace(b"\n", b" ").replace(b'"', b"'").replace(b"\r", b" ") + b"\n"
    good = {"jsonl": b'{"a": "1", "b": "2"}\n', "csv": b"1,2\n", "tsv": b"1\t2\n"}[suffix]
    header = {"jsonl": b"", "csv": b"a,b\n", "tsv": b"a\tb\n"}[suffix]
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(header + good + junk + good * after)
    rows = list(read_rows(DataFile(path.name, path), columns_of(DataFile(path.name, path))))
    assert [dict(row.cells) for row in rows[-after:]] == [{"a": "1", "b": "2"}] * after
    assert len(rows) <= after + 2


@settings(max_examples=50, deadline=None)
@given(RAW)
def test_a_row_with_a_problem_is_rejected_for_it(raw: RawSeed) -> None:
    split = clean([replace(raw, problem=Rejection("unreadable_row", "x"))], CONFIG)
    assert split.rejected["reason"].to_pylist() == ["unreadable_row"]
