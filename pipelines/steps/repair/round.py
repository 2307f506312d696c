"""One round of repairs: its requests are sent, their completions are stored as Parquet and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from synthcode.errors import Interrupted
from synthcode.llm.backend import is_transient
from synthcode.llm.sending.loop import run as run_loop
from synthcode.pipelines.steps.check.judging import Judge, VerdictTally, gate_batches, repair_gate_config
from synthcode.pipelines.steps.repair.plan import RepairPlan, TokenBudget
from synthcode.pipelines.steps.translate.completions import Asked, ask, open_backend, waiting_requests
from synthcode.pipelines.steps.translate.plan import translate_config
from synthcode.pipelines.tables.repairs import round_folder, round_prefix, round_shards
from synthcode.schemas.tables import COMPLETIONS, REPAIR_COMPLETIONS, REPAIR_REJECTED, REPAIR_TRANSLATIONS
from synthcode.storage.shards import ShardWriter, read_batches

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.llm.journal.journal import Journal
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import Request

TOKENS = ("prompt_tokens", "completion_tokens")
_LOOKED_UP_AT_ONCE = 1_000
_Repaired = dict[tuple[str, str], str | None]
"""Seed and request -> the request that it repairs. Seeds with equal code share requests."""


@dataclass
class RoundResult:
    """What a round has done. Requests are counted by target language."""

    number: int
    attempts: int
    """Failed attempts that it could repair."""
    requested: Counter[str] = field(default_factory=Counter)
    completed: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    """Of the requests that failed."""
    tally: VerdictTally = field(default_factory=VerdictTally)
    failed_tests: int = 0
    """Accepted repairs that fail their tests."""
    asked: int = 0
    """Requests that were sent this time."""
    already_known: int = 0
    waiting: dict[str, Any] = field(default_factory=dict)
    """See ``waiting_requests``."""
    outputs: list[Path] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Attempts that the budget leaves unrepaired."""
        return self.attempts - self.requested.total()

    @property
    def passing(self) -> int:
        """Requests that failed for a reason that passes by itself."""
        return sum(map(is_transient, self.errors))


def run_round(plan: RepairPlan, journal: Journal, budget: TokenBudget) -> RoundResult:
    """Repair what failed in the round before.

    Parameters
    ----------
    plan
        The round's.
    journal
        Of the repairs.
    budget
        What is left of it; what the round takes is taken off.

    Raises
    ------
    Interrupted
        If the user asked to stop.
    """
    done = RoundResult(plan.round, plan.count())
    if _has_unanswered(plan, journal, budget.copy()):
        _send(plan, journal, budget.copy(), done)
    repaired: _Repaired = {}
    _export(plan, journal, budget, repaired, done)
    _judge(plan.run, repaired, done)
    return done


def _has_unanswered(plan: RepairPlan, journal: Journal, budget: TokenBudget) -> bool:
    """Return whether a request has yet to be sent: a server is needed for nothing else."""
    again = plan.run.recipe.backend.retry_failed
    requests = budget.fitting(plan.requests())
    while block := [request.request_id for request in islice(requests, _LOOKED_UP_AT_ONCE)]:
        errors = journal.errors(block)
        failed = [error for error in errors.values() if error is not None]
        if len(errors) < len(set(block)) or (again and failed) or any(map(is_transient, failed)):
            return True
    return False


def _send(plan: RepairPlan, journal: Journal, budget: TokenBudget, done: RoundResult) -> None:
    run = plan.run
    config = translate_config(run.recipe)
    asked = Asked(plan.prompt, config.sampling)
    with (
        open_backend(run, config.model) as (backend, _),
        run.reporter.progress(f"repair, round {done.number}", done.attempts) as bar,
        run.stop.finishing(),
    ):
        outcome = run_loop(ask(run, asked, budget.portions(plan.requests()), backend, journal, bar))
    if outcome.interrupted:
        raise Interrupted
    done.waiting = waiting_requests(backend)
    done.asked = outcome.completed + outcome.failed + outcome.pending
    done.already_known = outcome.skipped


def _export(plan: RepairPlan, journal: Journal, budget: TokenBudget, repaired: _Repaired, done: RoundResult) -> None:
    """Write what the journal has of the round's requests: they belong to the recording."""

    def requests() -> Iterator[Request]:
        for request in budget.fitting(plan.requests()):
            done.requested[request.target_language] += 1
            repaired[request.seed_id, request.request_id] = request.repairs
            yield request

    folder = round_folder(plan.run.folder, "completions")
    with ShardWriter(folder, REPAIR_COMPLETIONS, round_prefix(done.number)) as shards:
        for table in plan.run.executor.cancellable(journal.export(requests())):
            _count(table, done)
            shards.write(_with_round(table, repaired, done.number))
        done.outputs += shards.commit()


def _count(completions: pa.Table, done: RoundResult) -> None:
    languages, errors = (completions[name].to_pylist() for name in ("target_language", "error"))
    for language, error in zip(languages, errors, strict=True):
        (done.completed if error is None else done.failed)[language] += 1
    done.errors += filter(None, errors)
    for name in TOKENS:
        done.tokens[name] += sum(filter(None, completions[name].to_pylist()))


def _judge(run: Run, repaired: _Repaired, done: RoundResult) -> None:
    folder, prefix = run.folder, round_prefix(done.number)

    def batches() -> Iterator[pa.Table]:
        shards = read_batches(round_shards(folder, "completions", done.number), COMPLETIONS.names)
        return gate_batches(run, (part.select(COMPLETIONS.names) for part in shards))

    with (
        ShardWriter(round_folder(folder, "translations"), REPAIR_TRANSLATIONS, prefix) as kept_shards,
        ShardWriter(round_folder(folder, "rejected"), REPAIR_REJECTED, prefix) as rejected_shards,
        run.reporter.progress(f"check repairs, round {done.number}", done.completed.total()) as bar,
    ):
        judge = Judge(run, folder.repair_verdicts, repair_gate_config(run.recipe))
        for kept, refused in judge.judge(batches, bar):
            kept_shards.write(_with_round(kept, repaired, done.number))
            rejected_shards.write(_with_round(refused, repaired, done.number))
            done.tally.add(kept, refused)
        done.outputs += kept_shards.commit() + rejected_shards.commit()


def _with_round(rows: pa.Table, repaired: _Repaired, number: int) -> pa.Table:
    """Append the columns that only repairs have."""
    names = zip(rows["seed_id"].to_pylist(), rows["request_id"].to_pylist(), strict=True)
    rows = rows.append_column("round", pa.array([number] * rows.num_rows, pa.int32()))
    return rows.append_column("repairs", pa.array([repaired[name] for name in names], pa.string()))
