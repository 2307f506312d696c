"""Asking for completions: who answers, what they can do, and how it goes."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.llm.backends.openai.api_key import KEY_VARIABLE, URL_VARIABLE, trusted_addresses
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.backends.replay import Replay
from synthcode.llm.backends.vllm.engine import VLLMEngine
from synthcode.llm.backends.vllm.serving import serving
from synthcode.llm.sending.scheduler import run_requests
from synthcode.pipelines.steps.translation_plan import translate_config
from synthcode.sanitize import visible

if TYPE_CHECKING:
    from synthcode.llm.backend import Backend
    from synthcode.llm.journal.journal import Journal
    from synthcode.llm.sending.scheduler import Outcome
    from synthcode.pipelines.runs.reporter import Bar, Reporter
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.translation_plan import TranslationPlan

SECONDS_BETWEEN_METRICS = 5.0


@contextmanager
def open_backend(run: Run) -> Iterator[tuple[Backend, str]]:
    """Provide who answers, and the model that the requests name, while the block runs.

    Raises
    ------
    InputError
        Where the recipe does not say who answers.
    """
    config, model = run.recipe.backend, translate_config(run.recipe).model
    if config.name == "replay":
        if config.recording is None:
            raise InputError("the replay backend has no recording", "name it with --recording FILE")
        recording = Replay(Path(config.recording), model)
        yield recording, model or _only_model(recording, config.recording)
        return
    if model is None:
        raise InputError("no model was named", "say which with --model, as the server knows it (see its /v1/models)")
    if config.name == "vllm":
        yield VLLMEngine(model, config.engine), model
    elif config.serve is not None:
        run.reporter.message(f"starting vLLM's server for {model}: that may take minutes")
        with serving(model, config.serve) as base_url:
            run.reporter.message(f"vLLM's server is up at {base_url}")
            yield OpenAIServer([base_url], model), model
    else:
        base_urls = config.base_urls or tuple(filter(None, [os.environ.get(URL_VARIABLE)]))
        key, key_urls = os.environ.get(KEY_VARIABLE), trusted_addresses(base_urls, run.named_urls)
        if key:
            _say_what_gets_no_key([url for url in base_urls if url not in key_urls], run.reporter)
        yield OpenAIServer(base_urls, model, key, key_urls=key_urls), model


def _say_what_gets_no_key(base_urls: Sequence[str], reporter: Reporter) -> None:
    for url in base_urls:
        reporter.message(
            f"{KEY_VARIABLE} is not sent to {url}, which the recipe names: to send it, add --base-url {url}"
        )


def _only_model(recording: Replay, path: str) -> str:
    """Return the model that a recording is of; one that names none gets the name ``recording``."""
    models = recording.recorded_models()
    if len(models) > 1:
        raise InputError(f"{path} is of several models: {', '.join(models)}", "say which with --model")
    return models[0] if models else "recording"


def unmatched_rows(run: Run, backend: Backend) -> int:
    """Count, and report, the rows of a recording that name no seed of the run or cannot be used."""
    if not isinstance(backend, Replay):
        return 0
    seeds = run.folder.rows(run.folder.seeds, ["seed_id", "source_id"])
    pairs = (pair for table in seeds for pair in zip(*(column.to_pylist() for column in table.columns), strict=True))
    count, names = backend.unmatched(pairs)
    if count:
        named = visible(", ".join([*map(repr, names), "..."] if count > len(names) else map(repr, names)))
        run.reporter.message(f"translate: rows of the recording that name no seed of this run: {count:,} ({named})")
    if backend.skipped:
        reasons = ", ".join(f"{visible(reason)} {rows:,}" for reason, rows in sorted(backend.skipped.items()))
        run.reporter.message(f"translate: rows of the recording that cannot be used: {reasons}")
    return count


async def ask(run: Run, asked: TranslationPlan, backend: Backend, journal: Journal, bar: Bar) -> Outcome:
    """Ask for everything that the journal has no answer to."""
    async with backend:
        await backend.check()
        await _check_capabilities(run, asked, backend)
        report = _Progress(bar, run.reporter)
        reading = asyncio.create_task(report.read_metrics(backend))
        try:
            return await run_requests(
                asked.requests(),
                backend,
                journal,
                run.recipe.execution,
                report.tell,
                run.stop,
                run.recipe.backend.retry_failed,
            )
        finally:
            reading.cancel()


async def _check_capabilities(run: Run, asked: TranslationPlan, backend: Backend) -> None:
    """Find out whether the backend can do what the requests need.

    Raises
    ------
    InputError
        Where no answer can fit.
    ServerError
        Where it cannot continue the message that the prompt ends with.
    """
    sampling = translate_config(run.recipe).sampling
    window = getattr(backend, "window", None)
    if window is not None and sampling.max_tokens >= window:
        raise InputError(
            f"answers of up to {sampling.max_tokens:,} tokens (max_tokens) leave no room for a prompt "
            f"in the model's window of {window:,}",
            "ask for shorter ones with --max-tokens, or serve the model with a larger window",
        )
    if isinstance(backend, OpenAIServer):
        stops = await backend.find_out(prefill=asked.prompt.is_prefilled, stop=bool(sampling.stop))
        if not stops:
            run.reporter.message("the server does not stop at the strings that it is given: answers go on behind them")


class _Progress:
    """Shows on a bar how far the requests have come."""

    def __init__(self, bar: Bar, reporter: Reporter) -> None:
        self._bar, self._reporter = bar, reporter
        self._seen = 0
        self._started = time.monotonic()
        self._hit_share: float | None = None
        self._notices_shown = 0

    def tell(self, outcome: Outcome) -> None:
        done = outcome.skipped + outcome.completed + outcome.failed + outcome.pending
        seconds = max(time.monotonic() - self._started, 1e-3)
        tokens = outcome.prompt_tokens + outcome.completion_tokens
        parts = [f"{outcome.limit} at once", f"{(outcome.completed + outcome.failed) / seconds:,.1f} requests/s"]
        parts += [f"{tokens / seconds:,.0f} tokens/s"] if tokens else []
        parts += [f"{self._hit_share:.0%} of prompts cached"] if self._hit_share is not None else []
        parts += [f"{outcome.failed:,} failed"] if outcome.failed else []
        parts += [f"last error: {outcome.last_error[:80]}"] if outcome.last_error else []
        self._bar.advance(done - self._seen, ", ".join(parts))
        self._seen = done
        for notice in outcome.notices[self._notices_shown :]:
            self._reporter.message(notice)
        self._notices_shown = len(outcome.notices)

    async def read_metrics(self, backend: Backend) -> None:
        """Ask the server, now and then, what share of the prompts its prefix cache has served. Runs until cancelled."""
        if not isinstance(backend, OpenAIServer):
            return
        before = await backend.cached_prompt_tokens()
        while before is not None:
            await asyncio.sleep(SECONDS_BETWEEN_METRICS)
            now = await backend.cached_prompt_tokens()
            if now is not None and now.asked > before.asked:
                self._hit_share = (now.hit - before.hit) / (now.asked - before.asked)
