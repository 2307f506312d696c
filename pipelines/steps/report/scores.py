"""Scores for the report: the results of a run, made comparable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.results.by_level import level_name, split_levels
from synthcode.evaluation.results.common_queries import ANY_CORPUS, KINDS, Common, merged, on_common_queries
from synthcode.evaluation.results.comparison import cell_sums
from synthcode.evaluation.results.coverage import coverage, spread, warnings_of
from synthcode.evaluation.results_json import read_facts, scored_task
from synthcode.evaluation.retrieval.measures import MEASURES
from synthcode.evaluation.retrieval.ranks import labelled, read_level_ranks, read_ranks
from synthcode.pipelines.steps.report.frozen_scores import frozen_evaluation
from synthcode.reporting.scores import Cost, Evaluation, LevelScore, Score, Setting, read_costs
from synthcode.schemas.results import COSTS_NAME, METRICS_NAME, RANKS, RANKS_NAME
from synthcode.vocabulary import LEVELS, RETRIEVAL, Level

if TYPE_CHECKING:
    from synthcode.evaluation.results_json import Facts


@dataclass(frozen=True)
class _Encoder:
    """All results of one encoder on one version of a dataset: settings have folders of their own."""

    label: str
    folders: Sequence[Path]
    ranks: pa.Table
    """Of all programs."""
    level_ranks: Mapping[Level, pa.Table]
    """Of the programs that have reached a level, where they were scored by themselves."""


def read_evaluations(folder: Path) -> list[Evaluation]:
    """Read every result in a folder; those on the same version of a dataset are one evaluation.

    Parameters
    ----------
    folder
        ``RUN/evaluation``.

    Raises
    ------
    InputError
        If a result is damaged.
    """
    found: dict[tuple[str, str], list[tuple[Path, Facts]]] = defaultdict(list)
    frozen: dict[tuple[str, str, str], list[tuple[Path, Facts]]] = defaultdict(list)
    unfinished = []
    for path in sorted({file.parent for name in (RANKS_NAME, METRICS_NAME) for file in folder.glob(f"*/{name}")}):
        facts = read_facts(path)
        if facts is None:
            unfinished.append(f"{path.name} is not complete, or of an earlier version: evaluate it again.")
        elif (task := scored_task(facts)) == RETRIEVAL:
            found[facts.split, facts.dataset_digest].append((path, facts))
        else:
            frozen[task, facts.split, facts.dataset_digest].append((path, facts))
    evaluations = [_evaluation(results) for _, results in sorted(found.items())]
    evaluations += [frozen_evaluation(results) for _, results in sorted(frozen.items())]
    return [*evaluations, Evaluation(notes=unfinished)] if unfinished else evaluations


def _evaluation(results: Sequence[tuple[Path, Facts]]) -> Evaluation:
    encoders = _encoders(results)
    parts, notes = [RANKS.empty_table()], []
    for task, variant in _kinds(encoders):
        mine = [(one.label, _of_kind(one.ranks, task, variant)) for one in encoders]
        mine = [(label, ranks) for label, ranks in mine if ranks.num_rows]
        common = on_common_queries([ranks for _, ranks in mine])
        parts += common.ranks
        if not common.is_whole:
            notes.append(_note(f"{task} {variant}", [label for label, _ in mine], common))
    ranks = pa.concat_tables(parts)
    covered = coverage(ranks)
    facts = results[0][1]
    levels, level_notes = _levels(encoders)
    return Evaluation(
        scores=_scores(ranks),
        costs=_costs(encoders),
        dataset=f"{facts.dataset}, split {facts.split}",
        notes=[*notes, *level_notes],
        levels=levels,
        warnings=warnings_of(covered.values()),
    )


def _encoders(results: Sequence[tuple[Path, Facts]]) -> list[_Encoder]:
    """Return the encoders of results; two that have one label are named after their folders, too."""
    by_key: dict[tuple[str, ...], list[tuple[Path, Facts]]] = defaultdict(list)
    for path, facts in results:
        by_key[facts.encoder_key].append((path, facts))
    labels = [mine[0][1].encoder for mine in by_key.values()]
    encoders = []
    for label, mine in zip(labels, by_key.values(), strict=True):
        folders = [path for path, _ in mine]
        name = label if labels.count(label) == 1 else f"{label} ({folders[0].name})"
        whole = [read_ranks(path) for path, facts in mine if facts.requirement is None]
        encoders.append(_Encoder(name, folders, labelled(merged(whole), name), _level_ranks(mine, name)))
    return encoders


def _level_ranks(results: Sequence[tuple[Path, Facts]], name: str) -> dict[Level, pa.Table]:
    """Return the ranks at each level: those next to the ranks of all programs, and those of a required level."""
    parts: dict[Level, list[pa.Table]] = defaultdict(list)
    for path, facts in results:
        if facts.requirement is not None:
            parts[facts.requirement["level"]].append(read_ranks(path))
        for level, ranks in split_levels(read_level_ranks(path)).items():
            parts[level].append(ranks)
    return {level: labelled(merged(parts[level]), name) for level in LEVELS if level in parts}


def _levels(encoders: Sequence[_Encoder]) -> tuple[list[LevelScore], list[str]]:
    """Return the scores of each level on the queries that all levels of all encoders have, and what is left out."""
    lines: list[tuple[str, pa.Table]] = []
    for one in encoders:
        if one.level_ranks:
            lines.append((level_name(None), one.ranks))
            lines += [(level_name(level), ranks) for level, ranks in one.level_ranks.items()]
    scores, notes = [], []
    for task, variant in _kinds(encoders):
        mine = [(level, _of_kind(ranks, task, variant)) for level, ranks in lines]
        mine = [(level, ranks) for level, ranks in mine if ranks.num_rows]
        common = on_common_queries([ranks for _, ranks in mine], ANY_CORPUS)
        if mine and not common.queries:
            notes.append(f"{task} {variant}: no query is common to all levels of verification.")
        for (level, _), ranks in zip(mine, common.ranks, strict=True):
            scores += [LevelScore(level, score) for score in (_scores(ranks) if common.queries else [])]
    return scores, notes


def _kinds(encoders: Sequence[_Encoder]) -> list[tuple[str, str]]:
    tables = [ranks for one in encoders for ranks in (one.ranks, *one.level_ranks.values())]
    kinds = {tuple(row.values()) for ranks in tables for row in ranks.group_by(list(KINDS)).aggregate([]).to_pylist()}
    return sorted(kinds)


def _of_kind(ranks: pa.Table, task: str, variant: str) -> pa.Table:
    return ranks.filter(pc.and_(pc.equal(ranks["task"], task), pc.equal(ranks["variant"], variant)))


def _note(kind: str, labels: Sequence[str], common: Common) -> str:
    if not common.queries:
        return f"{kind}: no query is common to {', '.join(labels)}; compare them two by two with 'synthcode compare'."
    left_out = [f"{one} of {label}" for label, one in zip(labels, common.left_out, strict=True) if one.queries]
    return f"{kind}: on the {common.queries:,} queries that all have in common; left out: {'; '.join(left_out)}."


def _costs(encoders: Sequence[_Encoder]) -> dict[tuple[str, int], Cost]:
    costs: dict[tuple[str, int], Cost] = {}
    for one in encoders:
        for path in one.folders:
            costs |= read_costs(path / COSTS_NAME, one.label)
    return costs


def _scores(ranks: pa.Table) -> list[Score]:
    values: dict[Setting, dict[str, float]] = defaultdict(dict)
    for metric in MEASURES:
        for macro, sums in cell_sums(ranks, metric).items():
            values[Setting(macro.task, macro.variant, macro.encoder, macro.exit)][metric] = float(sums.shares.sum())
    covered = coverage(ranks)
    scores = []
    for setting, means in sorted(values.items()):
        one = covered[setting.encoder, setting.exit, setting.task, setting.variant]
        scores.append(Score(setting, means, one.pairs, one.queries, one.problems, spread(one.documents)))
    return scores
