"""The guard against a deduplication that removes most of a source or of a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import FailedRunError, shell_word
from synthcode.pipelines.steps.reviews import review_kept
from synthcode.sanitize import visible

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run

WARNED_SHARE = 0.5
"""A warning names each source and language that loses a larger share."""
WARNED_ROWS = 10
"""Smaller groups are not warned of: half of six seeds says little."""


def seed_shares(run: Run, clusters: pa.Table) -> dict[str, Any]:
    """Count the seeds, and the removed ones, of each source and each language.

    Parameters
    ----------
    run
        Its table of seeds is read.
    clusters
        Schema ``CLUSTERS``.

    Returns
    -------
    dict
        ``source`` and ``language`` -> name -> ``seeds`` and ``removed``.
    """
    removed = clusters.filter(
        pc.and_(pc.equal(clusters["origin"], "seed"), pc.not_equal(clusters["status"], "kept"))
    ).column("seed_id")
    shares: dict[str, Any] = {"source": {}, "language": {}}
    for table in run.rows(run.folder.seeds, ["seed_id", *shares]):
        is_removed = pc.is_in(table["seed_id"], value_set=removed.combine_chunks()).cast(pa.int64())
        for column, groups in shares.items():
            counted = pa.table({"name": table[column], "removed": is_removed}).group_by("name")
            for row in counted.aggregate([("removed", "count"), ("removed", "sum")]).to_pylist():
                group = groups.setdefault(row["name"], {"seeds": 0, "removed": 0})
                group["seeds"] += row["removed_count"]
                group["removed"] += row["removed_sum"]
    return {column: dict(sorted(groups.items())) for column, groups in shares.items()}


def review_removed_seeds(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return a warning for each source and language that lost more than half of its seeds.

    Raises
    ------
    FailedRunError
        If one lost more than ``dedup.max_removed``.
    """
    groups = [
        (f"{column} {name!r}", row["removed"], row["seeds"])
        for column, names in counts.get("removed_shares", {}).items()
        for name, row in names.items()
    ]
    return list(_warnings(run, groups, "seeds"))


def review_removed_translations(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return a warning for each language that lost more than half of its accepted translations.

    Raises
    ------
    FailedRunError
        If no translation is left, or a language lost more than ``dedup.max_removed``.
    """
    lines = review_kept(run, counts)
    groups = []
    for name, row in counts["by_language"].items():
        removed = row["exact_duplicates"] + row["near_duplicates"]
        groups.append((f"language {name!r}", removed, removed + row["contaminated"] + row["kept"]))
    return [*lines, *_warnings(run, groups, "translations")]


def _warnings(run: Run, groups: Sequence[tuple[str, int, int]], what: str) -> Iterator[str]:
    bound = run.recipe.dedup.max_removed
    command = f"synthcode show {shell_word(run.folder.path)} --reason near_duplicate"
    for name, removed, total in groups:
        lost = f"{visible(name)} lost {removed:,} of {total:,} {what} as duplicates"
        if bound is not None and total and removed / total > bound + 1e-9:
            raise FailedRunError(
                f"{lost}, more than --max-removed {bound:g} allows",
                f"look at '{command}'; a higher --threshold removes less, a higher --max-removed goes on",
            )
        if total >= WARNED_ROWS and removed / total > WARNED_SHARE:
            yield f"warning: {lost}; look at '{command}'"
