"""What of a dataset is scored from Python, and with which further documents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from synthcode.errors import InputError
from synthcode.vocabulary import CORPORA, PRECISIONS, QUERY_STYLES, SPLITS

if TYPE_CHECKING:
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.pipelines.runs.reporter import Reporter
    from synthcode.vocabulary import Corpus, Level, Precision, QueryStyle, Variant


class ScoredPart(NamedTuple):
    """What of a dataset is scored."""

    split: str
    variants: Sequence[Variant]
    tasks: Sequence[str]
    languages: Sequence[str]
    require: Level | None
    dims: Sequence[int]
    precisions: Sequence[Precision]
    corpora: Sequence[Corpus]
    distractors: Sequence[str]
    graded: bool
    query_styles: Sequence[QueryStyle]


def known_styles(given: Sequence[QueryStyle]) -> tuple[QueryStyle, ...]:
    """Return query styles in the usual order; refuse unknown ones."""
    if unknown := [name for name in given if name not in QUERY_STYLES]:
        raise InputError(f"no query style {unknown[0]!r}", f"use one of: {', '.join(QUERY_STYLES)}")
    return tuple(name for name in QUERY_STYLES if name in given)


def known_corpora(given: Sequence[Corpus]) -> tuple[Corpus, ...]:
    """Return corpora in the usual order; refuse unknown ones."""
    if unknown := [name for name in given if name not in CORPORA]:
        raise InputError(f"no corpus {unknown[0]!r}", f"use one of: {', '.join(CORPORA)}")
    return tuple(name for name in CORPORA if name in given)


def refuse_unwritten(
    out: str | os.PathLike[str] | None, dims: Sequence[int], precisions: Sequence[Precision], *, graded: bool
) -> None:
    """Refuse smaller vectors and grades whose scores are not written, and unknown widths and precisions."""
    if unknown := [name for name in precisions if name not in PRECISIONS]:
        raise InputError(f"no precision {unknown[0]!r}", f"use one of: {', '.join(PRECISIONS)}")
    if wrong := [number for number in dims if not isinstance(number, int) or number < 1]:
        raise InputError(f"no width {wrong[0]!r}", "give whole numbers of dimensions: dims=[64, 128]")
    if out is None and (dims or precisions or graded):
        raise InputError("scores of dims, precisions and grades are written to a results folder", "give out=FOLDER")


def benchmark_of(dataset: str | os.PathLike[str] | Benchmark, part: ScoredPart, reporter: Reporter) -> Benchmark:
    """Return what is scored: with further documents, and without translations that lack the level."""
    from synthcode.evaluation.retrieval.grades import by_grade
    from synthcode.evaluation.retrieval.levels import at_level

    whole = _larger(dataset, part, reporter)
    found = whole if part.require is None else at_level(whole, part.require)
    if part.graded:
        by_grade(found)  # refuses a benchmark without levels before anything is encoded
    return found


def _larger(dataset: str | os.PathLike[str] | Benchmark, part: ScoredPart, reporter: Reporter) -> Benchmark:
    """Return the whole benchmark with the documents that are added to its corpora."""
    from synthcode.evaluation.interop.hub_datasets import dataset_folder
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.evaluation.retrieval.datasets import load_benchmark
    from synthcode.execution.processes import ProcessExecutor
    from synthcode.pipelines.steps.evaluate.corpora import dataset_distractors, read_distractors, with_larger_corpora

    found = []
    if isinstance(dataset, Benchmark):
        if part.corpora:
            raise InputError("a benchmark in memory has no other splits", "give the dataset's folder, or distractors")
        if part.query_styles:
            raise InputError("a benchmark in memory has the queries that it has", "give query_styles to load_benchmark")
        whole = dataset
    else:
        place = Path(dataset)
        folder = dataset_folder(place, *(SPLITS if "all" in part.corpora else (part.split,)))
        whole = replace(load_benchmark(folder, part.split, query_styles=part.query_styles), name=str(place))
        found += dataset_distractors(folder, part.split, part.corpora)
    if part.distractors:
        found += read_distractors(part.distractors, whole, ProcessExecutor())
    return with_larger_corpora(whole, found, reporter)
