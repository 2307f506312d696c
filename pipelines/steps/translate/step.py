"""The translate stage: every missing completion is requested, stored and exported as a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.reviews import review_translations
from synthcode.pipelines.steps.translate.plan import translate_config, translation_plan
from synthcode.pipelines.steps.translate.recording import Recording, asked_summary, record_answers, with_requests
from synthcode.schemas.tables import COMPLETIONS
from synthcode.strict_settings import to_tree

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run


def translate_step() -> Step:
    """Return the step that ``translate`` runs."""
    step = Step(
        name="translate",
        settings=_settings,
        execute=_execute,
        summary=asked_summary,
        review=review_translations,
    )
    return with_requests(step, lambda folder: folder.journal)


def _settings(recipe: Recipe) -> Any:
    config = translate_config(recipe)
    # The shard among the other settings, where earlier versions had it: their runs stay up to date.
    return [{**to_tree(config), "shard": recipe.shard}, load_prompt(config.prompt).digest]


def _execute(run: Run) -> StepResult:
    recording = Recording("translate", run.folder.journal, COMPLETIONS)
    return record_answers(
        run, recording, translate_config(run.recipe).model, lambda model: translation_plan(run, model)
    )
