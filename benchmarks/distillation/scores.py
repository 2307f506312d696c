"""Scores of models on the test split, and tables of them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.decimals import decimals
from synthcode.evaluation.results.comparison import Difference, Estimate, Macro, compare, macro_estimates
from synthcode.evaluation.retrieval.ranks import labelled, read_ranks
from synthcode.pipelines.main import run_cli
from synthcode.schemas.results import CELL_FIELDS

CELLS = [(task, variant) for task in ("text2code", "code2code") for variant in ("stripped", "anonymous")]


def scored(dataset: Path, spec: str, folder: Path, max_tokens: int | None = None) -> pa.Table:
    """Return the ranks of an encoder on the test split; ``folder`` keeps them."""
    options = ["--out", str(folder), "--no-costs"]
    if max_tokens is not None:
        options += ["--max-tokens", str(max_tokens), "--dtype", "float32"]
    with contextlib.redirect_stdout(sys.stderr):
        status = run_cli(["evaluate", str(dataset), "--encoder", spec, *options])
    if status:
        sys.exit(status)
    return read_ranks(folder)


def of_cell(ranks: pa.Table, task: str, variant: str) -> pa.Table:
    """Return the ranks of a task and variant."""
    return ranks.filter(pc.and_(pc.equal(ranks["task"], task), pc.equal(ranks["variant"], variant)))


def estimates(ranks: pa.Table) -> dict[int, Estimate]:
    """Return exit -> MRR@10, the mean over pairs of languages, of the ranks of one task and variant."""
    return {macro.exit: estimate for macro, estimate in macro_estimates(labelled(ranks, "any")).items()}


def differences(first: pa.Table, second: pa.Table) -> dict[int, Difference]:
    """Return exit -> first minus second, of one task and variant; p by Holm over the exits."""
    return {one.first.exit: one for one in compare(labelled(first, "first"), labelled(second, "second"))}


def over_seeds(parts: Sequence[pa.Table]) -> pa.Table:
    """Return the ranks of models of several random seeds as those of one.

    Each seed counts as a corpus of its own, so that means are over seeds as well. A problem is still one unit, with its
    queries to all of the models: what differs between seeds is not taken for evidence of further problems.
    """
    place = CELL_FIELDS.index(next(field for field in CELL_FIELDS if field.name == "corpus_language"))
    marked = []
    for number, ranks in enumerate(parts):
        names = [f"{name}, random seed {number}" for name in ranks["corpus_language"].to_pylist()]
        marked.append(ranks.set_column(place, CELL_FIELDS[place], pa.array(names)))
    return pa.concat_tables(marked)


def shown(estimate: Estimate) -> str:
    """Return a mean with its interval."""
    return f"{decimals(estimate.value)} ({decimals(estimate.lo)} to {decimals(estimate.hi)})"


def shown_difference(difference: Difference) -> str:
    """Return a difference with its interval and Holm's p."""
    found = difference.difference
    value, low, high = (decimals(number, signed=True) for number in found)
    return f"{value} ({low} to {high}), p {decimals(difference.p_holm, 4)}"


__all__ = ["CELLS", "Macro", "differences", "estimates", "of_cell", "over_seeds", "scored", "shown", "shown_difference"]
