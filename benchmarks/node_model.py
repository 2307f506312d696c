"""Time of a run on several machines, by a model from what its stages took on one.

The machines run ``synthcode run --shard I/N --through check``, and one of them ``synthcode merge`` after that:

- Every stage takes time in proportion to the pairs; the start of its command is left out.
- Every machine reads all seeds: this part is not divided.
- Answers are written, and checked, in equal shares; to write an answer takes one core.
- The gate and the variants of ``build`` use all cores of a machine; each other stage counts as work for one core.
- ``merge`` reads the seeds and replays all answers; it takes the shards' verdicts along, and judges nothing again.
- Models, networks and file systems take no time: what they take comes on top, and a model takes most of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

NODES = (1, 2, 4, 8, 16, 32, 64)
_ON_ALL_CORES = frozenset({"check", "build"})
_JOINED = ("seeds", "translate", "dedup", "build", "report")
"""What ``merge`` does for all pairs."""


def per_pair(small: Mapping[str, float], large: Mapping[str, float], pairs: tuple[int, int]) -> dict[str, float]:
    """Return processor seconds a pair of each stage, without the start of its command.

    Parameters
    ----------
    small, large
        Processor seconds of each stage, for fewer and for more pairs.
    pairs
        How many these are.
    """
    return {stage: (large[stage] - small[stage]) / (pairs[1] - pairs[0]) for stage in small}


def hours(costs: Mapping[str, float], pairs: int, nodes: int, cores: int) -> tuple[float, float]:
    """Return the hours that each machine takes for its shard, and that ``merge`` takes after it.

    Parameters
    ----------
    costs
        Processor seconds a pair of each stage.
    pairs
        Of the whole run.
    nodes, cores
        Machines, and cores of each. On one machine nothing is merged: the stages follow one another.
    """
    time = {stage: cost * pairs / (cores if stage in _ON_ALL_CORES else 1) / 3600 for stage, cost in costs.items()}
    shard = time["seeds"] + (time["translate"] + time["check"]) / nodes
    joined = _JOINED if nodes > 1 else ("dedup", "build", "report")
    return shard, sum(time[stage] for stage in joined)


def table(costs: Mapping[str, float], pairs: int, cores: int, nodes: Iterable[int] = NODES) -> Iterator[str]:
    """Yield the lines of a table of minutes by number of machines."""
    yield f"| machines of {cores} cores | each, its shard | merge, dedup, build, report | together |"
    yield "|--:|--:|--:|--:|"
    for count in nodes:
        shard, joined = hours(costs, pairs, count, cores)
        yield f"| {count} | {shard * 60:,.1f} min | {joined * 60:,.1f} min | {(shard + joined) * 60:,.1f} min |"
