"""Larger corpora for retrieval: a dataset's other splits and failed translations, and programs from anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.larger_corpora import enlarged
from synthcode.execution.executor import Executor
from synthcode.identity import digest
from synthcode.languages import get_language
from synthcode.pipelines.runs.reporter import Reporter
from synthcode.pipelines.steps.evaluate.published_benchmark import bounded, programs_of, unusable_reason
from synthcode.schemas.tables import DATASET_PROGRAMS, NEGATIVES
from synthcode.seeds.adapters.benchmarks import Benchmark as Source
from synthcode.seeds.adapters.benchmarks import benchmark_digests, parse_benchmarks, read_benchmark
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.columns import match_columns
from synthcode.seeds.rows.files import data_files
from synthcode.seeds.rows.formats import columns_of
from synthcode.storage.published import NEGATIVES_NAME, PublishedDataset, find_dataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import CORPORA, SPLITS, TEXT, Corpus


class Distractors(NamedTuple):
    """Programs that are to be added to the corpora."""

    name: str
    """What results call them."""
    programs: pa.Table
    """Schema ``DATASET_PROGRAMS``."""
    content: str
    """A digest of where they are from."""
    left_out: Counter[str]
    """Rows without a usable program, by reason."""


def with_larger_corpora(benchmark: Benchmark, found: Sequence[Distractors], reporter: Reporter) -> Benchmark:
    """Add programs to the corpora of a benchmark, and say what was added and what was left out.

    Raises
    ------
    InputError
        If nothing is left to add.
    """
    if not found:
        return benchmark
    programs = pa.concat_tables([one.programs for one in found])
    name = "+".join(one.name for one in found)
    result = enlarged(benchmark, programs, name, digest([one.content for one in found]))
    left_out = sum((one.left_out for one in found), Counter())
    left_out["equal to another document"] = result.equal
    left_out["in a language that is not searched"] = result.other_languages
    reasons = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in left_out.items() if count)
    if not result.added:
        raise InputError(
            f"corpus {name}: no program can be added to the corpora of {benchmark.name}" + _in_brackets(reasons),
            f"give programs in the languages that are searched: {', '.join(benchmark.languages)}",
        )
    counts = ", ".join(f"{language} {count:,}" for language, count in result.added.items())
    said = f"evaluate: corpus {name}: {sum(result.added.values()):,} further documents ({counts})"
    reporter.message(said + (f"; left out: {reasons}" if reasons else ""))
    return result.benchmark


def _in_brackets(reasons: str) -> str:
    return f" ({reasons})" if reasons else ""


def dataset_distractors(dataset: Path, split: str, corpora: Sequence[Corpus]) -> list[Distractors]:
    """Return further programs of a dataset itself.

    Parameters
    ----------
    dataset
        A run directory, its dataset, or a folder that holds ``data/``.
    split
        The one that is scored.
    corpora
        ``all`` gives the programs of the other splits, ``failed`` the translations of this split that failed their
        tests; with both, those of all splits.

    Raises
    ------
    InputError
        If the dataset has none of them.
    """
    published = find_dataset(dataset)
    found = []
    for name in (one for one in CORPORA if one in corpora):
        config = "programs" if name == "all" else NEGATIVES_NAME
        splits = [one for one in SPLITS if shards_of(published.folder / "data" / config, one)]
        splits = [one for one in splits if (one != split if name == "all" else one == split or "all" in corpora)]
        programs = _read(published, config, splits) if splits else DATASET_PROGRAMS.empty_table()
        if not programs.num_rows:
            missing = "other splits" if name == "all" else f"failed translations of split {split!r}"
            raise InputError(
                f"{dataset}: it has no {missing} to add to the corpora",
                "leave out --corpus all"
                if name == "all"
                else "run 'synthcode verify' and 'synthcode build' first: translations that fail tests are kept",
            )
        found.append(Distractors(name, programs, published.digest(splits, [config]), Counter()))
    return found


def _read(published: PublishedDataset, config: str, splits: Sequence[str]) -> pa.Table:
    schema = DATASET_PROGRAMS if config == "programs" else NEGATIVES
    tables = [table for split in splits for table in published.batches(config, split, schema.names)]
    rows = pa.concat_tables([schema.empty_table(), *tables])
    if config == "programs":
        return rows
    columns = {name: rows[name] for name in DATASET_PROGRAMS.names if name in rows.column_names}
    columns |= {"origin": pa.array(["failed_translation"] * rows.num_rows), "document_id": rows["program_id"]}
    columns |= {name: pa.nulls(rows.num_rows, pa.string()) for name in DATASET_PROGRAMS.names if name not in columns}
    return pa.table([columns[name] for name in DATASET_PROGRAMS.names], schema=DATASET_PROGRAMS)


def read_distractors(specs: Sequence[str], benchmark: Benchmark, executor: Executor) -> list[Distractors]:
    """Read programs from files: ``[NAME=][ADAPTER:]PATH[@LANGUAGE]`` each.

    A row whose text is that of a query is left out: it solves the query's problem.

    Parameters
    ----------
    specs
        As ``dedup --against`` takes them.
    benchmark
        The benchmark whose corpora they are for.
    executor
        Strips the programs.

    Raises
    ------
    InputError
        If there is nothing at a path, or it holds no program.
    """
    known = {_plain(text) for text in benchmark.texts[TEXT].columns["stripped"]} if TEXT in benchmark.texts else set()
    found = []
    for source in map(_with_texts, parse_benchmarks(specs)):
        left_out: Counter[str] = Counter()
        rows: dict[tuple[str, str], RawSeed] = {}
        for seed in bounded(source.config.path, read_benchmark(source, executor)):
            reason = _reason(seed, known)
            if reason is None:
                language = get_language(seed.language).name
                rows.setdefault((language, f"{source.name}/{digest(language, seed.code)}"), seed)
            else:
                left_out[reason] += 1
        if not rows:
            why = ", ".join(f"{reason} {count:,}" for reason, count in left_out.items()) or "it has no rows"
            raise InputError(
                f"distractors {source.name}: no program can be used: {why}",
                "name the adapter that fits: --distractors ADAPTER:PATH",
            )
        programs = programs_of(rows, executor)
        found.append(Distractors(source.name, programs, digest(benchmark_digests(source)), left_out))
    return found


def _with_texts(source: Source) -> Source:
    """Return a source whose texts are read, too, if it is a table that has them: those of queries are looked for."""
    config = replace(source.config, columns={})
    if config.adapter != "table":
        return source
    try:
        for file in data_files(config.path):
            match_columns(columns_of(file), config, file.name)
    except InputError:
        return source
    return source._replace(config=config)


def _reason(seed: RawSeed, texts_of_queries: set[str]) -> str | None:
    """Return why a row is not added; None if it is."""
    if seed.text and _plain(seed.text) in texts_of_queries:
        return "text of a query"
    return unusable_reason(replace(seed, text=seed.text or "no text"))  # only its code is needed


def _plain(text: str) -> str:
    return " ".join(text.split())
