"""What became of translations after the gate: duplicates, and what is like a published benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.pipelines.runs.run import read_run_recipe
from synthcode.pipelines.tables.tested_rows import BELOW_LEVEL, TestedRows
from synthcode.storage.shards import read_batches, read_file
from synthcode.vocabulary import CONTAMINATED, Status, at_least

if TYPE_CHECKING:
    from synthcode.storage.layout import RunFolder

KEPT: Status = "kept"


class PostCheckVerdicts:
    """Verdict and detail of every translation that a run's tables say more of than that it is kept."""

    def __init__(self, folder: RunFolder) -> None:
        programs, self._seeds = _contaminated(folder)
        self._programs = programs | _duplicates(folder)
        self._tested = TestedRows.of(folder)
        self._required = read_run_recipe(folder).build.require

    def of(self, rows: pa.Table) -> tuple[pa.Array, pa.Array]:
        """Return the verdict on each row, and its detail.

        Parameters
        ----------
        rows
            ``program_id``, ``seed_id`` and ``verification`` of translations that the gate accepted.
        """
        names = (rows[name].to_pylist() for name in ("program_id", "seed_id", "verification"))
        # Looked up one by one: Arrow would hash all that is known again for every piece.
        found = [
            self._programs.get(program) or self._seeds.get(seed) or self._by_tests(program, level)
            for program, seed, level in zip(*names, strict=True)
        ]
        verdicts, details = ([pair[place] for pair in found] for place in (0, 1))
        return pa.array(verdicts, pa.string()), pa.array(details, pa.string())

    def levels(self, rows: pa.Table) -> pa.Table:
        """Return rows with the levels of verification that they have reached."""
        return self._tested.with_levels(rows)

    def _by_tests(self, program: str, level: str | None) -> tuple[str, str]:
        """Return what tests say of a translation that nothing else removes."""
        if program in self._tested.failures:
            return self._tested.failures[program]
        if self._required is None or level is None or at_least(level, self._required):
            return KEPT, ""
        return BELOW_LEVEL, f"it is {level}, not {self._required}"


def _duplicates(folder: RunFolder) -> dict[str, tuple[str, str]]:
    if not folder.clusters.is_file():
        return {}
    clusters = read_file(folder.clusters, columns=["program_id", "cluster_id", "status"])
    dropped = clusters.filter(pc.not_equal(clusters["status"], KEPT)).to_pylist()
    return {row["program_id"]: (row["status"], f"cluster {row['cluster_id']}") for row in dropped}


def _contaminated(folder: RunFolder) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Return what is said of translations by their ids, and of those of contaminated seeds by ``seed_id``.

    What a dataset that has been built only marks is kept.
    """
    programs: dict[str, tuple[str, str]] = {}
    seeds: dict[str, tuple[str, str]] = {}
    hits = read_file(folder.contamination).to_pylist() if folder.contamination.is_file() else []
    marked = _marked(folder) if hits else set()
    for hit in hits:
        like = f"{hit['benchmark']}: {hit['row_id']} ({hit['jaccard']:.3f})"
        stays = hit["program_id"] in marked
        if hit["origin"] != "seed":
            programs[hit["program_id"]] = (KEPT, f"marked: like {like}") if stays else (CONTAMINATED, like)
        elif not stays:
            seeds[hit["seed_id"]] = CONTAMINATED, f"its seed is like {like}"
    return programs, seeds


def _marked(folder: RunFolder) -> set[str]:
    shards = sorted((folder.dataset / "data" / "programs").glob("*.parquet"))
    tables = read_batches(shards, ["program_id", "contaminated_by"])
    return {
        name
        for table in tables
        for name in table.filter(pc.is_valid(table["contaminated_by"]))["program_id"].to_pylist()
    }
