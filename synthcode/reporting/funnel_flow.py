"""The counts of ``synthcode status`` as a stream that divides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from synthcode.reporting.sankey import Stream


def funnel_stream(counts: Mapping[str, Any]) -> Stream:
    """Return what became of a run's seeds.

    Parameters
    ----------
    counts
        ``status --json``. A stage whose counts do not add up to what went into it (it has not run, or not since) ends
        the stream.

    Returns
    -------
    Stream
        Requests set the scale: a seed is as thick as the requests that were made of it.
    """
    gone = counts["seed_duplicates"] + counts["seeds_contaminated"]
    left = counts["seeds"] - gone
    asked = _asked(counts)
    each = asked.count / left if asked is not None and left > 0 else 1.0
    parts = [
        *([asked] if asked is not None else []),
        *_losses((("duplicate seeds", counts["seed_duplicates"]), ("known seeds", counts["seeds_contaminated"])), each),
    ]
    return Stream("seeds", counts["seeds"], parts=tuple(parts) if asked else (), weight=counts["seeds"] * each)


def _asked(counts: Mapping[str, Any]) -> Stream | None:
    if not counts["requested"]:
        return None
    completed = Stream("completed", counts["completed"], parts=_judged(counts))
    return _divided(
        Stream("requested", counts["requested"]),
        [
            *([completed] if completed.count else []),
            *_losses([("failed", counts["failed"])]),
            *([Stream("pending", counts["pending"], "waiting")] if counts["pending"] else []),
        ],
    )


def _judged(counts: Mapping[str, Any]) -> tuple[Stream, ...]:
    reasons = sorted(counts["rejected"].items(), key=lambda item: (-item[1], item[0]))
    left = [("near-duplicates", "near_duplicates"), ("exact duplicates", "exact_duplicates")]
    left += [("contaminated", "contaminated"), ("below the level", "below_level")]
    failed = sorted(counts.get("failed_tests", {}).items())
    splits = [Stream(name, count) for name, count in counts["splits"].items() if count]
    kept = _divided(Stream("kept", counts["kept"]), splits)
    losses = [(label, counts.get(key, 0)) for label, key in left] + failed
    accepted = _divided(Stream("accepted", counts["accepted"]), [*([kept] if kept.count else []), *_losses(losses)])
    parts = [*([accepted] if accepted.count else []), *_losses(reasons)]
    return _divided(Stream("completed", counts["completed"]), parts).parts


def _losses(losses: Iterable[tuple[str, int]], each: float = 1.0) -> list[Stream]:
    return [Stream(label, count, "lost", weight=count * each) for label, count in losses if count]


def _divided(stream: Stream, parts: list[Stream]) -> Stream:
    """Return the stream with its parts, where they add up to it."""
    adds_up = sum(part.count for part in parts) == stream.count
    return Stream(stream.label, stream.count, stream.kind, tuple(parts) if adds_up else ())
