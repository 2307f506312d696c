"""A retrieval benchmark in memory: texts by language, and for pairs of languages which document answers which query."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.grouping import sorted_groups
from synthcode.schemas.tables import CODE_COLUMNS, DATASET_PROGRAMS, DATASET_QUERIES
from synthcode.vocabulary import IN_WORDS, TASKS, TEXT, Level, Variant, style_task

I64 = npt.NDArray[np.int64]

PROGRAM_LEVELS = pa.schema(
    [DATASET_PROGRAMS.field(name) for name in ("document_id", "seed_id", "language", "origin", "verification")]
)
"""One row a program: the document that shows it, and how far it was verified."""


class Cell(NamedTuple):
    """One pair of languages in one direction: what a line of results is about."""

    task: str
    """``text2code``, ``code2code``, or ``text2code_keyword`` and the like for queries of another style."""
    query_language: str
    """``text`` for descriptions, a style for queries that are written from them, or a programming language."""
    corpus_language: str


class Tables(NamedTuple):
    """A benchmark as the published dataset has it."""

    programs: pa.Table
    """Schema ``DATASET_PROGRAMS``."""
    texts: pa.Table
    """Schema ``TEXTS``."""
    qrels: pa.Table
    """Schema ``QRELS``."""
    problems: Mapping[str, str]
    """``seed_id`` -> its split group, the unit of resampling: queries of one group are not independent. A seed that is
    not in it is a problem of its own."""
    queries: pa.Table = DATASET_QUERIES.empty_table()
    """Schema ``DATASET_QUERIES``: those that are asked as well, each style as a task of its own."""


@dataclass(frozen=True)
class Texts:
    """The descriptions, or the documents of one language, in descending order of their ids.

    trec_eval breaks ties so: of documents with equal scores the one with the larger id comes first.
    """

    ids: Sequence[str]
    problems: Sequence[str]
    columns: Mapping[Variant, Sequence[str]]
    """The texts in each variant; of descriptions it is the same for all."""


@dataclass(frozen=True)
class Judgements:
    """Which documents answer which queries, of one cell."""

    queries: I64
    """Places of the queries, ascending; each has an answer. (queries,)"""
    starts: I64
    """Query ``i`` is answered by ``answers[starts[i]:starts[i + 1]]``. (queries + 1,)"""
    answers: I64
    """Places of documents. Of one query they differ."""


Ranks = npt.NDArray[np.int32]
"""Of ``Judgements.answers``, counted from 1. (pairs,)"""


@dataclass(frozen=True)
class Requirement:
    """A level that translations must have reached, and what was left out for it, by language."""

    level: Level
    left_out: Mapping[str, int]
    """Translations that have not reached it; a language in which all have is not in it."""
    translations: Mapping[str, int]
    """All translations, those that are left out included."""

    def __str__(self) -> str:
        """Return what is left out in words."""
        left_out, among = sum(self.left_out.values()), sum(self.translations.values())
        by_language = ", ".join(
            f"{language} {count:,} of {self.translations[language]:,}" for language, count in self.left_out.items()
        )
        return f"{left_out:,} of {among:,} translations are not {self.level} and are left out" + (
            f": {by_language}" if by_language else ""
        )

    def of_languages(self, languages: Collection[str]) -> Requirement:
        """Return the same of some languages."""
        counts = (self.left_out, self.translations)
        return Requirement(self.level, *({name: n for name, n in one.items() if name in languages} for one in counts))


@dataclass(frozen=True)
class Benchmark:
    """Everything that is scored."""

    name: str
    digest: str
    """Of all that it holds."""
    split: str
    texts: Mapping[str, Texts]
    """Language -> its documents; ``text`` -> the descriptions."""
    cells: Mapping[Cell, Judgements]
    programs: pa.Table = field(default_factory=PROGRAM_LEVELS.empty_table, repr=False)
    """Schema ``PROGRAM_LEVELS``: every program that a document stands for."""
    requirement: Requirement | None = None
    """Set if programs below a level are left out."""
    seeds_of_queries: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Query in another style -> the seed whose text it is written from."""

    @property
    def languages(self) -> list[str]:
        """The languages that are asked in or searched, sorted."""
        return sorted({language for cell in self.cells for language in cell[1:]} - IN_WORDS)

    def restricted(self, tasks: Sequence[str], languages: Sequence[str]) -> Benchmark:
        """Return the benchmark with only some of its tasks and languages; none given takes all.

        Raises
        ------
        InputError
            If the benchmark lacks one of the tasks or languages, or nothing is left.
        """
        self._refuse_missing(tasks, languages)
        cells = {cell: judged for cell, judged in self.cells.items() if _is_wanted(cell, tasks, languages)}
        if not cells:
            raise InputError(
                f"{self.name}: split {self.split!r} has no such tasks between {', '.join(languages)}",
                f"code2code needs two languages; its languages are {', '.join(self.languages)}",
            )
        used = {language for cell in cells for language in (cell.query_language, cell.corpus_language)}
        texts = {language: texts for language, texts in self.texts.items() if language in used}
        programs = self.programs.filter(pc.is_in(self.programs["language"], value_set=pa.array(sorted(used))))
        requirement = self.requirement
        if requirement is not None and languages:
            requirement = requirement.of_languages(languages)
        return replace(self, texts=texts, cells=cells, programs=programs, requirement=requirement)

    def _refuse_missing(self, tasks: Sequence[str], languages: Sequence[str]) -> None:
        verified = "" if self.requirement is None else f", of which translations must be {self.requirement.level},"
        where = f"{self.name}: split {self.split!r}{verified} has no"
        if not self.cells:
            raise InputError(f"{where} judgements", "score another --split")
        there = sorted({cell.task for cell in self.cells})
        for selected, known, kind in ((tasks, there, "tasks"), (languages, self.languages, "languages")):
            if missing := [name for name in selected if name not in known]:
                raise InputError(f"{where} {', '.join(missing)}", f"its {kind} are {', '.join(known)}")


def _is_wanted(cell: Cell, tasks: Sequence[str], languages: Sequence[str]) -> bool:
    spoken = {cell.query_language, cell.corpus_language} - IN_WORDS
    return (not tasks or cell.task in tasks) and (not languages or spoken <= set(languages))


def from_tables(name: str, digest: str, split: str, tables: Tables) -> Benchmark:
    """Return a benchmark of its tables.

    Raises
    ------
    InputError
        If a judgement names a missing query or document, or an unknown task.
    """
    texts = {TEXT: _descriptions(tables), **_documents(tables)}
    places = {language: pa.array(side.ids, pa.string()) for language, side in texts.items()}
    cells = {}
    for cell, rows in _by_cell(tables.qrels):
        if cell.task not in TASKS:
            raise InputError(f"{name}: qrels has an unknown task {cell.task!r}", f"tasks are {' and '.join(TASKS)}")
        queries = _places(name, rows["query_id"], places.get(cell.query_language), cell)
        answers = _places(name, rows["corpus_id"], places.get(cell.corpus_language), cell)
        cells[cell] = judgements(queries, answers)
    seeds = dict(zip(tables.queries["query_id"].to_pylist(), tables.queries["seed_id"].to_pylist(), strict=True))
    for style in sorted(set(tables.queries["style"].to_pylist())):
        texts[style] = _queries(tables, style)
        cells |= _style_cells(style, [seeds[name] for name in texts[style].ids], texts[TEXT], cells)
    levels = tables.programs.select(PROGRAM_LEVELS.names)
    return Benchmark(name, digest, split, texts, cells, levels, seeds_of_queries=seeds)


def _queries(tables: Tables, style: str) -> Texts:
    rows = tables.queries.filter(pc.equal(tables.queries["style"], style)).sort_by([("query_id", "descending")])
    problems = [tables.problems.get(seed, seed) for seed in rows["seed_id"].to_pylist()]
    return Texts(rows["query_id"].to_pylist(), problems, dict.fromkeys(CODE_COLUMNS, rows["query"].to_pylist()))


def _style_cells(
    style: str, seeds: Sequence[str], texts: Texts, cells: Mapping[Cell, Judgements]
) -> dict[Cell, Judgements]:
    """Return the judgements of queries: what answers a text answers every query that is written from it.

    Parameters
    ----------
    style
        Of the queries.
    seeds
        The seed of each query.
    texts, cells
        The texts, and the cells that there are.
    """
    of_seed = np.asarray(pc.index_in(pa.array(seeds, pa.string()), value_set=pa.array(texts.ids, pa.string())))
    found = {}
    for cell, judged in cells.items():
        if cell.query_language != TEXT:
            continue
        sizes = np.zeros(len(texts.ids), dtype=np.int64)
        starts = np.zeros(len(texts.ids), dtype=np.int64)
        sizes[judged.queries], starts[judged.queries] = np.diff(judged.starts), judged.starts[:-1]
        known = np.flatnonzero(~np.isnan(of_seed.astype(np.float64)))
        places = of_seed[known].astype(np.int64)
        queries = np.repeat(known, sizes[places])
        within = np.arange(len(queries)) - np.repeat(np.cumsum(sizes[places]) - sizes[places], sizes[places])
        answers = judged.answers[np.repeat(starts[places], sizes[places]) + within]
        if len(queries):
            found[Cell(style_task(style), style, cell.corpus_language)] = judgements(queries, answers)
    return found


def _descriptions(tables: Tables) -> Texts:
    rows = tables.texts.sort_by([("seed_id", "descending")])
    ids, texts = rows["seed_id"].to_pylist(), rows["text"].to_pylist()
    problems = [tables.problems.get(seed, seed) for seed in ids]
    return Texts(ids, problems, dict.fromkeys(CODE_COLUMNS, texts))


def _documents(tables: Tables) -> dict[str, Texts]:
    """Return the documents of every language: the programs that documents are named after."""
    named = tables.programs.filter(pc.equal(tables.programs["program_id"], tables.programs["document_id"]))
    documents = {}
    for language in sorted(pc.unique(named["language"]).to_pylist()):
        rows = named.filter(pc.equal(named["language"], language)).sort_by([("program_id", "descending")])
        problems = [tables.problems.get(seed, seed) for seed in rows["seed_id"].to_pylist()]
        columns = {variant: rows[column].to_pylist() for variant, column in CODE_COLUMNS.items()}
        documents[language] = Texts(rows["program_id"].to_pylist(), problems, columns)
    return documents


def _by_cell(qrels: pa.Table) -> Iterator[tuple[Cell, pa.Table]]:
    relevant = qrels.filter(pc.greater(qrels["score"], 0)).sort_by([(key, "ascending") for key in Cell._fields])
    for row, _, rows in sorted_groups(relevant, Cell._fields):
        yield Cell(**row), rows


def _places(name: str, ids: pa.ChunkedArray, among: pa.Array | None, cell: Cell) -> I64:
    found = pc.index_in(ids, value_set=among if among is not None else pa.array([], pa.string()))
    if found.null_count:
        missing = ids.filter(pc.is_null(found))[0].as_py()
        raise InputError(
            f"{name}: {cell.query_language} to {cell.corpus_language}: judged {missing!r} is not there",
            "every query_id and corpus_id of qrels must be in the tables of the same split",
        )
    return np.asarray(found.combine_chunks(), dtype=np.int64)


def judgements(queries: I64, answers: I64) -> Judgements:
    """Return pairs of a query and one of its answers, in any order and perhaps twice, as judgements.

    Parameters
    ----------
    queries, answers
        Places of texts, (pairs,).
    """
    pairs = np.unique(np.stack([queries, answers], axis=1), axis=0)
    asked, starts = np.unique(pairs[:, 0], return_index=True)
    return Judgements(asked, np.append(starts, len(pairs)).astype(np.int64), np.ascontiguousarray(pairs[:, 1]))
