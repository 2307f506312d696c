"""``synthcode translate``: every missing completion is requested, stored, and exported as a recording."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from synthcode.pipelines.commands.options import (
    executor_options,
    existing_run,
    force_option,
    max_failed_option,
    no_model_check_option,
    repair_budget_option,
    repair_option,
    retry_failed_option,
    run_argument,
    settings_of,
    shard_option,
    working_on,
)
from synthcode.pipelines.commands.stages.request_options import backend_options, request_overrides, sampling_options

SECTIONS = ("translate", "backend", "execution", "repair")
"""Of the recipe: what --set takes."""


@click.command()
@run_argument
@backend_options
@click.option("--targets", metavar="LIST", help="Languages to translate into: java,go,rust.")
@click.option("--sample-targets", type=int, metavar="K", help="Draw K of the targets for each seed.")
@click.option("--samples", type=int, metavar="N", help="Completions for each seed and target.")
@sampling_options
@shard_option("Request the translations of the I-th of N shards of the seeds. Default: what RUN is for.")
@repair_option
@repair_budget_option
@no_model_check_option
@executor_options
@retry_failed_option
@max_failed_option
@force_option
def translate(run: Path, targets: str | None, assigned: tuple[str, ...], force: bool, **given: Any) -> None:
    """Request every missing translation from a model.

    Every completion is stored before it counts: after a stop or a kill, the same command continues. The
    key of a hosted server is read from OPENAI_API_KEY and never stored.

    The backend batch-file writes the requests to RUN/batches, takes results from RUN/batches/results and --results,
    and exits with status 3 while any is missing.

    With --repair, 'check' runs next, and translations that it rejects are requested again with their error.

    \b
    Examples:
      synthcode translate runs/mbxp --base-url http://localhost:8000/v1 --model NAME --targets java,go
      synthcode translate runs/mbxp --backend vllm --model NAME --engine max_model_len=8192 --targets java,go
      synthcode translate runs/mbxp --backend vllm --model NAME --targets java,go --executor ray:10.0.0.1:6379
      synthcode translate runs/mbxp --backend replay --recording completions.jsonl.gz --targets java,go
      synthcode translate runs/mbxp --base-url http://localhost:8000/v1 --model NAME --targets java --repair 1
      synthcode translate runs/mbxp --targets java --set translate.sampling.temperature=null
      synthcode translate runs/mbxp --backend batch-file --model NAME --targets java,go
    """
    from synthcode.llm.prompts import load_prompt
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.registry import run_stages
    from synthcode.pipelines.steps.translate.step import translate_step

    overrides = _overrides(targets, given)
    values = settings_of(SECTIONS, assigned, "--set")
    named_urls = (*given["base_urls"], *(values.get("backend.base_urls") or ()))
    with working_on(existing_run(run), overrides, named_urls=named_urls, assigned=values) as opened:
        if opened.recipe.repair.rounds:
            load_prompt(opened.recipe.repair.prompt)  # before translations are paid for
        run_if_stale(opened, translate_step(), force=force)
        run_stages(opened, ["check", "repair"] if opened.recipe.repair.rounds else ["repair"])


def _overrides(targets: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    from synthcode.languages import parse_languages

    return {
        **request_overrides("translate", given),
        **given["executor"],
        "repair.rounds": given["repair"],
        "repair.budget": given["repair_budget"],
        "shard": given["shard"],
        "translate.targets": [language.name for language in parse_languages(targets)] if targets else None,
        "translate.sample_targets": given["sample_targets"],
        "translate.samples": given["samples"],
    }
