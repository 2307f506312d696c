"""The queries stage: every missing query is requested, stored, exported as a recording, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.queries.judging import PREFIX, judge_completions
from synthcode.pipelines.steps.queries.plan import queries_config, queries_model, query_plan
from synthcode.pipelines.steps.queries.review import review_queries
from synthcode.pipelines.steps.translate.recording import Recording, asked_summary, record_answers, with_requests
from synthcode.schemas.tables import QUERY_COMPLETIONS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run

STAGE = "queries"


def queries_step() -> Step:
    """Return the step that ``queries`` runs."""
    step = Step(
        name=STAGE,
        settings=_settings,
        execute=_execute,
        summary=_summary,
        review=review_queries,
        is_wanted=lambda recipe: recipe.queries is not None,
    )
    return with_requests(step, lambda folder: folder.query_journal)


def _settings(recipe: Recipe) -> Any:
    return [
        queries_config(recipe),
        queries_model(recipe),
        load_prompt(queries_config(recipe).prompt).digest,
        recipe.shard,
    ]


def _summary(counts: Mapping[str, Any]) -> str:
    return f"{asked_summary(counts)}; {counts['accepted']:,} accepted, {sum(counts['rejected'].values()):,} rejected"


def _execute(run: Run) -> StepResult:
    recording = Recording(STAGE, run.folder.query_journal, QUERY_COMPLETIONS, PREFIX)
    asked = record_answers(run, recording, queries_model(run.recipe), lambda model: query_plan(run, model))
    files, tally = judge_completions(run)
    by_style = {style: {**row, **tally.counts(style)} for style, row in asked.counts.pop("by_language").items()}
    rejected: Counter[str] = sum((Counter(row["rejected"]) for row in by_style.values()), Counter())
    judged = {"accepted": tally.accepted.total(), "rejected": dict(sorted(rejected.items())), "by_style": by_style}
    return replace(asked, outputs=[*asked.outputs, *files], counts={**asked.counts, **judged})


def forget_unwanted_queries(run: Run) -> None:
    """Leave out the queries of a run whose recipe does not request them any more."""
    if run.recipe.queries is None:
        run.manifest.forget(STAGE)
