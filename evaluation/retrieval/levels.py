"""The part of a benchmark whose translations were verified to a level."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, Judgements, Requirement, Texts, judgements
from synthcode.vocabulary import IN_WORDS, LEVELS, TEXT, Level, at_least

Mask = npt.NDArray[np.bool_]
"""Of the texts of a language. (texts,)"""


def at_level(benchmark: Benchmark, level: Level) -> Benchmark:
    """Leave out the translations that were not verified to a level, as queries and as documents.

    The seeds' own programs stay. A document stands for equal programs: it stays if one of them does, as the answer to
    what that one answers.

    Parameters
    ----------
    benchmark
        All of a split.
    level
        The least that a translation must have reached.

    Returns
    -------
    Benchmark
        It has the same digest, and a ``requirement`` that counts what is left out.

    Raises
    ------
    InputError
        If there is no such level, its programs have no levels, or no translation is left.
    """
    if level not in LEVELS:
        raise InputError(f"no level {level!r}{did_you_mean(level, LEVELS)}", f"use one of: {', '.join(LEVELS[1:])}")
    reached = _reached(benchmark, level)
    programs, below = benchmark.programs.filter(reached), benchmark.programs.filter(pc.invert(reached))
    translations = _translations(benchmark.programs)
    if translations.num_rows == below.num_rows:
        raise InputError(
            f"{benchmark.name}: no translation of split {benchmark.split!r} is {level}",
            f"its translations are {_levels(translations)}: require a lower level, or run 'synthcode verify' and"
            " 'synthcode build' first",
        )
    selection = _Selection.of(benchmark, programs, below)
    texts = {language: side for language in benchmark.texts if (side := selection.texts(language)).ids}
    cells = {cell: left for cell in benchmark.cells if len((left := selection.judgements(cell)).queries)}
    requirement = Requirement(level, _by_language(below), _by_language(translations))
    return replace(benchmark, texts=texts, cells=cells, programs=programs, requirement=requirement)


def levels_of(benchmark: Benchmark) -> list[Level]:
    """Return the levels that leave out some translations and not all, the weakest first.

    Of levels that leave out the same ones it is the strongest; a benchmark without levels has none.
    """
    translations = _translations(benchmark.programs)
    counts = Counter(translations["verification"].to_pylist())
    reached = {level: sum(counts[name] for name in LEVELS if at_least(name, level)) for level in LEVELS}
    strongest = {count: level for level, count in reached.items()}
    return [level for count, level in strongest.items() if 0 < count < translations.num_rows]


def _reached(benchmark: Benchmark, level: Level) -> pa.ChunkedArray:
    """Return which programs stay.

    Raises
    ------
    InputError
        If the benchmark has no levels.
    """
    translations = _translations(benchmark.programs)
    if translations["verification"].null_count == translations.num_rows:
        raise InputError(
            f"{benchmark.name}: its programs have no levels of verification",
            "score it without a required level; datasets that 'synthcode build' makes of translations have levels",
        )
    levels = pa.array([name for name in LEVELS if at_least(name, level)])
    is_own = pc.not_equal(benchmark.programs["origin"], "translation")
    return pc.or_(is_own, pc.is_in(benchmark.programs["verification"], value_set=levels))


def _translations(programs: pa.Table) -> pa.Table:
    return programs.filter(pc.equal(programs["origin"], "translation"))


def _by_language(programs: pa.Table) -> dict[str, int]:
    return dict(sorted(Counter(programs["language"].to_pylist()).items()))


def _levels(translations: pa.Table) -> str:
    counts = Counter(translations["verification"].to_pylist())
    return ", ".join(f"{level} ({counts[level]:,})" for level in LEVELS if counts[level])


@dataclass(frozen=True)
class _Selection:
    """Which documents of a benchmark stay, and as answers to what."""

    benchmark: Benchmark
    kept: Mapping[str, Mask]
    """By language: whether one of its programs stays."""
    thinned: Mapping[str, Mask]
    """By language: whether it stays, and another of its programs does not."""
    before: Mapping[str, set[str]]
    """The seeds of thinned documents, and of the documents that share one with them."""
    after: Mapping[str, set[str]]
    """Of these, the seeds whose program stays."""

    @classmethod
    def of(cls, benchmark: Benchmark, programs: pa.Table, below: pa.Table) -> _Selection:
        kept = {name: _among(side, programs["document_id"]) for name, side in benchmark.texts.items()}
        kept[TEXT] = np.ones_like(kept[TEXT]) if TEXT in kept else np.empty(0, dtype=np.bool_)
        kept |= {name: np.ones_like(kept[name]) for name in IN_WORDS & kept.keys()}
        lost = {name: _among(side, below["document_id"]) for name, side in benchmark.texts.items()}
        thinned = {name: kept[name] & lost[name] for name in benchmark.texts}
        names = [id_ for name, side in benchmark.texts.items() for id_ in compress(side.ids, thinned[name])]
        seeds = _rows(benchmark.programs, "document_id", names)["seed_id"].to_pylist()
        tables = (_rows(table, "seed_id", seeds) for table in (benchmark.programs, programs))
        return cls(benchmark, kept, thinned, *map(_seeds_by_document, tables))

    def texts(self, language: str) -> Texts:
        """Return the texts that stay."""
        whole, kept = self.benchmark.texts[language], self.kept[language]
        columns = {variant: list(compress(texts, kept)) for variant, texts in whole.columns.items()}
        return Texts(list(compress(whole.ids, kept)), list(compress(whole.problems, kept)), columns)

    def judgements(self, cell: Cell) -> Judgements:
        """Return the judgements that stay, with the places of the texts that stay."""
        judged = self.benchmark.cells[cell]
        queries, answers = np.repeat(judged.queries, np.diff(judged.starts)), judged.answers
        asked, found = cell.query_language, cell.corpus_language
        holds = self.kept[asked][queries] & self.kept[found][answers]
        for pair in np.flatnonzero(holds & (self.thinned[asked][queries] | self.thinned[found][answers])):
            holds[pair] = self._holds(cell, int(queries[pair]), int(answers[pair]))
        places = {language: np.cumsum(self.kept[language]) - 1 for language in (asked, found)}
        return judgements(places[asked][queries[holds]], places[found][answers[holds]])

    def _holds(self, cell: Cell, query: int, answer: int) -> bool:
        """Return whether a judgement rests on programs that stay; one that rests on no common seed does not."""
        asked = self.benchmark.texts[cell.query_language].ids[query]
        found = self.benchmark.texts[cell.corpus_language].ids[answer]
        own = {self.benchmark.seeds_of_queries.get(asked, asked)} if cell.query_language in IN_WORDS else None
        before = (own or self.before.get(asked, set())) & self.before.get(found, set())
        after = (own or self.after.get(asked, set())) & self.after.get(found, set())
        return bool(after) or not before


def _among(side: Texts, ids: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.is_in(pa.array(side.ids, pa.string()), value_set=ids.combine_chunks()), dtype=np.bool_)


def _rows(programs: pa.Table, column: str, values: Iterable[str]) -> pa.Table:
    return programs.filter(pc.is_in(programs[column], value_set=pa.array(sorted(set(values)), pa.string())))


def _seeds_by_document(programs: pa.Table) -> dict[str, set[str]]:
    seeds: dict[str, set[str]] = defaultdict(set)
    for document, seed in zip(programs["document_id"].to_pylist(), programs["seed_id"].to_pylist(), strict=True):
        seeds[document].add(seed)
    return seeds
