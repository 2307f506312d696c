"""``synthcode translate``: every missing completion is requested, stored, and exported as a recording."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import (
    existing_run,
    force_option,
    json_object,
    max_failed_option,
    no_model_check_option,
    repair_budget_option,
    repair_option,
    retry_failed_option,
    run_argument,
    settings,
    settings_of,
    shard_option,
    working_on,
)
from synthcode.plugins import BACKENDS

if TYPE_CHECKING:
    pass


SECTIONS = ("translate", "backend", "execution", "repair")
"""Of the recipe: what --set takes."""


@click.command()
@run_argument
@click.option(
    "--backend",
    type=click.Choice(BACKENDS.names()),
    help="A server, vLLM in this process, a recording, or batch files.",
)
@click.option("--model", metavar="M", help="The model's name as the server knows it.")
@click.option(
    "--base-url", "base_urls", multiple=True, metavar="URL", help="The server, up to /v1. Repeat for replicas."
)
@click.option("--recording", metavar="FILE", help="Parquet or JSONL(.gz) for the replay backend.")
@click.option(
    "--results", multiple=True, metavar="PATH", help="Results of batch files: a file, or a folder of files. Repeat."
)
@click.option("--targets", metavar="LIST", help="Languages to translate into: java,go,rust.")
@click.option("--sample-targets", type=int, metavar="K", help="Draw K of the targets for each seed.")
@click.option("--samples", type=int, metavar="N", help="Completions for each seed and target.")
@click.option("--prompt", metavar="P", help="A bundled prompt, or a folder of templates.")
@click.option("--temperature", type=float, metavar="T", help="Sampling temperature.")
@click.option("--max-tokens", type=int, metavar="N", help="Longest answer, in tokens.")
@click.option("--max-completion-tokens", type=int, metavar="N", help="The same, under the name that newer models take.")
@click.option("--extra-body", metavar="JSON", help='More fields of each request: \'{"reasoning_effort": "low"}\'.')
@click.option(
    "--set",
    "assigned",
    multiple=True,
    metavar="KEY=VALUE",
    help="Any value of the recipe: translate.sampling.top_p=null",
)
@click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most.")
@click.option("--engine", multiple=True, metavar="KEY=VALUE", help="An option of vLLM's engine (vllm). Repeat.")
@click.option("--price-in", type=float, metavar="X", help="Price of a million tokens of prompt.")
@click.option("--price-out", type=float, metavar="X", help="Price of a million tokens of answers.")
@shard_option("Request the translations of the I-th of N shards of the seeds. Default: what RUN is for.")
@repair_option
@repair_budget_option
@no_model_check_option
@retry_failed_option
@max_failed_option
@force_option
def translate(
    run: Path,
    base_urls: tuple[str, ...],
    targets: str | None,
    engine: tuple[str, ...],
    assigned: tuple[str, ...],
    retry_failed: bool,
    force: bool,
    **given: Any,
) -> None:
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
      synthcode translate runs/mbxp --backend replay --recording completions.jsonl.gz --targets java,go
      synthcode translate runs/mbxp --base-url http://localhost:8000/v1 --model NAME --targets java --repair 1
      synthcode translate runs/mbxp --targets java --set translate.sampling.temperature=null
      synthcode translate runs/mbxp --backend batch-file --model NAME --targets java,go
    """
    from synthcode.llm.prompts import load_prompt
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.registry import run_stages
    from synthcode.pipelines.steps.translate.step import translate_step

    overrides = _overrides(base_urls, targets, engine, retry_failed, given)
    values = settings_of(SECTIONS, assigned, "--set")
    named_urls = (*base_urls, *(values.get("backend.base_urls") or ()))
    with working_on(existing_run(run), overrides, named_urls=named_urls, assigned=values) as opened:
        if opened.recipe.repair.rounds:
            load_prompt(opened.recipe.repair.prompt)  # before translations are paid for
        run_if_stale(opened, translate_step(), force=force)
        run_stages(opened, ["check", "repair"] if opened.recipe.repair.rounds else ["repair"])


def _overrides(
    base_urls: tuple[str, ...],
    targets: str | None,
    engine: tuple[str, ...],
    retry_failed: bool,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    from synthcode.languages import parse_languages

    recording, results = given["recording"], given["results"]
    return {
        "backend.name": given["backend"] or ("replay" if recording else "openai" if base_urls else None),
        "backend.base_urls": list(base_urls) or None,
        "backend.recording": str(Path(recording).resolve()) if recording else None,
        "backend.batch.results": [str(Path(path).resolve()) for path in results] or None,
        "backend.retry_failed": retry_failed,
        "backend.max_failed": given["max_failed"],
        "backend.model_check": False if given["no_model_check"] else None,
        "backend.engine": settings(engine, "--engine") or None,
        "backend.price_in": given["price_in"],
        "backend.price_out": given["price_out"],
        "repair.rounds": given["repair"],
        "repair.budget": given["repair_budget"],
        "execution.concurrency": given["concurrency"],
        "shard": given["shard"],
        "translate.targets": [language.name for language in parse_languages(targets)] if targets else None,
        "translate.sampling.temperature": given["temperature"],
        "translate.sampling.max_tokens": given["max_tokens"],
        "translate.sampling.max_completion_tokens": given["max_completion_tokens"],
        "translate.sampling.extra_body": json_object(given["extra_body"], "--extra-body"),
        **{f"translate.{key}": given[key] for key in ("model", "sample_targets", "samples", "prompt")},
    }
