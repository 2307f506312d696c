"""Results as Markdown: what a paper prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from synthcode.decimals import decimals, with_interval
from synthcode.evaluation.cost import ExitCost
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.results.by_level import LevelScores, place
from synthcode.evaluation.results.comparison import Difference, Estimate, Macro
from synthcode.evaluation.results.coverage import Coverage, spread
from synthcode.evaluation.retrieval.benchmark import Requirement
from synthcode.languages import LANGUAGES
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.sanitize import short_name
from synthcode.vocabulary import MAIN_METRIC

Row = Sequence[str]


def macro_table(macros: Mapping[Macro, Estimate]) -> str:
    """Return a line an exit: the mean over pairs of languages of each task and variant, with its interval."""
    columns = sorted({(macro.task, macro.variant) for macro in macros}, key=lambda key: (key[0], key[1] != "stripped"))
    exits = sorted({(macro.encoder, macro.exit) for macro in macros})
    rows = [
        [*_named(encoder, exit_), *(_estimate(macros.get(Macro(encoder, exit_, *column))) for column in columns)]
        for encoder, exit_ in exits
    ]
    return _table(["encoder", "exit", *(f"{task} {variant}" for task, variant in columns)], rows, left=2)


def coverage_table(covered: Mapping[tuple[str, int, str, str], Coverage]) -> str:
    """Return a line a task and variant: what its means rest on; all exits are scored on the same queries."""
    kinds = {(task, variant): one for (_, _, task, variant), one in covered.items()}
    rows = [
        [*kind, f"{one.pairs:,}", f"{one.queries:,}", f"{one.problems:,}", spread(one.documents)]
        for kind, one in sorted(kinds.items(), key=lambda item: (item[0][0], item[0][1] != "stripped"))
    ]
    head = ["task", "variant", "pairs of languages", "queries", "problems", "documents in a corpus"]
    return _table(head, rows, left=2)


def warning_lines(warnings: Sequence[str]) -> list[str]:
    """Return warnings as a Markdown quotation; nothing if there are none."""
    return ["\n".join(f"> **Warning.** {warning}" for warning in warnings)] if warnings else []


def requirement_lines(requirement: Mapping[str, Any] | None) -> list[str]:
    """Return what is left out for a required level as a sentence; nothing if no level is required."""
    return [f"Verified programs only: {Requirement(**requirement)}."] if requirement else []


def level_table(scores: LevelScores) -> str:
    """Return a line a level and exit: its means over pairs of languages, on the queries that it has."""
    columns = sorted({(one.task, one.variant) for one in scores.macros}, key=_kind)
    lines = sorted({(place(one.encoder), one.encoder, one.exit) for one in scores.macros})
    rows = [
        [*_named(name, exit_), *(_estimate(scores.macros.get(Macro(name, exit_, *column))) for column in columns)]
        for _, name, exit_ in lines
    ]
    return _table(["level", "exit", *(f"{task} {variant}" for task, variant in columns)], rows, left=2)


def level_difference_table(scores: LevelScores) -> str:
    """Return a line a task, variant, exit and level: its mean on common queries, and its difference to all programs."""
    lines = sorted(scores.common, key=lambda one: (one.task, _kind(one[2:]), one.exit, place(one.encoder)))
    head = ["task", "variant", "level", "exit", "queries", "problems", "documents", MAIN_METRIC]
    rows = []
    for one in lines:
        covered, difference = scores.common_covered[one], scores.differences.get(one)
        size = [f"{covered.queries:,}", f"{covered.problems:,}", spread(covered.documents)]
        change = (
            ["", ""]
            if difference is None
            else [
                _estimate(difference.difference, signed=True),
                p_value(difference.p_holm),
            ]
        )
        rows.append(
            [one.task, one.variant, *_named(one.encoder, one.exit), *size, _estimate(scores.common[one]), *change]
        )
    return _table([*head, "difference to all", "p (Holm)"], rows, left=3)


def _kind(kind: tuple[str, str]) -> tuple[str, bool, str]:
    """Return what sorts tasks and variants: stripped first."""
    task, variant = kind
    return task, variant != "stripped", variant


def pair_table(metrics: pa.Table) -> str:
    """Return a matrix of one metric, exit, task and variant: a row per query language, a column per corpus language."""
    cells = {(row["query_language"], row["corpus_language"]): row["value"] for row in metrics.to_pylist()}
    asked, found = (sorted({pair[side] for pair in cells}) for side in (0, 1))
    rows = [[label(query), *(_number(cells.get((query, corpus))) for corpus in found)] for query in asked]
    return _table(["query / corpus", *map(label, found)], rows)


def cost_table(costs: Sequence[ExitCost]) -> str:
    """Return a line an exit: what it costs on its own."""
    head = ["exit", "parameters", "MFLOPs a token", "latency, ms", "texts/s", "at batch"]
    rows = [
        [
            str(cost.exit),
            f"{cost.parameters:,}",
            f"{cost.flops_per_token / 1e6:,.1f}",
            f"{cost.speed.latency_s * 1e3:,.1f}",
            f"{cost.speed.texts_per_s:,.1f}",
            str(cost.speed.batch_texts),
        ]
        for cost in costs
    ]
    return _table(head, rows)


def trade_table(differences: Sequence[Difference], costs: Sequence[ExitCost]) -> str:
    """Return a line a shallower exit, task and variant: what it loses against the deepest, and what it saves."""
    by_exit = {cost.exit: cost for cost in costs}
    head = [
        "exit",
        "task",
        "variant",
        MAIN_METRIC,
        "difference to the deepest",
        "p (Holm)",
        "FLOPs saved",
        "latency saved",
    ]
    rows = [
        [
            str(one.first.exit),
            one.first.task,
            one.first.variant,
            _number(one.values[0]),
            _estimate(one.difference, signed=True),
            p_value(one.p_holm),
            *_saved(by_exit.get(one.first.exit), by_exit.get(one.second.exit)),
        ]
        for one in differences
    ]
    return _table(head, rows, left=3)


class Compared(Protocol):
    """Two means or scores of the same queries, pairs or programs."""

    @property
    def first(self) -> Macro:
        """Of the first encoder."""

    @property
    def second(self) -> Macro:
        """Of the second encoder."""

    @property
    def values(self) -> tuple[float, float]:
        """Of both."""

    @property
    def difference(self) -> Estimate:
        """First minus second."""

    @property
    def p(self) -> float:
        """Of no difference."""

    @property
    def p_holm(self) -> float:
        """Adjusted for all lines."""

    @property
    def problems(self) -> int:
        """The unit of statistics."""


def difference_table(differences: Sequence[Difference]) -> str:
    """Return a line a comparison of two encoders; exits have a column where there are any."""
    return compared_table(differences, "queries", [one.queries for one in differences])


def compared_table(differences: Sequence[Compared], counted: str, numbers: Sequence[int]) -> str:
    """Return a line a comparison; exits have a column where there are any.

    Parameters
    ----------
    differences
        The comparisons.
    counted
        What each is over: ``queries``, ``pairs``, ``programs``.
    numbers
        How many each is over.
    """
    with_exits = any(side.exit != ONLY_EXIT for one in differences for side in (one.first, one.second))
    sides = [head for name in ("first", "second") for head in (name, *(["exit"] if with_exits else []))]
    head = ["task", "variant", *sides, counted, "problems", "value", "value", "difference", "p", "p (Holm)"]
    rows = [
        [
            *(one.first.task, one.first.variant),
            *(cell for side in (one.first, one.second) for cell in _named(*side[:2])[: 2 if with_exits else 1]),
            *(f"{number:,}", f"{one.problems:,}"),
            *map(_number, one.values),
            _estimate(one.difference, signed=True),
            p_value(one.p),
            p_value(one.p_holm),
        ]
        for one, number in zip(differences, numbers, strict=True)
    ]
    return _table(head, rows, left=2 + len(sides))


def _table(head: Row, rows: Iterable[Row], left: int = 1) -> str:
    """Lay out a table with foreign text in any cell."""
    return markdown_table([*map(markdown_cell, head)], ([*map(markdown_cell, row)] for row in rows), left)


def label(language: str) -> str:
    """Return a language as people write it; ``text`` for descriptions."""
    return LANGUAGES[language].label if language in LANGUAGES else language


def p_value(p: float) -> str:
    """Return a p-value as papers print it."""
    return decimals(p, 4) if p >= 0.0001 else "< 0.0001"


def _saved(cost: ExitCost | None, deepest: ExitCost | None) -> list[str]:
    if cost is None or deepest is None:
        return ["", ""]
    flops = 1 - cost.flops_per_token / deepest.flops_per_token
    return [f"{flops:.0%}", f"{1 - cost.speed.latency_s / deepest.speed.latency_s:.0%}"]


def _named(encoder: str, exit_: int) -> list[str]:
    return [short_name(encoder), "" if exit_ == ONLY_EXIT else str(exit_)]


def _estimate(estimate: Estimate | None, *, signed: bool = False) -> str:
    if estimate is None:
        return ""
    return with_interval(*estimate, signed=signed)


def _number(value: float | None) -> str:
    return "" if value is None else decimals(value)
