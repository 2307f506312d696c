from __future__ import annotations

from typing import Any

from synthcode.reporting.funnel_flow import funnel_stream
from synthcode.reporting.sankey import Stream


def counts(**more: Any) -> dict[str, Any]:
    zero = dict.fromkeys(
        ("seeds", "seed_duplicates", "seeds_contaminated", "requested", "completed", "failed", "pending", "accepted",
         "exact_duplicates", "near_duplicates", "contaminated", "kept"), 0
    )  # fmt: skip
    return {**zero, "rejected": {}, "splits": {"train": 0, "validation": 0, "test": 0}, **more}


def outline(stream: Stream) -> Any:
    """Return (label, count, parts); parts are left out where there are none."""
    parts = [outline(part) for part in stream.parts]
    return (stream.label, stream.count, parts) if parts else (stream.label, stream.count)


WHOLE = counts(
    seeds=11,
    seed_duplicates=1,
    requested=20,
    completed=17,
    failed=2,
    pending=1,
    accepted=12,
    rejected={"empty": 1, "syntax_error": 4},
    near_duplicates=2,
    contaminated=1,
    kept=9,
    splits={"train": 7, "validation": 1, "test": 1},
)


def test_the_funnel_from_seeds_to_splits() -> None:
    kept = ("kept", 9, [("train", 7), ("validation", 1), ("test", 1)])
    accepted = ("accepted", 12, [kept, ("near-duplicates", 2), ("contaminated", 1)])
    completed = ("completed", 17, [accepted, ("syntax_error", 4), ("empty", 1)])
    requested = ("requested", 20, [completed, ("failed", 2), ("pending", 1)])
    assert outline(funnel_stream(WHOLE)) == ("seeds", 11, [requested, ("duplicate seeds", 1)])


def test_a_seed_is_as_thick_as_its_requests() -> None:
    root = funnel_stream(WHOLE)
    assert root.thickness == 22  # ten seeds made twenty requests, the eleventh would have made two
    assert sum(part.thickness for part in root.parts) == 22


def test_a_stage_that_has_not_run_since_ends_the_stream() -> None:
    assert outline(funnel_stream(counts(seeds=5))) == ("seeds", 5)
    unchecked = funnel_stream(counts(seeds=5, requested=10, completed=10))
    assert outline(unchecked) == ("seeds", 5, [("requested", 10, [("completed", 10)])])
    not_built = {**WHOLE, "splits": {"train": 0, "validation": 0, "test": 0}}
    assert "train" not in str(outline(funnel_stream(not_built)))
    assert "('kept', 9)" in str(outline(funnel_stream(not_built)))
