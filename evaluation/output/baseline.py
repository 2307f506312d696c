"""The results of another encoder, drawn as a line next to an encoder's exits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.results_json import read_facts
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.grouping import sorted_groups
from synthcode.evaluation.retrieval.ranks import read_ranks
from synthcode.schemas.results import CELL_KEYS, RANKS
from synthcode.vocabulary import Variant

BASELINE = "bm25"
"""The folder next to an encoder's results whose encoder is the default baseline."""


@dataclass(frozen=True)
class Baseline:
    """Another encoder's ranks of the same queries."""

    ranks: pa.Table
    """Schema ``RANKS``: the cells and variants that are scored, no others."""
    fingerprint: str
    """Of the results that they are from."""


def find_baseline(
    named: Path | None, folder: Path, benchmark: Benchmark, variants: Sequence[Variant]
) -> Baseline | None:
    """Return the named baseline, or BM25's results next to these; None if those are missing or of another dataset.

    Parameters
    ----------
    named
        A results folder, or None.
    folder
        Of the results to be written.
    benchmark, variants
        Their benchmark and code variants.

    Raises
    ------
    InputError
        If a named one is not complete, is of another dataset, or lacks a cell.
    """
    if named is not None:
        return _read(named, benchmark, variants)
    # Settings are part of a folder's name: the first one that is of the same corpora, level, cells and variants.
    for bm25 in sorted(path for path in folder.parent.glob(f"{BASELINE}*") if path.name.split("_")[0] == BASELINE):
        if bm25 != folder:
            try:
                return _read(bm25, benchmark, variants)
            except InputError:
                continue
    return None


def _read(folder: Path, benchmark: Benchmark, variants: Sequence[Variant]) -> Baseline:
    ranks = read_ranks(folder)
    facts = read_facts(folder)
    if facts is None or facts.dataset_digest != benchmark.digest:
        what = (
            "is not complete" if facts is None else f"is of another dataset or split ({facts.dataset}, {facts.split})"
        )
        raise InputError(f"the baseline {folder} {what}", "evaluate it on the same dataset and split")
    if (known := facts.settings.get("require")) != (level := _level(benchmark)):
        raise InputError(
            f"the baseline {folder} is of translations that are {known or 'verified to any level'}",
            f"evaluate it {f'with --require {level}' if level else 'without --require'}",
        )
    required = {(variant, *cell) for variant in variants for cell in benchmark.cells}
    there, parts = set(), [RANKS.empty_table()]
    for cell, _, rows in sorted_groups(ranks.sort_by([(key, "ascending") for key in CELL_KEYS]), CELL_KEYS):
        key = (cell["variant"], cell["task"], cell["query_language"], cell["corpus_language"])
        if key in required:
            there.add(key)
            parts.append(rows)
    if missing := sorted(required - there):
        raise InputError(
            f"the baseline {folder} has no {' '.join(missing[0])}", "evaluate it with the same variants and languages"
        )
    return Baseline(pa.concat_tables(parts), facts.fingerprint)


def _level(benchmark: Benchmark) -> str | None:
    return None if benchmark.requirement is None else benchmark.requirement.level
