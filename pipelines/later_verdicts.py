"""What became of translations after the gate: duplicates, and what is like a published benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.storage.shards import read_batches, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synthcode.storage.layout import RunFolder

KEPT, CONTAMINATED = "kept", "contaminated"


class LaterVerdicts:
    """Verdict and detail of every translation that a run's tables say more of than that it is kept."""

    def __init__(self, folder: RunFolder) -> None:
        programs, seeds = _contaminated(folder)
        self._programs = _Lookup(programs | _duplicates(folder))
        self._seeds = _Lookup(seeds)

    def of(self, rows: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Return the verdict on each row, and its detail.

        Parameters
        ----------
        rows
            ``program_id`` and ``seed_id`` of translations that the gate accepted.
        """
        own, seeds = self._programs.find(rows["program_id"]), self._seeds.find(rows["seed_id"])
        verdicts, details = (pc.coalesce(mine, its_seeds) for mine, its_seeds in zip(own, seeds, strict=True))
        return pc.fill_null(verdicts, KEPT), pc.fill_null(details, "")


class _Lookup:
    """Name -> verdict and detail."""

    def __init__(self, found: Mapping[str, tuple[str, str]]) -> None:
        self._names = pa.array(found, pa.string())
        self._columns = [pa.array([pair[place] for pair in found.values()], pa.string()) for place in (0, 1)]

    def find(self, names: pa.ChunkedArray) -> list[pa.ChunkedArray]:
        """Return the verdicts and the details of names, null where there are none."""
        place = pc.index_in(names, value_set=self._names)
        return [column.take(place) for column in self._columns]


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
