"""Scores of clones and classification for the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.evaluation.classification.clones.clone_scores import ALL
from synthcode.evaluation.classification.stored_scores import SHOWN_MEASURES, overall
from synthcode.evaluation.results_json import scored_task
from synthcode.reporting.scores import Cost, Evaluation, Score, Setting, read_costs
from synthcode.schemas.results import COSTS_NAME
from synthcode.vocabulary import DEFAULT_VARIANT, MAIN_SCORES

if TYPE_CHECKING:
    from synthcode.evaluation.results_json import Facts

_FROZEN = "Frozen vectors: the encoders were not trained on this task. The threshold of F1 was chosen on validation."
_FINE_TUNED = (
    "Fine-tuned: heads were trained for this task, and the encoders with them. Do not compare with frozen vectors. The"
    " threshold of F1 was chosen on validation."
)


def frozen_evaluation(results: Sequence[tuple[Path, Facts]]) -> Evaluation:
    """Return results of one task and one version of a dataset as an evaluation.

    Parameters
    ----------
    results
        Folders of results, and what these say.
    """
    labels = [facts.encoder for _, facts in results]
    names = {
        path: facts.encoder if labels.count(facts.encoder) == 1 else f"{facts.encoder} ({path.name})"
        for path, facts in results
    }
    scores = [score for path, facts in results for score in _scores(names[path], facts.scores)]
    costs: dict[tuple[str, int], Cost] = {}
    for path, name in names.items():
        costs |= read_costs(path / COSTS_NAME, name)
    facts = results[0][1]
    task, metrics = scored_task(facts), {metric for score in scores for metric in score.values}
    metric = next((name for name in MAIN_SCORES if name in metrics), MAIN_SCORES[0])
    variants = {score.setting.variant for score in scores}
    variant = DEFAULT_VARIANT if DEFAULT_VARIANT in variants else min(variants)
    counted = "pairs" if metric == "AP" else "programs"
    return Evaluation(
        scores=scores,
        costs=costs,
        dataset=f"{facts.dataset}, split {facts.split}",
        notes=_notes(scores, counted),
        warnings=list(dict.fromkeys(warning for _, facts in results for warning in facts.warnings)),
        counts=("pairs of languages", counted, "problems", "programs"),
        drawn_task=task,
        drawn_variant=variant,
        drawn_metric=metric,
        about=_FROZEN if facts.scores[0]["frozen"] else _FINE_TUNED,
        drawn=f"{metric} of {task} on {variant} code",
        columns=SHOWN_MEASURES,
    )


def _scores(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Score]:
    whole: dict[Setting, list[Mapping[str, Any]]] = defaultdict(list)
    for row in overall(rows):
        whole[Setting(row["task"], row["variant"], name, row["exit"])].append(row)
    pairs = {(row["query_language"], row["corpus_language"]) for row in rows if row.get("query_language", ALL) != ALL}
    scores = []
    for setting, mine in sorted(whole.items()):
        values = {row["metric"]: row["value"] for row in mine if row["metric"] in SHOWN_MEASURES}
        first = next((row for row in mine if row["metric"] in MAIN_SCORES), mine[0])
        scores.append(Score(setting, values, len(pairs) or 1, first["n"], first["groups"], f"{first['programs']:,}"))
    return scores


def _notes(scores: Sequence[Score], counted: str) -> list[str]:
    """Say which variants are not scored on the same pairs or programs."""
    sizes: dict[str, set[int]] = defaultdict(set)
    for score in scores:
        sizes[score.setting.variant].add(score.queries)
    return [
        f"{variant}: not all encoders are scored on the same {counted}; 'synthcode compare' takes those that two share."
        for variant, numbers in sorted(sizes.items())
        if len(numbers) > 1
    ]
