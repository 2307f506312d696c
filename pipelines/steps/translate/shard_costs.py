"""What each shard of a run would request, without sending anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.steps.translate.cost_estimate import CHARS_PER_TOKEN, CostEstimate, estimate_cost

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import Request
    from synthcode.storage.layout import RunFolder

_SECONDS_PER_HOUR = 3600


@dataclass
class ShardCost:
    """What is left to request of one shard."""

    number: int
    requests: int = 0
    prompt_tokens: int = 0
    """Estimated from the characters of the prompts."""
    completion_tokens: int | None = 0
    """At the mean length of the answers so far, else at the longest; None if the server decides."""
    is_finished: bool = False

    def gpu_hours(self, tokens_per_second: float | None) -> float | None:
        """Return how long one GPU generates; None if the length of answers, or the rate, is unknown."""
        if self.completion_tokens is None or tokens_per_second is None:
            return None
        return self.completion_tokens / tokens_per_second / _SECONDS_PER_HOUR


@dataclass(frozen=True)
class ShardCosts:
    """What is left to request of all shards."""

    shards: Sequence[ShardCost]
    whole: CostEstimate
    """Of the whole run, as if no shard was published."""

    @property
    def left(self) -> ShardCost:
        """The sum of all shards that are not finished."""
        completions = [shard.completion_tokens for shard in self.shards]
        return ShardCost(
            number=0,
            requests=sum(shard.requests for shard in self.shards),
            prompt_tokens=sum(shard.prompt_tokens for shard in self.shards),
            completion_tokens=None if None in completions else sum(filter(None, completions)),
        )


def estimate_shards(
    run: Run, count: int, earlier: RunFolder | None = None, finished: Collection[int] = ()
) -> ShardCosts:
    """Estimate what each of ``count`` shards would request.

    Parameters
    ----------
    run
        A run with seeds, of all shards.
    count
        The number of shards.
    earlier
        The run directory whose answers count; it is only read.
    finished
        Shards that have nothing left.
    """
    shards = [ShardCost(number, is_finished=number in finished) for number in range(1, count + 1)]
    characters = [0] * count

    def note(request: Request) -> None:
        place = SeedShard.of(request.seed_id, count).number - 1
        if not shards[place].is_finished:
            shards[place].requests += 1
            characters[place] += sum(len(message.content) for message in request.messages)

    whole = estimate_cost(run, earlier, note)
    requests = whole.requests.total()
    total = whole.most_completion_tokens if whole.completion_tokens is None else whole.completion_tokens
    for shard, size in zip(shards, characters, strict=True):
        shard.prompt_tokens = round(size / CHARS_PER_TOKEN)
        shard.completion_tokens = None if total is None else round(total * shard.requests / max(requests, 1))
    return ShardCosts(shards, whole)
