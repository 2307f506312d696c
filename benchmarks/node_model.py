"""Time of a run on several machines, by a model from what its stages took on one.

    python benchmarks/node_model.py --pairs 1070000,100000000,1000000000 --cores 16 --gpus 8 --price 2

The machines run ``synthcode run --shard I/N --through check``, and one of them ``synthcode merge`` after that:

- Every stage takes time in proportion to the pairs; the start of its command is left out.
- Every machine reads all seeds: this part is not divided.
- Answers are written, and checked, in equal shares; to write an answer takes one core.
- The gate and the variants of ``build`` use all cores of a machine; each other stage counts as work for one core.
- ``merge`` reads the seeds and replays all answers; it takes the shards' verdicts along, and judges nothing again.
- Networks and file systems take no time.
- The model generates so many tokens a second on each GPU, however many there are; ``hours`` and ``table`` leave it out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping

NODES = (1, 2, 4, 8, 16, 32, 64)
_ON_ALL_CORES = frozenset({"check", "build"})
MEASURED = {"seeds": 42e-6, "translate": 108e-6, "check": 750e-6, "dedup": 18e-6, "build": 156e-6, "report": 31e-6}
"""Processor seconds a pair, of ``scale.py`` at 20,000 and 100,000 pairs: docs/how-to/scale.md."""
ANSWER_TOKENS, ANSWER_BYTES, VERDICT_BYTES = 147, 132, 825
"""Of each of 7,792 answers for MBXP: completion tokens, and bytes in the recording and in the store of verdicts."""
PROGRAM_BYTES = 300
"""Memory of ``dedup`` for each program, whatever its length."""
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


def whole_run(pairs: int, nodes: Iterable[int], options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of a table of times by number of machines; then what is paid, moved and in memory."""
    gpu_hours = pairs * options.answer_tokens / options.tokens_per_second / 3600
    yield f"| machines | model | shard | merge, dedup, build, report | together: {pairs:,} pairs |"
    yield "|--:|--:|--:|--:|--:|"
    for count in nodes:
        shard, joined = hours(MEASURED, pairs, count, options.cores)
        model = gpu_hours / (count * options.gpus)
        yield f"| {count} | " + " | ".join(map(shown, (model, shard, joined, model + shard + joined))) + " |"
    moved, in_memory = pairs * (ANSWER_BYTES + VERDICT_BYTES), pairs * PROGRAM_BYTES
    yield ""
    paid = f"{gpu_hours:,.0f} GPU-hours, {gpu_hours * options.price:,.0f} at {options.price:g} an hour"
    yield f"{paid}; {moved / 1e9:,.1f} GB of answers and verdicts are merged; dedup holds {in_memory / 1e9:,.1f} GB"


def shown(time: float) -> str:
    """Return hours as a person reads them."""
    return f"{time * 60:,.0f} min" if time < 1 else f"{time:,.1f} h"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default="1070000,100000000,1000000000", help="sizes of runs, after commas")
    parser.add_argument("--cores", type=int, default=16, help="of a machine")
    parser.add_argument("--gpus", type=int, default=8, help="of a machine")
    parser.add_argument("--answer-tokens", type=float, default=ANSWER_TOKENS, help="completion tokens of an answer")
    parser.add_argument("--tokens-per-second", type=float, default=2500, help="completion tokens that a GPU generates")
    parser.add_argument("--price", type=float, default=2, help="of a GPU for an hour")
    options = parser.parse_args()
    for pairs in options.pairs.split(","):
        print("\n".join(["", *whole_run(int(pairs), NODES, options)]))


if __name__ == "__main__":
    main()
