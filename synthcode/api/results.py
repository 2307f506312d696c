"""Scores of an encoder, and whether two of them differ."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.api.calls import call
from synthcode.api.frozen_results import FrozenResults, read_frozen_results
from synthcode.errors import InputError, did_you_mean
from synthcode.vocabulary import MAIN_METRIC, METRICS, RETRIEVAL, Metric

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from synthcode.evaluation.classification.items.item_comparison import ItemDifference
    from synthcode.evaluation.results.comparison import Difference

RESAMPLES = 10_000


@dataclass(frozen=True, repr=False)
class Results:
    """The ranks of one encoder on one dataset; everything else is computed from them."""

    encoder: str
    """Its label."""
    ranks: pa.Table
    """One row a query (schema ``synthcode.schemas.results.RANKS``)."""
    dataset: str
    dataset_digest: str
    """Of the dataset's content: only results of the same content are compared."""
    folder: Path | None
    """Where they are stored, if they are."""

    def __repr__(self) -> str:
        return f"Results(encoder={self.encoder!r}, dataset={self.dataset!r}, queries={self.ranks.num_rows:,})"

    def means(self, metric: Metric = MAIN_METRIC, *, resamples: int = RESAMPLES) -> list[dict[str, Any]]:
        """Return the mean over pairs of languages of each exit, task and variant.

        Parameters
        ----------
        metric
            ``MRR@10``, ``nDCG@10``, ``R@1``, ``R@5``, ``R@10`` or ``MAP``.
        resamples
            Of the 95 % intervals over problems.

        Returns
        -------
        list of dict
            ``encoder``, ``exit``, ``task``, ``variant``, ``metric``, ``value``, ``lo``, ``hi``.

        Raises
        ------
        SynthcodeError
            If there is no such metric.
        """
        from synthcode.evaluation.results.comparison import macro_estimates

        estimates = macro_estimates(self.ranks, _known(metric), resamples)
        return [
            {**macro._asdict(), "metric": metric, **estimate._asdict()} for macro, estimate in sorted(estimates.items())
        ]

    def metrics(self, *, resamples: int = RESAMPLES) -> pa.Table:
        """Return every metric of every pair of languages, with intervals: the table of ``metrics.csv``."""
        from synthcode.evaluation.results.summary import summarise

        return summarise(self.ranks, resamples)

    def dataframe(self, *, resamples: int = RESAMPLES) -> pd.DataFrame:
        """Return :meth:`metrics` for pandas."""
        frame: pd.DataFrame = self.metrics(resamples=resamples).to_pandas()
        return frame

    def compressed(self) -> list[dict[str, Any]]:
        """Return the rows of ``compressed.csv``: the scores of smaller vectors, if any were requested."""
        from synthcode.evaluation.output.compressed_scores import read_compressed_scores

        return [] if self.folder is None else read_compressed_scores(self.folder)

    def graded(self, *, resamples: int = RESAMPLES) -> list[dict[str, Any]]:
        """Return the means of nDCG@10 with grades, if they were requested: what ``evaluate --graded --json`` prints."""
        from synthcode.evaluation.results.graded_scores import graded_entries
        from synthcode.evaluation.retrieval.ranks import read_graded_ranks

        return [] if self.folder is None else graded_entries(read_graded_ranks(self.folder), resamples)

    def warnings(self) -> list[str]:
        """Return why the scores say little, if they do: few problems or documents."""
        from synthcode.evaluation.results.coverage import coverage, warnings_of

        return list(warnings_of(coverage(self.ranks).values()))


def compare(
    *results: Results | FrozenResults | str | os.PathLike[str], metric: str | None = None, resamples: int = RESAMPLES
) -> list[Difference] | list[ItemDifference]:
    """Compare two results on what both scored, or every exit of one with its deepest.

    Parameters
    ----------
    results
        One or two of one task: what ``evaluate`` or ``evaluate_clones`` returned, or results folders.
    metric
        As ``Results.means`` or ``FrozenResults.means`` takes it. Default: the main one.
    resamples
        Of intervals and tests.

    Returns
    -------
    list of Difference or of ItemDifference
        ``first`` and ``second`` name the scores, ``difference`` is first minus second with its 95 % interval over
        problems, ``p_holm`` its p-value by flipping the signs of problems, adjusted for the whole list.

    Raises
    ------
    SynthcodeError
        If the results are of different tasks or datasets, have nothing in common, or there is no such metric.
    """
    if len(results) not in (1, 2):
        raise InputError(f"compare was given {len(results)} results", "give it one or two; compare more two by two")
    return call(lambda _stop: _compare([_opened(one) for one in results], metric, resamples))


def _compare(
    results: Sequence[Results | FrozenResults], metric: str | None, resamples: int
) -> list[Difference] | list[ItemDifference]:
    from synthcode.evaluation.classification.stored_scores import StoredScores, compare_scores, refuse_other_tasks
    from synthcode.evaluation.results.common_queries import refuse_other_datasets

    names = [str(one.folder or one.encoder) for one in results]
    refuse_other_tasks(names, [one.task if isinstance(one, FrozenResults) else RETRIEVAL for one in results])
    whole = [(name, one) for name, one in zip(names, results, strict=True) if one.dataset_digest]
    refuse_other_datasets(
        [name for name, _ in whole], [one.dataset_digest for _, one in whole], [one.dataset for _, one in whole]
    )
    frozen = [one for one in results if isinstance(one, FrozenResults)]
    if frozen:
        stored = [StoredScores(one.encoder, one.task, one.scores, one.items) for one in frozen]
        return compare_scores(stored, metric, resamples)
    return _compare_ranks([one.ranks for one in results if isinstance(one, Results)], metric, resamples)


def _compare_ranks(ranks: Sequence[pa.Table], metric: str | None, resamples: int) -> list[Difference]:
    from synthcode.evaluation.results import comparison

    known = _known(metric or MAIN_METRIC)
    if len(ranks) == 1:
        return comparison.compare_exits(ranks[0], known, resamples)
    return comparison.compare(ranks[0], ranks[1], known, resamples)


def read_results(folder: Path) -> Results:
    """Return the results of retrieval in a folder that ``evaluate`` wrote."""
    from synthcode.evaluation.results_json import read_facts
    from synthcode.evaluation.retrieval.ranks import read_ranks

    ranks, facts = read_ranks(folder), read_facts(folder)
    if facts is None:
        return Results(folder.name, ranks, "", "", folder)
    return Results(facts.encoder, ranks, f"{facts.dataset} {facts.split}", facts.dataset_digest, folder)


def _opened(given: Results | FrozenResults | str | os.PathLike[str]) -> Results | FrozenResults:
    from synthcode.evaluation.results_json import read_facts, scored_task

    if isinstance(given, Results | FrozenResults):
        return given
    folder = Path(given)
    return read_results(folder) if scored_task(read_facts(folder)) == RETRIEVAL else read_frozen_results(folder)


def _known(metric: str) -> Metric:
    found = next((name for name in METRICS if name == metric), None)
    if found is None:
        raise InputError(f"no metric {metric!r}{did_you_mean(metric, METRICS)}", f"use one of: {', '.join(METRICS)}")
    return found
