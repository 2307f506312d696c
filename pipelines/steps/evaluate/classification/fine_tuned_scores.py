"""Bringing the scores of fine-tuned heads up to date."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from synthcode.evaluation.classification.items.item_scores import of_exit
from synthcode.evaluation.classification.stored_answers import answers_in_parts
from synthcode.evaluation.embedding_store import Tally
from synthcode.evaluation.encoder import Classifier
from synthcode.evaluation.output.frozen_baseline import FrozenBaseline
from synthcode.evaluation.output.frozen_scores import score_rows
from synthcode.evaluation.results_json import Speed, encoding_speed
from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import FineTunedTask
from synthcode.pipelines.steps.evaluate.classification.frozen_scores import scores_if_stale, write_scores
from synthcode.pipelines.steps.evaluate.classification.frozen_task import Rows
from synthcode.pipelines.steps.evaluate.encoding import watched
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.storage.lock import hold


@dataclass(frozen=True)
class FineTunedEvaluation:
    """Whose heads are to be scored on what."""

    task: FineTunedTask
    classifier: Classifier
    evaluation: Evaluation
    """Folders and settings; its encoder is the same model."""


def score_fine_tuned_if_stale(chosen: FineTunedEvaluation, *, force: bool = False, may_replace: bool = False) -> Rows:
    """Score unless the results are what scoring would make; see ``score_frozen_if_stale``."""

    def score(evaluation: Evaluation, baseline: FrozenBaseline | None) -> Rows:
        return _score(chosen.task, chosen.classifier, evaluation, baseline)

    return scores_if_stale(chosen.task, chosen.evaluation, score, force=force, may_replace=may_replace)


def _score(
    task: FineTunedTask, classifier: Classifier, evaluation: Evaluation, baseline: FrozenBaseline | None
) -> Rows:
    rows: list[dict[str, Any]] = []
    speeds: list[Speed] = []
    items: list[pa.Table] = []
    for variant in task.variants:
        inputs = task.inputs(variant)
        started = time.perf_counter()
        with evaluation.reporter.progress(f"classifying {variant}", len(inputs.places)) as bar:
            advance = watched(bar.advance, evaluation.stop)
            folder = evaluation.store / classifier.identity
            with hold(folder):
                fresh = evaluation.fresh
                answers = answers_in_parts(classifier, inputs.texts, inputs.places, folder, advance, fresh=fresh)
        seconds = time.perf_counter() - started
        speeds.append(encoding_speed(Tally(len(inputs.places), answers.tokens, answers.at_limit, seconds)))
        for exit_, logits in answers.logits.items():
            scored = task.score(logits, evaluation.resamples)
            rows += score_rows(task.name, variant, exit_, scored, frozen=False)
            items.append(of_exit(scored.items, evaluation.label, exit_, task.name, variant))
            evaluation.stop.raise_if_set()
    write_scores(task, evaluation, speeds[0], rows, items, baseline)
    return rows
