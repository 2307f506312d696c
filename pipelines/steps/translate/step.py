"""The translate stage: every missing completion is requested, stored and exported as a recording."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synthcode.errors import Interrupted
from synthcode.llm.backend import is_transient
from synthcode.llm.journal.journal import Journal
from synthcode.llm.prompts import load_prompt
from synthcode.llm.request_ids import RequestIds
from synthcode.llm.sending.loop import run as run_loop
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.failures import FailureCounts, review_translations
from synthcode.pipelines.steps.translate.completions import ask, open_backend, unmatched_rows, waiting_requests
from synthcode.pipelines.steps.translate.plan import translate_config, translation_plan
from synthcode.pipelines.tables.funnel import REQUESTED
from synthcode.schemas.tables import COMPLETIONS
from synthcode.storage.shards import ShardWriter
from synthcode.storage.spill import SpillStore
from synthcode.strict_settings import to_tree

if TYPE_CHECKING:
    from synthcode.llm.sending.scheduler import Outcome
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.translate.plan import TranslationPlan

IDS_IN_MEMORY = 64 << 20
"""Bytes of request ids: of four million requests; more are held on disk."""


def translate_step() -> Step:
    """Return the step that ``translate`` runs."""
    return Step(
        name="translate",
        requires=("seeds",),
        optional_inputs=("dedup_seeds",),
        settings=_settings,
        execute=_execute,
        summary=_summary,
        review=review_translations,
        unchanged=_unchanged,
        again=_again,
        run_counts=(
            *("asked", "already_known", "not_repeated", "unmatched_rows", "failures", "failure_messages"),
            *("waiting", "results_folder"),
            *("prompt_tokens", "completion_tokens", "cost"),
        ),
        packages=("pyarrow", "aiohttp"),
    )


def _again(run: Run, counts: Mapping[str, Any]) -> bool:
    """Return whether what failed is to be requested again.

    The recipe may say so; and what an earlier version failed for the sake of the account is pending.
    """
    if counts["failed"] == 0:
        return False
    with Journal(run.folder.journal, read_only=True) as journal:
        return run.recipe.backend.retry_failed or journal.had_account_failures()


def _settings(recipe: Recipe) -> Any:
    config = translate_config(recipe)
    # The shard among the other settings, where earlier versions had it: their runs stay up to date.
    return [{**to_tree(config), "shard": recipe.shard}, load_prompt(config.prompt).digest]


def _summary(counts: Mapping[str, Any]) -> str:
    others = "".join(f", {counts[key]:,} {key}" for key in ("failed", "pending") if counts[key])
    spent = counts["prompt_tokens"], counts["completion_tokens"]
    tokens = f"; {spent[0]:,} prompt and {spent[1]:,} completion tokens" if any(spent) else ""
    cost = f", {counts['cost']:,.2f} to pay" if counts.get("cost") is not None else ""
    failed = counts.get("not_repeated", 0)
    given_up = f", {failed:,} not repeated after failing" if failed else ""
    known = counts.get("already_known", 0) - failed
    new = f"; {counts['asked']:,} requested, {known:,} already known{given_up}" if "asked" in counts else ""
    return f"{counts['completed']:,} of {counts['requested']:,} completed{others}{new}{tokens}{cost}"


def _unchanged(counts: Mapping[str, Any]) -> str:
    summary = _summary({name: value for name, value in counts.items() if name != "asked"})
    if not counts["failed"]:
        return f"unchanged, nothing to do ({summary})"
    return f"nothing new asked: {counts['failed']:,} failed earlier; --retry-failed asks again ({summary})"


def _execute(run: Run) -> StepResult:
    with (
        open_backend(run) as (backend, model),
        Journal(run.folder.journal) as journal,
        SpillStore(run.folder.scratch, IDS_IN_MEMORY) as scratch,
    ):
        unmatched = unmatched_rows(run, backend)
        damaged = journal.drop_damaged()
        if damaged:
            run.reporter.message(f"translate: {damaged:,} damaged answers in {journal.path} are asked again")
        asked, ids = translation_plan(run, model), RequestIds(scratch)
        requested = asked.count()
        journal.set_meta(REQUESTED, json.dumps(requested))
        with (
            run.reporter.progress("translate", requested.total()) as bar,
            run.stop.finishing(),
        ):
            outcome = run_loop(ask(run, asked.prompt, [ids.noting(asked.requests())], backend, journal, bar))
        if outcome.interrupted:
            raise Interrupted
        done = _export(run, asked, ids, journal, requested, outcome)
        waiting = waiting_requests(backend)
    return replace(
        done,
        counts={**done.counts, "unmatched_rows": unmatched, **waiting},
        state=[run.folder.journal],
        complete=done.complete and not waiting,
    )


def _export(
    run: Run,
    asked: TranslationPlan,
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
    with ShardWriter(run.folder.completions, COMPLETIONS) as shards:
        for table in run.executor.cancellable(journal.export(asked.requests(ids))):
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
        **asked_counts(requested, completed, failed),
        **failures.counts(),
        "asked": outcome.completed + outcome.failed + outcome.pending,
        "already_known": outcome.skipped,
        "not_repeated": max(failed.total() - outcome.failed, 0),
        **tokens,
        "cost": cost_of(run.recipe, tokens),
        "model": asked.model,
        "prompt": f"{asked.prompt.name} ({asked.prompt.digest})",
        "sampling": asked.config.sampling.to_json(),
    }
    return StepResult(outputs, counts, complete=counts["pending"] == 0 and passing == 0)


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
