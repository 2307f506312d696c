"""Everything that is written of ranks: metrics, tables, pictures. ``ranks.parquet`` is enough to make them again."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.cost import ExitCost
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.interop.hub_results import eval_results_files
from synthcode.evaluation.interop.mteb_results import Scored, result_files
from synthcode.evaluation.output.compressed_scores import write_compressed_scores
from synthcode.evaluation.plots.figures import can_draw
from synthcode.evaluation.results.by_level import LevelScores, by_level, split_levels
from synthcode.evaluation.results.comparison import (
    Difference,
    Estimate,
    Macro,
    cell_sums,
    estimates_of,
    exit_differences,
    macro_estimates,
)
from synthcode.evaluation.results.compressed_scores import CompressedSearch
from synthcode.evaluation.results.coverage import Coverage, caption, coverage, warnings_of
from synthcode.evaluation.results.graded_scores import graded_estimates, graded_metrics, graded_sections
from synthcode.evaluation.results.small_samples import FEW
from synthcode.evaluation.results.statistics import RESAMPLES
from synthcode.evaluation.results.summary import summarise, write_metrics
from synthcode.evaluation.results.tables import (
    cost_table,
    coverage_table,
    level_difference_table,
    level_table,
    macro_table,
    pair_table,
    requirement_lines,
    trade_table,
    warning_lines,
)
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.sanitize import csv_cell
from synthcode.schemas.results import COMPRESSED_NAME, COSTS, COSTS_NAME
from synthcode.storage.atomic import write_text
from synthcode.vocabulary import MAIN_METRIC

Covered = Mapping[tuple[str, int, str, str], Coverage]
"""The queries, problems and documents of each mean."""

VARIANTS_MEAN = (
    "Variants of the code: raw as it came; stripped without comments and docstrings; anonymous as stripped, with the"
    " entry point renamed to f."
)


@dataclass(frozen=True)
class AllRanks:
    """The ranks of an encoder, and those of further scores."""

    whole: pa.Table
    """The content of ``ranks.parquet``."""
    by_level: pa.Table | None = None
    """Schema ``LEVEL_RANKS``: the same encoder on verified programs only, where a dataset has levels."""
    compressed: CompressedSearch | None = None
    """The ranks of smaller vectors, if they were scored."""
    graded: pa.Table | None = None
    """Schema ``GRADED_RANKS``, if graded relevance was requested."""


@dataclass(frozen=True)
class Summary:
    """What tables and pictures show of ranks."""

    facts: Facts
    metrics: pa.Table
    macros: dict[Macro, Estimate]
    """The means over pairs of languages."""
    differences: Sequence[Difference]
    """Between the exits."""
    covered: Covered
    costs: Sequence[ExitCost]
    resamples: int


def write_files(
    folder: Path,
    ranks: AllRanks,
    facts: Facts,
    costs: Sequence[ExitCost] = (),
    *,
    baseline: pa.Table | None = None,
    dataset_id: str | None = None,
    resamples: int = RESAMPLES,
) -> dict[Macro, Estimate]:
    """Write a results folder's metrics, tables and pictures; return the macro means of the main measure.

    Without matplotlib there are no pictures.

    Parameters
    ----------
    folder
        Holds ``ranks.parquet`` already.
    ranks
        What is summarised.
    facts
        Of the run.
    costs
        Of the exits, where they were measured.
    baseline
        The ranks of another encoder, for the picture of accuracy against cost.
    dataset_id
        The dataset's name on the Hub: with it, the files that a model's page shows are written too.
    resamples
        Of intervals and tests.
    """
    remove_earlier(folder)
    sums = cell_sums(ranks.whole)
    summary = Summary(
        facts=facts,
        metrics=summarise(ranks.whole, resamples),
        macros=estimates_of(sums, resamples),
        differences=exit_differences(sums, resamples),
        covered=coverage(ranks.whole),
        costs=costs,
        resamples=resamples,
    )
    graded_rows = [] if ranks.graded is None else [graded_metrics(ranks.graded, resamples)]
    write_metrics(folder, pa.concat_tables([summary.metrics, *graded_rows]))
    _write_for_others(folder, summary.metrics, facts, dataset_id)
    if costs:
        write_costs(folder / COSTS_NAME, facts.encoder, costs)
    _write_tables(folder / "tables.md", summary, _further_sections(folder, ranks, summary))
    _draw(folder / "plots", summary, baseline)
    return summary.macros


def _further_sections(folder: Path, ranks: AllRanks, summary: Summary) -> list[str]:
    """Return the sections about levels, grades and smaller vectors; write the files of the latter."""
    resamples = summary.resamples
    levels = split_levels(ranks.by_level) if ranks.by_level is not None else {}
    sections = _about_levels(by_level(ranks.whole, levels, resamples)) if levels else []
    if ranks.graded is not None:
        sections += graded_sections(graded_estimates(ranks.graded, resamples))
    if ranks.compressed is not None:
        rests_on = caption(summary.covered.values())
        sections += write_compressed_scores(folder, summary.facts.encoder, ranks.compressed, rests_on, resamples)
    return sections


def remove_earlier(folder: Path) -> None:
    """Remove what an earlier run, of other exits or with costs, may have left and this one does not write over."""
    for name in ("mteb", ".eval_results", "plots"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in (COSTS_NAME, COMPRESSED_NAME):
        (folder / name).unlink(missing_ok=True)


def _write_for_others(folder: Path, metrics: pa.Table, facts: Facts, dataset_id: str | None) -> None:
    """Write what mteb reads and, of a dataset on the Hub, what the Hub does."""
    revision = facts.dataset_digest + (f"-{facts.requirement['level']}" if facts.requirement else "")
    scored = Scored(facts.model, facts.identity, revision, facts.split)
    rows = metrics.to_pylist()
    files = {f"mteb/{name}": text for name, text in result_files(rows, scored).items()}
    if dataset_id is not None:
        files |= eval_results_files(rows, scored, dataset_id)
    for name, text in files.items():
        write_text(folder / name, text)


def write_costs(path: Path, encoder: str, costs: Sequence[ExitCost]) -> None:
    """Write ``costs.csv``."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COSTS.names)
    for cost in costs:
        speed = cost.speed
        counted = (cost.exit, cost.tokens, cost.parameters, round(cost.flops_per_token, 1))
        rows.writerow(
            (csv_cell(encoder), *counted, round(speed.latency_s, 6), round(speed.texts_per_s, 3), speed.batch_texts)
        )
    write_text(path, text.getvalue())


def _write_tables(path: Path, summary: Summary, further: Sequence[str]) -> None:
    facts, covered = summary.facts, summary.covered
    interval = f"95 % intervals over problems ({summary.resamples:,} resamples)"
    parts = [
        f"# {markdown_cell(facts.encoder)}",
        f"{markdown_cell(facts.dataset)}, split {facts.split}. {MAIN_METRIC}, {interval}.",
        *requirement_lines(facts.requirement),
        *facts.notes,
        *warning_lines(warnings_of(covered.values())),
        "## Mean over pairs of languages",
        macro_table(summary.macros),
        *_about_few(covered),
        coverage_table(covered),
        VARIANTS_MEAN,
        *further,
    ]
    if summary.differences:
        flips = "Signs of problems flipped, p-values adjusted by Holm's method for all lines."
        same = "Every line compares the same queries."
        trades = trade_table(summary.differences, summary.costs)
        parts += ["## What an exit loses, and what it saves", trades, f"{same} {flips}"]
    parts += cost_sections(facts, summary.costs)
    main = summary.metrics.filter(pc.equal(summary.metrics["metric"], MAIN_METRIC))
    for exit_, task, variant in _kinds(main):
        at = "" if exit_ == ONLY_EXIT else f", exit {exit_}"
        matrix = pair_table(_only(main, exit=exit_, task=task, variant=variant))
        parts += [f"## {task}, {variant}{at}", matrix, f"{caption([covered[facts.encoder, exit_, task, variant]])}."]
    write_text(path, "\n\n".join(parts) + "\n")


def _about_few(covered: Covered) -> list[str]:
    """Say how the intervals of very few problems are computed, if there are any."""
    if all(one.problems >= FEW for one in covered.values()):
        return []
    return [f"Intervals of fewer than {FEW} problems are Hoeffding's bounds: resampling them shows no uncertainty."]


def _about_levels(scores: LevelScores) -> list[str]:
    """Return the section that compares levels of verification."""
    return [
        "## By level of verification",
        "Each on the queries that it has. The seeds' own programs are always there.",
        level_table(scores),
        "On the queries that all levels have. Each searches the programs of its level; fewer documents are easier to"
        " search, and that is a part of each difference.",
        level_difference_table(scores),
    ]


def cost_sections(facts: Facts, costs: Sequence[ExitCost]) -> list[str]:
    """Return the sections about what exits cost and what encoding took, where either is known."""
    parts = []
    if costs:
        parts += ["## What an exit costs", cost_table(costs), f"Texts of {costs[0].tokens} tokens, on this machine."]
    if facts.speed.get("texts"):
        parts += ["## What encoding took", _speed_table(facts)]
    return parts


def _speed_table(facts: Facts) -> str:
    known = {name: value for name, value in facts.speed.items() if value is not None}
    return markdown_table(["", ""], [[name.replace("_", " "), f"{value:,}"] for name, value in known.items()])


def _draw(folder: Path, summary: Summary, baseline: pa.Table | None) -> None:
    if not can_draw():
        return
    from synthcode.evaluation.plots.heatmap import draw_heatmap
    from synthcode.evaluation.plots.pareto import draw_pareto

    name, covered = summary.facts.encoder, summary.covered
    main = summary.metrics.filter(pc.equal(summary.metrics["metric"], MAIN_METRIC))
    for exit_ in pc.unique(main["exit"]).to_pylist():
        at, ending = ("", "") if exit_ == ONLY_EXIT else (f", exit {exit_}", f"-exit-{exit_:02d}")
        rests_on = caption(one for macro, one in covered.items() if macro[1] == exit_)
        draw_heatmap(_only(main, exit=exit_), name + at, folder / f"heatmap{ending}", rests_on)
    if summary.costs:
        line = {} if baseline is None else macro_estimates(baseline, resamples=summary.resamples)
        draw_pareto(summary.macros, summary.costs, line, name, folder / "pareto", caption(covered.values()))


def _kinds(metrics: pa.Table) -> list[tuple[int, str, str]]:
    keys = zip(*(metrics[key].to_pylist() for key in ("exit", "task", "variant")), strict=True)
    return list(dict.fromkeys(keys))


def _only(metrics: pa.Table, **values: object) -> pa.Table:
    for key, value in values.items():
        metrics = metrics.filter(pc.equal(metrics[key], value))
    return metrics
