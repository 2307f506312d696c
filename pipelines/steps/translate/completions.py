"""Requesting completions: opening a backend, checking its capabilities, reporting progress."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

from synthcode.errors import InputError
from synthcode.llm.backend import (
    AnswersLater,
    HasContextWindow,
    MatchesSeeds,
    NamesLanguages,
    ProbesCapabilities,
    ReportsCache,
)
from synthcode.llm.backends.setup import BackendOpener, BackendSetup
from synthcode.llm.sending.scheduler import Outcome, run_requests
from synthcode.plugins import BACKENDS
from synthcode.sanitize import visible

if TYPE_CHECKING:
    from synthcode.llm.backend import Backend
    from synthcode.llm.journal.journal import Journal
    from synthcode.llm.prompts import Prompt
    from synthcode.llm.requests import Sampling
    from synthcode.pipelines.runs.reporter import Bar, Reporter
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import Request

SECONDS_BETWEEN_METRICS = 5.0
NAMED_LANGUAGES = 5


def open_backend(run: Run, model: str | None) -> AbstractContextManager[tuple[Backend, str]]:
    """Return what provides the backend that the recipe names, and the model that requests name, while a block runs.

    Parameters
    ----------
    run
        The run.
    model
        The model that the recipe names for these requests, if it does.

    Raises
    ------
    InputError
        If there is no such backend, or the recipe lacks what it needs.
    """
    config = run.recipe.backend
    opener: BackendOpener = BACKENDS.load_factory(config.name)
    setup = BackendSetup(config, model, run.named_urls, run.reporter.message, run.folder.batches, run.executor)
    return opener(setup)


def unmatched_rows(run: Run, backend: Backend, stage: str) -> int:
    """Count, and report in the name of a stage, the rows of a recording that name no seed or cannot be used."""
    if not isinstance(backend, MatchesSeeds):
        return 0
    seeds = run.folder.rows(run.folder.seeds, ["seed_id", "source_id"])
    pairs = (pair for table in seeds for pair in zip(*(column.to_pylist() for column in table.columns), strict=True))
    count, names = backend.unmatched(pairs)
    if count:
        named = visible(", ".join([*map(repr, names), "..."] if count > len(names) else map(repr, names)))
        run.reporter.message(f"{stage}: rows of the recording that name no seed of this run: {count:,} ({named})")
    if backend.skipped:
        reasons = ", ".join(f"{visible(reason)} {rows:,}" for reason, rows in sorted(backend.skipped.items()))
        run.reporter.message(f"{stage}: rows of the recording that cannot be used: {reasons}")
    if isinstance(backend, NamesLanguages) and backend.unknown_languages:
        run.reporter.message(f"{stage}: {_unknown_languages(backend.unknown_languages)}")
    return count


def waiting_requests(backend: Backend) -> dict[str, Any]:
    """Return what of a backend's requests waits for results: ``waiting`` {file: requests}, ``results_folder``."""
    if not isinstance(backend, AnswersLater) or not backend.waiting:
        return {}
    return {"waiting": dict(backend.waiting), "results_folder": backend.where}


def _unknown_languages(rows: Mapping[str, int]) -> str:
    """Return a line that names the commonest of the unknown languages of a recording."""
    commonest = sorted(rows.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{visible(name)!r} {count:,}" for name, count in commonest[:NAMED_LANGUAGES])
    more = f" and {len(rows) - NAMED_LANGUAGES:,} more" if len(rows) > NAMED_LANGUAGES else ""
    return f"unknown target languages of the recording, with their rows: {named}{more}; see 'synthcode languages'"


class Asked(NamedTuple):
    """What requests have in common."""

    prompt: Prompt
    """That they were filled from."""
    sampling: Sampling
    stage: str = "translate"
    """In whose name messages are."""


async def ask(
    run: Run, asked: Asked, portions: Iterable[Iterable[Request]], backend: Backend, journal: Journal, bar: Bar
) -> Outcome:
    """Send every request that the journal has no answer to.

    Parameters
    ----------
    run
        The run.
    asked
        What the requests have in common.
    portions
        The requests: each portion is drawn when the one before is answered.
    backend, journal
        What answers, and where answers go.
    bar
        Shows how far this is.
    """
    outcome = Outcome()
    async with backend:
        await backend.check()
        await _check_capabilities(run, asked, backend)
        report = _Progress(bar, run.reporter)
        reading = asyncio.create_task(report.read_metrics(backend))
        try:
            for portion in portions:
                report.begin_portion()
                sent = await run_requests(
                    portion,
                    backend,
                    journal,
                    run.recipe.execution,
                    report.tell,
                    run.stop,
                    run.recipe.backend.retry_failed,
                )
                outcome = outcome.plus(sent)
                if outcome.interrupted:
                    break
        finally:
            reading.cancel()
        if isinstance(backend, AnswersLater):
            for line in backend.lines(journal.errors):
                run.reporter.message(f"{asked.stage}: {line}")
    return outcome


async def _check_capabilities(run: Run, asked: Asked, backend: Backend) -> None:
    """Find out whether the backend can do what the requests need.

    Raises
    ------
    InputError
        If no answer can fit.
    ServerError
        If it cannot continue the message that the prompt ends with.
    """
    sampling = asked.sampling
    window = backend.window if isinstance(backend, HasContextWindow) else None
    longest = sampling.longest_answer
    if window is not None and longest is not None and longest >= window:
        raise InputError(
            f"answers of up to {longest:,} tokens (max_tokens) leave no room for a prompt "
            f"in the model's window of {window:,}",
            "allow shorter ones with --max-tokens, or serve the model with a larger window",
        )
    if isinstance(backend, ProbesCapabilities):
        stops = await backend.find_out(prefill=asked.prompt.is_prefilled, stop=bool(sampling.stop))
        if not stops:
            run.reporter.message("this server ignores stop strings; completions may continue past them")


class _Progress:
    """Shows on a bar how far the requests have come."""

    def __init__(self, bar: Bar, reporter: Reporter) -> None:
        self._bar, self._reporter = bar, reporter
        self._seen = 0
        self._started = time.monotonic()
        self._hit_share: float | None = None
        self._notices_shown = 0

    def begin_portion(self) -> None:
        """Count from zero again: each portion has an outcome of its own."""
        self._seen = self._notices_shown = 0
        self._started = time.monotonic()

    def tell(self, outcome: Outcome) -> None:
        done = outcome.skipped + outcome.completed + outcome.failed + outcome.pending
        seconds = max(time.monotonic() - self._started, 1e-3)
        tokens = outcome.prompt_tokens + outcome.completion_tokens
        parts = [f"{outcome.failed:,} failed"] if outcome.failed else []
        parts += [f"{outcome.limit} at once", f"{(outcome.completed + outcome.failed) / seconds:,.1f} requests/s"]
        parts += [f"{tokens / seconds:,.0f} tokens/s"] if tokens else []
        parts += [f"{self._hit_share:.0%} of prompts cached"] if self._hit_share is not None else []
        error = f"\nlast error: {outcome.last_error[:80]}" if outcome.last_error else ""
        self._bar.advance(done - self._seen, ", ".join(parts) + error)
        self._seen = done
        for notice in outcome.notices[self._notices_shown :]:
            self._reporter.message(notice)
        self._notices_shown = len(outcome.notices)

    async def read_metrics(self, backend: Backend) -> None:
        """Ask the server, now and then, what share of the prompts its prefix cache has served. Runs until cancelled."""
        if not isinstance(backend, ReportsCache):
            return
        before = await backend.cached_prompt_tokens()
        while before is not None:
            await asyncio.sleep(SECONDS_BETWEEN_METRICS)
            now = await backend.cached_prompt_tokens()
            if now is not None and now.asked > before.asked:
                self._hit_share = (now.hit - before.hit) / (now.asked - before.asked)
