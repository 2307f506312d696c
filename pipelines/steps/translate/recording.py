"""Requests of a stage that asks a model: each missing one is sent, and all answers are exported as a recording."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from synthcode.errors import Interrupted
from synthcode.llm.backend import is_transient
from synthcode.llm.journal.journal import Journal
from synthcode.llm.request_ids import RequestIds
from synthcode.llm.sending.loop import run as run_loop
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.failures import FailureCounts
from synthcode.pipelines.steps.translate.completions import Asked, ask, open_backend, unmatched_rows, waiting_requests
from synthcode.pipelines.tables.funnel import REQUESTED
from synthcode.storage.large_tables.spill import SpillStore
from synthcode.storage.shards import ShardWriter

if TYPE_CHECKING:
    from synthcode.llm.sending.scheduler import Outcome
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.translate.plan import RequestPlan
    from synthcode.storage.layout import RunFolder

IDS_IN_MEMORY = 64 << 20
"""Bytes of request ids: of four million requests; more are held on disk."""
RUN_COUNTS = (
    *("asked", "already_known", "not_repeated", "unmatched_rows", "failures", "failure_messages"),
    *("waiting", "results_folder"),
    *("prompt_tokens", "completion_tokens", "cost"),
)
"""Counts that only describe how it went this time."""


class Recording(NamedTuple):
    """Where the answers of a stage go."""

    stage: str
    journal: Path
    schema: pa.Schema
    """``COMPLETIONS``, or the same with another name for the target language."""
    prefix: str = "part"
    """Of the tables in the run's folder of completions."""


def with_requests(step: Step, journal: Callable[[RunFolder], Path]) -> Step:
    """Return a step with what all share that send requests about the seeds and keep the answers in a journal."""
    return replace(
        step,
        requires=("seeds",),
        optional_inputs=("dedup_seeds",),
        unchanged=unchanged_summary,
        again=lambda run, counts: asks_again(run, counts, journal(run.folder)),
        run_counts=RUN_COUNTS,
        packages=("pyarrow", "aiohttp"),
    )


def record_answers(run: Run, recording: Recording, model: str | None, plan: Callable[[str], RequestPlan]) -> StepResult:
    """Send what the journal has no answer to, and export what it has.

    Parameters
    ----------
    run
        The run; its recipe has the backend.
    recording
        Where answers go.
    model
        The model that the recipe names, if it does.
    plan
        Returns the requests that a model is to be sent.

    Raises
    ------
    Interrupted
        If the user asked to stop. What was answered is in the journal.
    """
    with (
        open_backend(run, model) as (backend, known_model),
        Journal(recording.journal) as journal,
        SpillStore(run.folder.scratch, IDS_IN_MEMORY) as scratch,
    ):
        unmatched = unmatched_rows(run, backend, recording.stage)
        damaged = journal.drop_damaged()
        if damaged:
            run.reporter.message(f"{recording.stage}: {damaged:,} damaged answers in {journal.path} are asked again")
        planned, ids = plan(known_model), RequestIds(scratch)
        requested = planned.count()
        journal.set_meta(REQUESTED, json.dumps(requested))
        asked = Asked(planned.prompt, planned.sampling, recording.stage)
        with (
            run.reporter.progress(recording.stage, requested.total()) as bar,
            run.stop.finishing(),
        ):
            outcome = run_loop(ask(run, asked, [ids.noting(planned.requests())], backend, journal, bar))
        if outcome.interrupted:
            raise Interrupted
        done = _export(run, recording, planned, ids, journal, requested, outcome)
        waiting = waiting_requests(backend)
    return replace(
        done,
        counts={**done.counts, "unmatched_rows": unmatched, **waiting},
        state=[recording.journal],
        complete=done.complete and not waiting,
    )


def _export(
    run: Run,
    recording: Recording,
    planned: RequestPlan,
    ids: RequestIds,
    journal: Journal,
    requested: Counter[str],
    outcome: Outcome,
) -> StepResult:
    """Write what the journal has of the wanted requests as Parquet: the recording."""
    completed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    failures = FailureCounts()
    passing = 0
    tokens = Counter(prompt_tokens=0, completion_tokens=0)
    with ShardWriter(run.folder.completions, recording.schema, recording.prefix) as shards:
        for table in run.executor.cancellable(journal.export(planned.requests(ids))):
            shards.write(table.rename_columns(recording.schema.names))
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
        **asked_counts(requested, completed, failed),
        **failures.counts(),
        "asked": outcome.completed + outcome.failed + outcome.pending,
        "already_known": outcome.skipped,
        "not_repeated": max(failed.total() - outcome.failed, 0),
        **tokens,
        "cost": cost_of(run.recipe, tokens),
        "model": planned.model,
        "prompt": f"{planned.prompt.name} ({planned.prompt.digest})",
        "sampling": planned.sampling.to_json(),
    }
    return StepResult(outputs, counts, complete=counts["pending"] == 0 and passing == 0)


def asks_again(run: Run, counts: Mapping[str, Any], journal: Path) -> bool:
    """Return whether what failed is to be requested again.

    The recipe may say so; and what an earlier version failed for the sake of the account is pending.
    """
    if counts["failed"] == 0:
        return False
    with Journal(journal, read_only=True) as opened:
        return run.recipe.backend.retry_failed or opened.had_account_failures()


def asked_summary(counts: Mapping[str, Any]) -> str:
    """Return what was completed, requested and spent in one line."""
    others = "".join(f", {counts[key]:,} {key}" for key in ("failed", "pending") if counts[key])
    spent = counts["prompt_tokens"], counts["completion_tokens"]
    tokens = f"; {spent[0]:,} prompt and {spent[1]:,} completion tokens" if any(spent) else ""
    cost = f", {counts['cost']:,.2f} to pay" if counts.get("cost") is not None else ""
    failed = counts.get("not_repeated", 0)
    given_up = f", {failed:,} not repeated after failing" if failed else ""
    known = counts.get("already_known", 0) - failed
    new = f"; {counts['asked']:,} requested, {known:,} already known{given_up}" if "asked" in counts else ""
    return f"{counts['completed']:,} of {counts['requested']:,} completed{others}{new}{tokens}{cost}"


def unchanged_summary(counts: Mapping[str, Any]) -> str:
    """Return that nothing was done, and what has failed."""
    summary = asked_summary({name: value for name, value in counts.items() if name != "asked"})
    if not counts["failed"]:
        return f"unchanged, nothing to do ({summary})"
    return f"nothing new asked: {counts['failed']:,} failed earlier; --retry-failed asks again ({summary})"


def cost_of(recipe: Recipe, tokens: Mapping[str, int]) -> float | None:
    """Return what all completions cost together, of earlier runs as well; None if no price is known."""
    prices = (recipe.backend.price_in, recipe.backend.price_out)
    if prices == (None, None):
        return None
    spent = (tokens["prompt_tokens"], tokens["completion_tokens"])
    return round(sum(count * (price or 0.0) / 1e6 for count, price in zip(spent, prices, strict=True)), 6)


def asked_counts(requested: Counter[str], completed: Counter[str], failed: Counter[str]) -> dict[str, Any]:
    """Return ``requested``, ``completed``, ``failed`` and ``pending``, and the same ``by_language``."""
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
