"""``synthcode translate``: every missing completion is asked for, stored, and exported as a recording."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import existing_run, force_option, run_argument, working_on

if TYPE_CHECKING:
    from pipelines.progress import Bar
    from pipelines.recipe import Recipe
    from pipelines.runner import Done, Run, Step
    from pipelines.wanted import Wanted
    from synthcode.llm.backend import Backend
    from synthcode.llm.journal import Journal
    from synthcode.llm.replay import Replay
    from synthcode.llm.scheduler import Outcome

BACKENDS = ("openai", "replay")


@click.command()
@run_argument
@click.option(
    "--backend", type=click.Choice(BACKENDS), help="A server, or a recording. Default: the recipe's, or openai."
)
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
@click.option("--retry-failed", is_flag=True, help="Ask again also for what the server refused for good.")
@force_option
def translate(
    run: Path, base_urls: tuple[str, ...], targets: str | None, retry_failed: bool, force: bool, **given: Any
) -> None:
    """Ask a model for every translation that is wanted and not there yet.

    A completion is on the disk before it counts: stopped, killed or cut off, the command goes on where
    it was. The key of a hosted server is read from OPENAI_API_KEY and written nowhere.

    \b
    Examples:
      synthcode translate runs/mbxp --base-url http://localhost:8000/v1 --model NAME --targets java,go
      synthcode translate runs/mbxp --backend replay --recording completions.jsonl.gz --targets java,go
    """
    from pipelines.runner import bring_up_to_date

    with working_on(existing_run(run), _overrides(base_urls, targets, retry_failed, given)) as opened:
        bring_up_to_date(opened, translate_step(), force=force or retry_failed)


def _overrides(
    base_urls: tuple[str, ...], targets: str | None, retry_failed: bool, given: Mapping[str, Any]
) -> dict[str, Any]:
    from synthcode.languages import parse_languages

    recording = given["recording"]
    return {
        "backend.name": given["backend"] or ("replay" if recording else "openai" if base_urls else None),
        "backend.base_urls": list(base_urls) or None,
        "backend.recording": str(Path(recording).resolve()) if recording else None,
        "backend.retry_failed": retry_failed,
        "execution.concurrency": given["concurrency"],
        "translate.targets": [language.name for language in parse_languages(targets)] if targets else None,
        "translate.sampling.temperature": given["temperature"],
        "translate.sampling.max_tokens": given["max_tokens"],
        **{f"translate.{key}": given[key] for key in ("model", "sample_targets", "samples", "prompt")},
    }


def translate_step() -> Step:
    """Return the step that ``translate`` runs."""
    from pipelines.runner import Step

    return Step(
        name="translate",
        after=("seeds",),
        uses=("dedup_seeds",),
        settings=_settings,
        execute=_execute,
        summary=_summary,
        packages=("pyarrow", "aiohttp"),
    )


def _settings(recipe: Recipe) -> Any:
    from pipelines.wanted import translate_config
    from synthcode.prompts import load_prompt

    config = translate_config(recipe)
    return [config, load_prompt(config.prompt).digest]


def _summary(counts: Mapping[str, Any]) -> str:
    others = "".join(f", {counts[key]:,} {key}" for key in ("failed", "pending") if counts[key])
    spent = counts["prompt_tokens"], counts["completion_tokens"]
    tokens = f"; {spent[0]:,} prompt and {spent[1]:,} completion tokens" if any(spent) else ""
    return f"{counts['completed']:,} of {counts['requested']:,} completed{others}{tokens}"


def _execute(run: Run) -> Done:
    from pipelines.funnel import REQUESTED
    from pipelines.progress import progress_bar
    from pipelines.wanted import wanted
    from synthcode.errors import Interrupted
    from synthcode.llm.journal import Journal

    backend, model = _backend(run)
    asked = wanted(run, model)
    requested = asked.count()
    with Journal(run.folder.journal) as journal:
        journal.set_meta(REQUESTED, json.dumps(requested))
        with progress_bar("translate", requested.total()) as bar:
            outcome = asyncio.run(_ask(run, asked, backend, journal, bar))
        if outcome.interrupted:
            raise Interrupted
        if run.recipe.backend.name == "replay" and outcome.pending and not outcome.completed + outcome.skipped:
            click.echo(
                "nothing in the recording answers these requests: do its ids, languages and model fit?", err=True
            )
        return _export(run, asked, journal, requested)


def _backend(run: Run) -> tuple[Backend, str]:
    """Return who answers, and the model that the requests name."""
    from pipelines.wanted import translate_config
    from synthcode.errors import InputError
    from synthcode.llm.openai_server import OpenAIServer
    from synthcode.llm.replay import Replay

    config, model = run.recipe.backend, translate_config(run.recipe).model
    if config.name == "replay":
        if config.recording is None:
            raise InputError("the replay backend has no recording", "name it with --recording FILE")
        recording = Replay(Path(config.recording), model)
        return recording, model or _only_model(recording, config.recording)
    if model is None:
        raise InputError("no model was named", "say which with --model, as the server knows it (see its /v1/models)")
    base_urls = config.base_urls or tuple(filter(None, [os.environ.get("OPENAI_BASE_URL")]))
    return OpenAIServer(base_urls, model, os.environ.get("OPENAI_API_KEY")), model


def _only_model(recording: Replay, path: str) -> str:
    """Return the model that a recording is of; one that names none gets the name ``recording``."""
    from synthcode.errors import InputError

    models = recording.recorded_models()
    if len(models) > 1:
        raise InputError(f"{path} is of several models: {', '.join(models)}", "say which with --model")
    return models[0] if models else "recording"


async def _ask(run: Run, asked: Wanted, backend: Backend, journal: Journal, bar: Bar) -> Outcome:
    from synthcode.llm.scheduler import run_requests

    seen = 0

    def on_progress(outcome: Outcome) -> None:
        nonlocal seen
        done = outcome.skipped + outcome.completed + outcome.failed + outcome.pending
        failed = f", {outcome.failed:,} failed" if outcome.failed else ""
        bar.advance(done - seen, f"{outcome.limit} at once{failed}")
        seen = done

    async with backend:
        await backend.check()
        return await run_requests(
            asked.requests(),
            backend,
            journal,
            run.recipe.execution,
            on_progress,
            run.stop,
            run.recipe.backend.retry_failed,
        )


def _export(run: Run, asked: Wanted, journal: Journal, requested: Counter[str]) -> Done:
    """Write what the journal has of the wanted requests as Parquet: the recording."""
    from pipelines.runner import Done
    from synthcode.llm.backend import is_transient
    from synthcode.schemas.tables import COMPLETIONS
    from synthcode.storage.shards import ShardWriter

    completed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    passing = 0
    tokens = Counter(prompt_tokens=0, completion_tokens=0)
    with ShardWriter(run.folder.completions, COMPLETIONS) as shards:
        for table in journal.export(asked.requests()):
            run.stop.raise_if_set()
            shards.write(table)
            languages, errors = (table.column(name).to_pylist() for name in ("target_language", "error"))
            for language, error in zip(languages, errors, strict=True):
                (completed if error is None else failed)[language] += 1
                passing += error is not None and is_transient(error)
            for column in tokens:
                tokens[column] += sum(filter(None, table.column(column).to_pylist()))
        outputs = shards.commit()
    counts = {
        **_counts(requested, completed, failed),
        **tokens,
        "model": asked.model,
        "prompt": f"{asked.prompt.name} ({asked.prompt.digest})",
        "sampling": asked.config.sampling.to_json(),
    }
    return Done(outputs, counts, complete=counts["pending"] == 0 and passing == 0)


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
