"""What a dry run prints: requests, their tokens, cost and time, of a whole run or of its shards."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.translate.cost_estimate import CostEstimate
    from synthcode.pipelines.steps.translate.shard_costs import ShardCost, ShardCosts
    from synthcode.storage.layout import RunFolder

SHOWN_SHARDS = 32
"""With more of them, the smallest and the largest are shown."""

tokens_per_second_option = click.option(
    "--tokens-per-second",
    type=click.FloatRange(0, min_open=True),
    metavar="X",
    help="With --dry-run: tokens of answers that one GPU generates. Default: what RUN has measured.",
)


def print_plan(run: Run, out: Path | None) -> None:
    """Print what would be requested; what the run directory ``out`` has already is not counted again."""
    from synthcode.pipelines.steps.translate.cost_estimate import estimate_cost

    _print_seeds(run)
    earlier = _earlier(out)
    planned = estimate_cost(run, earlier)
    known = f" ({planned.known:,} more are known: {out})" if earlier else ""
    click.echo(f"requests           {planned.requests.total():,}{known}")
    for language, count in sorted(planned.requests.items()):
        click.echo(f"  {language:<16} {count:,}")
    for line in _not_repeated(planned):
        click.echo(line)
    if run.recipe.repair.rounds:
        click.echo("repairs            not included: how many there will be depends on the answers")
    for line in _spending(planned, "translating"):
        click.echo(line)
    if run.recipe.queries is not None:
        click.echo()
        print_query_plan(run, earlier)


def print_query_plan(run: Run, earlier: RunFolder | None) -> None:
    """Print which queries would be requested, without those that the run ``earlier`` has answers to."""
    from synthcode.pipelines.steps.queries.plan import queries_model, query_plan
    from synthcode.pipelines.steps.translate.cost_estimate import estimate_requests, stage_entry

    entry = stage_entry(earlier, "queries")
    model = queries_model(run.recipe) or (entry.counts.get("model") if entry else None) or "the recording's"
    journal = None if earlier is None else earlier.query_journal
    planned = estimate_requests(run, query_plan(run, model), journal, entry)
    known = f" ({planned.known:,} more are known: {earlier.path})" if earlier else ""
    click.echo(f"queries            {planned.requests.total():,}{known}")
    for style, count in sorted(planned.requests.items()):
        click.echo(f"  {style:<16} {count:,}")
    for line in _not_repeated(planned):
        click.echo(line)
    for line in _spending(planned, "requests for queries"):
        click.echo(line)


def print_shard_plan(
    run: Run,
    count: int,
    out: Path | None,
    *,
    finished: Collection[int] = (),
    tokens_per_second: float | None = None,
    number: int | None = None,
    at_once: int | None = None,
) -> None:
    """Print what the shards of a run would request, and how long GPUs would take.

    Parameters
    ----------
    run
        An open run of all shards.
    count
        The number of shards.
    out
        A run directory whose answers, and measured pace, count.
    finished
        Shards that have nothing left.
    tokens_per_second
        That one GPU generates; None takes what ``out`` has measured.
    number
        The shard of interest; None if there is none.
    at_once
        GPUs, or servers, that work at once; None if it is not known.
    """
    from synthcode.pipelines.steps.translate.shard_costs import estimate_shards

    _print_seeds(run)
    costs = estimate_shards(run, count, _earlier(out), finished)
    rate = costs.whole.tokens_per_second if tokens_per_second is None else tokens_per_second
    done = f", {len(finished):,} of them finished" if finished else ""
    click.echo(f"shards             {count:,}{done}")
    for shard in _shown(costs, number):
        click.echo(f"  shard {f'{shard.number:,}':<11}{_described(shard, rate)}")
    click.echo(f"all                {_described(costs.left, rate)}")
    for line in _not_repeated(costs.whole):
        click.echo(line)
    click.echo(f"answers            {_lengths(costs.whole)}")
    click.echo(f"GPU-hours          {_assumption(rate, is_given=tokens_per_second is not None, out=out)}")
    hours = costs.left.gpu_hours(rate)
    if hours is not None and at_once:
        click.echo(f"time               about {_duration(hours * 3600 / at_once)} with {at_once:,} GPUs at once")
    if run.recipe.repair.rounds:
        click.echo("repairs            not included: how many there will be depends on the answers")


def _print_seeds(run: Run) -> None:
    from synthcode.pipelines.steps.registry import run_stages

    run_stages(run, ["seeds", "dedup_seeds"])
    duplicates = run.manifest.stages["dedup_seeds"].counts["seed_duplicates"]
    click.echo(f"seeds              {run.manifest.stages['seeds'].counts['seeds']:,} ({duplicates:,} duplicates)")


def _earlier(out: Path | None) -> RunFolder | None:
    from synthcode.storage.layout import RunFolder

    return RunFolder(out) if out is not None and RunFolder(out).is_run else None


def _shown(costs: ShardCosts, number: int | None) -> list[ShardCost]:
    """Return the shards to show: all, or that of interest, the smallest and the largest."""
    if len(costs.shards) <= SHOWN_SHARDS:
        return list(costs.shards)
    left = [shard for shard in costs.shards if not shard.is_finished] or list(costs.shards)
    by_size = sorted(left, key=lambda shard: (shard.prompt_tokens, shard.number))
    chosen = {by_size[0].number, by_size[-1].number, *([] if number is None else [number])}
    return [shard for shard in costs.shards if shard.number in chosen]


def _described(shard: ShardCost, rate: float | None) -> str:
    if shard.is_finished:
        return "finished"
    completions = "" if shard.completion_tokens is None else f", {shard.completion_tokens:,} completion tokens"
    hours = shard.gpu_hours(rate)
    time = "" if hours is None else f", {hours:,.2f} GPU-hours"
    return f"{shard.requests:,} requests, about {shard.prompt_tokens:,} prompt tokens{completions}{time}"


def _lengths(whole: CostEstimate) -> str:
    """Say what the completion tokens are counted from."""
    if whole.completion_tokens is not None:
        return "as long as those so far, on average"
    if whole.most_completion_tokens is None:
        return "as long as the server allows: their tokens are not known"
    return "counted as long as allowed: the most that there can be"


def _assumption(rate: float | None, *, is_given: bool, out: Path | None) -> str:
    if rate is None:
        return "not known: give --tokens-per-second, or a run that has translated as --out"
    where = "as given" if is_given else f"as measured in {out}, where one GPU is assumed to have answered"
    return f"at {rate:,.0f} completion tokens/s of a GPU, {where}; reading prompts is part of that rate"


def _not_repeated(planned: CostEstimate) -> Iterator[str]:
    """Yield a line on requests that failed for good, if there are any."""
    if planned.not_repeated:
        yield f"failed for good    {planned.not_repeated:,} more: not repeated without --retry-failed"


def _spending(planned: CostEstimate, what: str) -> Iterator[str]:
    """Yield lines on tokens, price and time; ``what`` measured the pace."""
    yield f"prompt tokens      about {planned.prompt_tokens:,}"
    most, mean = planned.most_completion_tokens, planned.completion_tokens
    expected = "" if mean is None else f", about {mean:,} at the mean length so far"
    yield f"completion tokens  {'as many as the server allows' if most is None else f'at most {most:,}'}{expected}"
    prices = [f"about {planned.cost:,.2f}"] if planned.cost is not None else []
    prices += [f"at most {planned.most_cost:,.2f}"] if planned.most_cost is not None else []
    if prices:
        yield f"cost               {', '.join(prices)}"
    if planned.seconds is not None:
        yield f"time               about {_duration(planned.seconds)} at the pace of the last {what}"


def _duration(seconds: float) -> str:
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.0f} seconds"
