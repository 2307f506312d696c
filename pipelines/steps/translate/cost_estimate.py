"""What a stage would still cost: the requests that a run has no answer to, their tokens, price and time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from typing import TYPE_CHECKING

from synthcode.llm.backend import is_transient
from synthcode.llm.journal.journal import Journal
from synthcode.pipelines.steps.translate.plan import translate_config, translation_plan
from synthcode.storage.manifest import Manifest

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.translate.plan import RequestPlan
    from synthcode.schemas.records import Request
    from synthcode.storage.layout import RunFolder
    from synthcode.storage.manifest import StageEntry

CHARS_PER_TOKEN = 3.5
"""Average for source code; only for estimates."""
_LOOKED_UP_AT_ONCE = 1_000


@dataclass(frozen=True)
class Pace:
    """What the last requests of a stage measured."""

    seconds: float
    """For each request that was sent."""
    completion_tokens: float
    """Of each answer."""


@dataclass(frozen=True)
class CostEstimate:
    """What requests would cost."""

    requests: Counter[str] = field(default_factory=Counter)
    """Those without an answer, by target language or style."""
    known: int = 0
    """Requests that were answered already."""
    not_repeated: int = 0
    """Requests that failed for good."""
    prompt_tokens: int = 0
    """Estimated from the characters of the prompts."""
    most_completion_tokens: int | None = 0
    """None if the longest answer is left to the server."""
    completion_tokens: int | None = None
    """At the mean length of the answers so far; None if there are none."""
    cost: float | None = None
    """At the recipe's prices; None if it has none, or answers have no known length."""
    most_cost: float | None = None
    """If each answer is as long as allowed."""
    seconds: float | None = None
    """At the pace of the last requests; None if it is not known."""
    tokens_per_second: float | None = None
    """Completion tokens of the last requests; None if it is not known."""


def estimate_cost(
    run: Run, earlier: RunFolder | None = None, note: Callable[[Request], None] = lambda _request: None
) -> CostEstimate:
    """Estimate what ``translate`` would request, without sending anything.

    Parameters
    ----------
    run
        A run with seeds, whose recipe is to be carried out.
    earlier
        The run directory whose answers count; it is only read.
    note
        Called with each request that has no answer.
    """
    entry = stage_entry(earlier, "translate")
    model = translate_config(run.recipe).model or (entry.counts.get("model") if entry else None)
    planned = translation_plan(run, model or "the recording's")
    return estimate_requests(run, planned, None if earlier is None else earlier.journal, entry, note)


def estimate_requests(
    run: Run,
    planned: RequestPlan,
    journal: Path | None,
    entry: StageEntry | None,
    note: Callable[[Request], None] = lambda _request: None,
) -> CostEstimate:
    """Estimate what a stage would request, without sending anything.

    Parameters
    ----------
    run
        Its recipe has the prices.
    planned
        All requests of the stage.
    journal
        The answers that count; it is only read. None if there are none.
    entry
        What the manifest says of the last time; None if there was none.
    note
        Called with each request that has no answer.
    """
    counts: Counter[str] = Counter()
    known = not_repeated = characters = 0
    for request, found in _looked_up(planned.requests(), journal, run.recipe.backend.retry_failed):
        known += found is _Found.ANSWER
        not_repeated += found is _Found.FAILURE
        if found is _Found.NOTHING:
            note(request)
            counts[request.target_language] += 1
            characters += sum(len(message.content) for message in request.messages)
    prompt = round(characters / CHARS_PER_TOKEN)
    longest = planned.sampling.longest_answer
    most = None if longest is None else counts.total() * longest
    pace = _pace(entry)
    expected = None if pace is None or not pace.completion_tokens else round(counts.total() * pace.completion_tokens)
    return CostEstimate(
        requests=counts,
        known=known,
        not_repeated=not_repeated,
        prompt_tokens=prompt,
        most_completion_tokens=most,
        completion_tokens=expected,
        cost=_price(run, prompt, expected),
        most_cost=_price(run, prompt, most),
        seconds=None if pace is None else counts.total() * pace.seconds,
        tokens_per_second=None if pace is None or not pace.seconds else pace.completion_tokens / pace.seconds or None,
    )


class _Found(Enum):
    """What the journal has of a request."""

    NOTHING = auto()
    """Or a failure that is repeated."""
    ANSWER = auto()
    FAILURE = auto()
    """For good."""


def _looked_up(requests: Iterable[Request], path: Path | None, retry_failed: bool) -> Iterator[tuple[Request, _Found]]:
    """Yield each request, and what the journal has of it."""
    if path is None or not path.is_file():
        yield from ((request, _Found.NOTHING) for request in requests)
        return
    with Journal(path, read_only=True) as journal:
        remaining = iter(requests)
        while block := list(islice(remaining, _LOOKED_UP_AT_ONCE)):
            errors = journal.errors([request.request_id for request in block])
            for request in block:
                yield request, _found(request.request_id, errors, retry_failed)


def _found(request_id: str, errors: Mapping[str, str | None], retry_failed: bool) -> _Found:
    if request_id not in errors:
        return _Found.NOTHING
    error = errors[request_id]
    if error is None:
        return _Found.ANSWER
    return _Found.NOTHING if retry_failed or is_transient(error) else _Found.FAILURE


def stage_entry(run: RunFolder | None, stage: str) -> StageEntry | None:
    """Return what the manifest of a run says of a stage; None if the stage has not run."""
    return None if run is None else Manifest(run.path).stages.get(stage)


def _pace(entry: StageEntry | None) -> Pace | None:
    if entry is None or not entry.counts.get("asked") or not entry.counts["completed"]:
        return None
    mean = entry.counts["completion_tokens"] / entry.counts["completed"]
    return Pace(entry.seconds / entry.counts["asked"], mean)


def _price(run: Run, prompt: int, completion: int | None) -> float | None:
    prices = run.recipe.backend.price_in, run.recipe.backend.price_out
    if prices == (None, None) or (completion is None and prices[1]):
        return None
    return (prompt * (prices[0] or 0.0) + (completion or 0) * (prices[1] or 0.0)) / 1e6
