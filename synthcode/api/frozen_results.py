"""Scores of frozen vectors on pairs of clones or a published benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.errors import InputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, repr=False)
class FrozenResults:
    """The scores of one encoder's frozen vectors, or of its fine-tuned heads, on one dataset."""

    encoder: str
    """Its label."""
    task: str
    """``clones`` or ``classification``; ``clones_fine_tuned`` or ``classification_fine_tuned`` of heads."""
    scores: Sequence[Mapping[str, Any]]
    """Every measure at every exit, as ``results.json`` holds it."""
    items: pa.Table
    """One row a pair or program and exit (schema ``PAIR_SCORES`` or ``PROGRAM_SCORES`` of
    ``synthcode.schemas.results``)."""
    dataset: str
    dataset_digest: str
    """Of the dataset's content: only results of the same content are compared."""
    folder: Path | None
    """Where they are stored, if they are."""
    _warnings: Sequence[str] = ()

    def __repr__(self) -> str:
        return (
            f"FrozenResults(encoder={self.encoder!r}, task={self.task!r}, dataset={self.dataset!r},"
            f" rows={self.items.num_rows:,})"
        )

    def means(self, metric: str | None = None) -> list[dict[str, Any]]:
        """Return a measure of all pairs or programs, of each exit and variant.

        Parameters
        ----------
        metric
            ``AP``, ``F1``, ``ROC-AUC``, ``AP_lexical`` or another name in ``metrics.csv``. Default: ``AP`` of pairs,
            ``MAP@R`` of problems, the accuracy of labels.

        Returns
        -------
        list of dict
            ``encoder``, ``exit``, ``task``, ``variant``, ``metric``, ``value``, ``lo``, ``hi``.

        Raises
        ------
        SynthcodeError
            If there is no such metric.
        """
        from synthcode.evaluation.classification.stored_scores import overall
        from synthcode.evaluation.output.frozen_baseline import main_metric

        chosen = metric or main_metric(self.scores)
        known = list(dict.fromkeys(row["metric"] for row in overall(self.scores)))
        if chosen not in known:
            raise InputError(f"no metric {chosen!r}{did_you_mean(chosen, known)}", f"use one of: {', '.join(known)}")
        columns = ("exit", "task", "variant", "metric", "value", "lo", "hi")
        return [
            {"encoder": self.encoder, **{name: row[name] for name in columns}}
            for row in overall(self.scores)
            if row["metric"] == chosen
        ]

    def metrics(self) -> pa.Table:
        """Return every measure with its interval, of pairs of languages too: the columns of ``metrics.csv``.

        A score that is not of a pair of languages has ``all`` as its languages.
        """
        from synthcode.evaluation.classification.clones.clone_scores import ALL
        from synthcode.evaluation.output.frozen_scores import metrics_table

        return metrics_table(self.encoder, ALL, self.scores)

    def dataframe(self) -> pd.DataFrame:
        """Return :meth:`metrics` for pandas."""
        frame: pd.DataFrame = self.metrics().to_pandas()
        return frame

    def warnings(self) -> list[str]:
        """Return what is wrong with the pairs or labels, and why the scores say little, if they do."""
        return list(self._warnings)


def read_frozen_results(folder: Path) -> FrozenResults:
    """Return the results in a folder that ``evaluate_clones`` or ``synthcode evaluate`` wrote."""
    from synthcode.evaluation.classification.stored_scores import read_scores
    from synthcode.evaluation.results_json import read_facts

    scores, facts = read_scores(folder), read_facts(folder)
    assert facts is not None
    return FrozenResults(
        encoder=scores.encoder,
        task=scores.task,
        scores=scores.rows,
        items=scores.items,
        dataset=f"{facts.dataset} {facts.split}",
        dataset_digest=facts.dataset_digest,
        folder=folder,
        _warnings=facts.warnings,
    )
