"""``synthcode translate``: every missing completion is asked for, stored, and exported as a recording."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import (
    existing_run,
    force_option,
    max_failed_option,
    retry_failed_option,
    run_argument,
    settings,
    working_on,
)

if TYPE_CHECKING:
    from pipelines.recipe import Recipe
    from pipelines.runner import Done, Run, Step
    from pipelines.wanted import Wanted
    from synthcode.llm.journal import Journal
    from synthcode.llm.scheduler import Outcome

BACKENDS = ("openai", "vllm", "replay")


@click.command()
@run_argument
@click.option("--backend", type=click.Choice(BACKENDS), help="A server, vLLM in this process, or a recording.")
@click.option("--model", metavar="M", help="The model's name as the server knows it.")
@click.option(
    "--base-url", "base_urls", multiple=True, metavar="URL", help="The server, up to /v1. Repeat for replicas."
)
@click.option("--recording", metavar="FILE", help="Parquet or JSONL(.gz) for the replay backend.")
@click.option("--targets", metavar="LIST", help="Languages to translate into: java,go,rust.")
@click.option("--sample-targets", type=int, metavar="K", help="Draw K of the targets for each seed.")
@click.option("--samples", type=int, metavar="N", help="Completions for each seed and target.")
@click.option("--prompt", metavar="P", help="A bundled prompt, or a folder of templates.")
@click.option("--temperature", type=float, metavar="T", help="Sampling temperature.")
@click.option("--max-tokens", type=int, metavar="N", help="Longest answer, in tokens.")
@click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most.")
@click.option("--engine", multiple=True, metavar="KEY=VALUE", help="An option of vLLM's engine (vllm). Repeat.")
@click.option("--price-in", type=float, metavar="X", help="Price of a million tokens of prompt.")
@click.option("--price-out", type=float, metavar="X", help="Price of a million tokens of answers.")
@retry_failed_option
@max_failed_option
@force_option
def translate(
    run: Path,
    base_urls: tuple[str, ...],
    targets: str | None,
    engine: tuple[str, ...],
    retry_failed: bool,
    force: bool,
    **given: Any,
) -> None:
    """Ask a model for every translation that is wanted and not there yet.

    A completion is on the disk before it counts: stopped, killed or cut off, the command goes on where
    it was. The key of a hosted server is read from OPENAI_API_KEY and written nowhere.

    \b
    Examples:
      synthcode translate runs/mbxp --base-url http://localhost:8000/v1 --model NAME --targets java,go
      synthcode translate runs/mbxp --backend vllm --model NAME --engine max_model_len=8192 --targets java,go
      synthcode translate runs/mbxp --backend replay --recording completions.jsonl.gz --targets java,go
    """
    from pipelines.runner import bring_up_to_date

    overrides = _overrides(base_urls, targets, engine, retry_failed, given)
    with working_on(existing_run(run), overrides, named_urls=base_urls) as opened:
        bring_up_to_date(opened, translate_step(), force=force)


def _overrides(
    base_urls: tuple[str, ...],
    targets: str | None,
    engine: tuple[str, ...],
    retry_failed: bool,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    from synthcode.languages import parse_languages

    recording = given["recording"]
    return {
        "backend.name": given["backend"] or ("replay" if recording else "openai" if base_urls else None),
        "backend.base_urls": list(base_urls) or None,
        "backend.recording": str(Path(recording).resolve()) if recording else None,
        "backend.retry_failed": retry_failed,
        "backend.max_failed": given["max_failed"],
        "backend.engine": settings(engine, "--engine") or None,
        "backend.price_in": given["price_in"],
        "backend.price_out": given["price_out"],
        "execution.concurrency": given["concurrency"],
        "translate.targets": [language.name for language in parse_languages(targets)] if targets else None,
        "translate.sampling.temperature": given["temperature"],
        "translate.sampling.max_tokens": given["max_tokens"],
        **{f"translate.{key}": given[key] for key in ("model", "sample_targets", "samples", "prompt")},
    }


def translate_step() -> Step:
    """Return the step that ``translate`` runs."""
    from pipelines.failures import review_translations
    from pipelines.runner import Step

    return Step(
        name="translate",
        after=("seeds",),
        uses=("dedup_seeds",),
        settings=_settings,
        execute=_execute,
        summary=_summary,
        review=review_translations,
        unchanged=_unchanged,
        again=_again,
        packages=("pyarrow", "aiohttp"),
    )


def _again(run: Run, counts: Mapping[str, Any]) -> bool:
    """Tell whether what failed is to be requested again.

    The recipe may say so; and what an earlier version failed for the sake of the account is pending.
    """
    from synthcode.llm.journal import Journal

    if counts["failed"] == 0:
        return False
    with Journal(run.folder.journal, read_only=True) as journal:
        return run.recipe.backend.retry_failed or journal.had_account_failures()


def _settings(recipe: Recipe) -> Any:
    from pipelines.wanted import translate_config
    from synthcode.prompts import load_prompt

    config = translate_config(recipe)
    return [config, load_prompt(config.prompt).digest]


def _summary(counts: Mapping[str, Any]) -> str:
    others = "".join(f", {counts[key]:,} {key}" for key in ("failed", "pending") if counts[key])
    spent = counts["prompt_tokens"], counts["completion_tokens"]
    tokens = f"; {spent[0]:,} prompt and {spent[1]:,} completion tokens" if any(spent) else ""
    cost = f", {counts['cost']:,.2f} to pay" if counts.get("cost") is not None else ""
    new = f"; {counts['asked']:,} requested, {counts['already_known']:,} already known" if "asked" in counts else ""
    return f"{counts['completed']:,} of {counts['requested']:,} completed{others}{new}{tokens}{cost}"


def _unchanged(counts: Mapping[str, Any]) -> str:
    told = _summary({name: value for name, value in counts.items() if name != "asked"})
    if not counts["failed"]:
        return f"unchanged, nothing to do ({told})"
    return f"nothing new asked: {counts['failed']:,} failed earlier; --retry-failed asks again ({told})"


def _execute(run: Run) -> Done:
    from pipelines.asking import answering, ask, unmatched_rows
    from pipelines.funnel import REQUESTED
    from pipelines.progress import progress_bar
    from pipelines.wanted import wanted
    from synthcode.errors import Interrupted
    from synthcode.llm.journal import Journal
    from synthcode.llm.loop import run as run_loop

    with answering(run) as (backend, model), Journal(run.folder.journal) as journal:
        unmatched = unmatched_rows(run, backend)
        damaged = journal.drop_damaged()
        if damaged:
            click.echo(f"translate: {damaged:,} damaged answers in {journal.path} are asked again", err=True)
        asked = wanted(run, model)
        requested = asked.count()
        journal.set_meta(REQUESTED, json.dumps(requested))
        with progress_bar("translate", requested.total()) as bar, run.stop.finishing():
            outcome = run_loop(ask(run, asked, backend, journal, bar))
        if outcome.interrupted:
            raise Interrupted
        done = _export(run, asked, journal, requested, outcome)
    return replace(done, counts={**done.counts, "unmatched_rows": unmatched}, state=[run.folder.journal])


def _export(run: Run, asked: Wanted, journal: Journal, requested: Counter[str], outcome: Outcome) -> Done:
    """Write what the journal has of the wanted requests as Parquet: the recording."""
    from pipelines.failures import FailureCounts
    from pipelines.runner import Done
    from synthcode.llm.backend import is_transient
    from synthcode.schemas.tables import COMPLETIONS
    from synthcode.storage.shards import ShardWriter

    completed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    failures = FailureCounts()
    passing = 0
    tokens = Counter(prompt_tokens=0, completion_tokens=0)
    with ShardWriter(run.folder.completions, COMPLETIONS) as shards:
        for table in journal.export(asked.requests()):
            run.stop.raise_if_set()
            shards.write(table)
            languages, errors = (table.column(name).to_pylist() for name in ("target_language", "error"))
            for language, error in zip(languages, errors, strict=True):
                (completed if error is None else failed)[language] += 1
                if error is not None:
                    failures.add(error)
                    passing += is_transient(error)
            for column in tokens:
                tokens[column] += sum(filter(None, table.column(column).to_pylist()))
        outputs = shards.commit()
    counts = {
        **_counts(requested, completed, failed),
        **failures.counts(),
        "asked": outcome.completed + outcome.failed + outcome.pending,
        "already_known": outcome.skipped,
        **tokens,
        "cost": _cost(run.recipe, tokens),
        "model": asked.model,
        "prompt": f"{asked.prompt.name} ({asked.prompt.digest})",
        "sampling": asked.config.sampling.to_json(),
    }
    return Done(outputs, counts, complete=counts["pending"] == 0 and passing == 0)


def _cost(recipe: Recipe, tokens: Mapping[str, int]) -> float | None:
    """Return what all completions cost together, of earlier runs as well; None where no price is known."""
    prices = (recipe.backend.price_in, recipe.backend.price_out)
    if prices == (None, None):
        return None
    spent = (tokens["prompt_tokens"], tokens["completion_tokens"])
    return round(sum(count * (price or 0.0) / 1e6 for count, price in zip(spent, prices, strict=True)), 6)


def _counts(requested: Counter[str], completed: Counter[str], failed: Counter[str]) -> dict[str, Any]:
    by_language = {
        language: {
            "requested": count,
            "completed": completed[language],
            "failed": failed[language],
            "pending": count - completed[language] - failed[language],
        }
        for language, count in sorted(requested.items())
    }
    keys = ("requested", "completed", "failed", "pending")
    return {**{key: sum(row[key] for row in by_language.values()) for key in keys}, "by_language": by_language}
