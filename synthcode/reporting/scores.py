"""The results of ``evaluate``: macro averages and costs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.errors import InputError
from synthcode.sanitize import from_csv_cell
from synthcode.vocabulary import DEFAULT_VARIANT, MAIN_METRIC, METRICS, VARIANTS


class Setting(NamedTuple):
    """The settings that are compared within a task."""

    task: str
    variant: str
    encoder: str
    exit: int
    """0 if the encoder has no exits."""


@dataclass(frozen=True)
class Score:
    """Unweighted means over pairs of languages; all scores of a task and variant are of the same queries."""

    setting: Setting
    values: Mapping[str, float]
    """Metric -> mean."""
    pairs: int
    queries: int
    problems: int
    documents: str
    """Sizes of the corpora: ``40``, or ``40 to 60``."""


class LevelScore(NamedTuple):
    """A score of the programs that have reached a level of verification."""

    level: str
    """As tables name it."""
    score: Score


@dataclass(frozen=True)
class Cost:
    """The cost of one text at an exit."""

    flops_per_token: float
    latency_s: float
    parameters: int | None = None
    """None if the file does not say."""
    texts_per_s: float | None = None
    """At the best batch size; None if the file does not say."""


@dataclass(frozen=True)
class Evaluation:
    """All results of one kind of task on one version of a dataset, on the queries or pairs that they have in common."""

    scores: Sequence[Score] = ()
    costs: Mapping[tuple[str, int], Cost] | None = None
    """Of an encoder's exit; encoders without costs are not in it."""
    dataset: str = ""
    """Name and split."""
    notes: Sequence[str] = ()
    """The results that are left out, and the reasons."""
    warnings: Sequence[str] = ()
    """Why the scores say little, if they do."""

    levels: Sequence[LevelScore] = ()
    """By level of verification: all of a task and variant are of the same queries, and of corpora of their own."""
    counts: tuple[str, str, str, str] = ("pairs", "queries", "problems", "documents")
    """What tables call the counts of a score."""
    drawn_task: str = "code2code"
    """The task whose scores are drawn against costs."""
    drawn_variant: str = DEFAULT_VARIANT
    drawn_metric: str = MAIN_METRIC
    about: str = "Encoders are compared only on the queries that all of them have."
    """What the scores are, as a sentence."""
    drawn: str = f"{MAIN_METRIC} of code-to-code retrieval on stripped code, a mean over pairs of languages"
    """What is drawn, as the start of a sentence."""
    columns: Sequence[str] = METRICS
    """The metrics in the order of their columns."""

    def level_tables(self) -> dict[str, dict[str, list[LevelScore]]]:
        """Return task -> variant -> lines, encoder by encoder, exit by exit, in the order of their levels."""
        tree: dict[str, dict[str, list[LevelScore]]] = {}
        for line in sorted(self.levels, key=lambda one: (_place(one.score.setting.variant), one.score.setting[2:])):
            tree.setdefault(line.score.setting.task, {}).setdefault(line.score.setting.variant, []).append(line)
        return dict(sorted(tree.items()))

    def tables(self) -> dict[str, dict[str, dict[str, list[Score]]]]:
        """Return task -> variant -> encoder -> scores of its exits; the variants in the usual order."""
        tree: dict[str, dict[str, dict[str, list[Score]]]] = {}
        for score in sorted(self.scores, key=lambda score: _place(score.setting.variant)):
            task, variant, encoder, _ = score.setting
            tree.setdefault(task, {}).setdefault(variant, {}).setdefault(encoder, []).append(score)
        return dict(sorted(tree.items()))

    @property
    def metrics(self) -> list[str]:
        """The metrics that there are, in the usual order."""
        found = {metric for score in (*self.scores, *(line.score for line in self.levels)) for metric in score.values}
        return [metric for metric in self.columns if metric in found] + sorted(found.difference(self.columns))


def _place(variant: str) -> int:
    """Return what sorts variants in the usual order."""
    return next((place for place, name in enumerate(VARIANTS) if name == variant), len(VARIANTS))


def read_costs(path: Path, encoder: str) -> dict[tuple[str, int], Cost]:
    """Read a ``costs.csv``; without the file there are no costs.

    Parameters
    ----------
    path
        Of the file.
    encoder
        The encoder's name in the report.

    Raises
    ------
    InputError
        If the file lacks a column, or has text where a number belongs.
    """
    if not path.is_file():
        return {}
    return {
        (encoder, int(row.number("exit"))): Cost(
            row.number("flops_per_token"),
            row.number("latency_s"),
            int(row.number("parameters")) if "parameters" in row.cells else None,
            row.number("texts_per_s") if "texts_per_s" in row.cells else None,
        )
        for row in _rows(path)
    }


@dataclass(frozen=True)
class _Row:
    path: Path
    line: int
    cells: Mapping[str, str | None]

    def text(self, column: str) -> str:
        value = self.cells.get(column)
        if value is None:
            raise InputError(f"{self.path} line {self.line} has no {column!r}", "run 'synthcode evaluate' again")
        return from_csv_cell(value)

    def number(self, column: str) -> float:
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            where = f"{self.path} line {self.line}: {column} is {value!r}"
            raise InputError(f"{where}, no number", "run 'synthcode evaluate' again")
        return number


def _rows(path: Path) -> Iterable[_Row]:
    stream = io.StringIO(read_text(path, limits.RESULTS), newline="")
    try:
        for line, cells in enumerate(csv.DictReader(stream), start=2):
            yield _Row(path, line, cells)
    except csv.Error as problem:
        raise InputError(f"{path} is not CSV: {problem}", "run 'synthcode evaluate' again") from problem
