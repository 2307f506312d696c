"""What is left for the dataset once duplicates are out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.groups import unite_groups
from synthcode.pipelines.tables.programs import (
    dropped_seeds,
    seeds_as_programs,
    translation_ids,
    translations_as_programs,
)
from synthcode.pipelines.tables.repairs import rows_of
from synthcode.schemas.tables import PROGRAMS, SEEDS, TRANSLATIONS
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run

NAMED_TRANSLATIONS = TRANSLATIONS.append(pa.field("program_id", pa.string(), nullable=False))
"""Translations with the id under which deduplication and the dataset know them."""

SEEDS_IN_GROUPS = pa.schema([SEEDS.field(name) for name in ("seed_id", "repository")])

_CLUSTERED = ("program_id", "seed_id", "origin", "status")

PROGRAMS_WITH_ENTRY_POINT = PROGRAMS.append(pa.field("entry_point", pa.string()))


class SurvivingRows:
    """Seeds and translations that are left, sorted by ``seed_id``.

    Parameters
    ----------
    run
        The run.
    seeds, programs
        What is left out: seeds go with their translations.
    """

    def __init__(self, run: Run, seeds: Iterable[str], programs: Iterable[str]) -> None:
        self._run = run
        self._seeds = pa.array(sorted(seeds), pa.string())
        self._programs = pa.array(sorted(programs), pa.string())

    @classmethod
    def of(cls, run: Run) -> SurvivingRows:
        """Return what is left once 'dedup' has run."""
        kept = cls.without_duplicates(run, read_file(run.folder.clusters, _CLUSTERED))
        everywhere = run.recipe.contamination.drop == "everywhere"
        return kept.without(read_file(run.folder.contamination)) if everywhere else kept

    @classmethod
    def without_duplicates(cls, run: Run, clusters: pa.Table) -> SurvivingRows:
        """Return what is left of the clusters that were found, and of the seeds before that."""
        dropped = clusters.filter(pc.not_equal(clusters.column("status"), "kept"))
        seeds = dropped.filter(pc.equal(dropped.column("origin"), "seed")).column("seed_id").to_pylist()
        return cls(run, dropped_seeds(run.folder, run.manifest).union(seeds), dropped.column("program_id").to_pylist())

    def without(self, hits: pa.Table) -> SurvivingRows:
        """Return what is left without contaminated programs (schema ``HITS``)."""
        seeds = hits.filter(pc.equal(hits["origin"], "seed"))["seed_id"].to_pylist()
        return SurvivingRows(
            self._run,
            [*self._seeds.to_pylist(), *seeds],
            [*self._programs.to_pylist(), *hits["program_id"].to_pylist()],
        )

    def without_programs(self, programs: Iterable[str]) -> SurvivingRows:
        """Return what is left without some programs."""
        return SurvivingRows(self._run, self._seeds.to_pylist(), {*self._programs.to_pylist(), *programs})

    def keep(self, programs: pa.Table) -> pa.Table:
        """Leave out of a table with ``program_id`` and ``seed_id`` what is left out here."""
        return _without(_without(programs, "program_id", self._programs), "seed_id", self._seeds)

    def count_translations(self) -> Counter[str]:
        """Count the translations by language."""
        counts: Counter[str] = Counter()
        for table in self.translations():
            counts.update(table["target_language"].to_pylist())
        return counts

    def seeds_alone(self) -> Iterator[pa.Table]:
        """Yield seeds as programs (schema ``PROGRAMS``)."""
        return map(seeds_as_programs, self.seeds())

    def seeds(self) -> Iterator[pa.Table]:
        """Yield seeds (schema ``SEEDS``)."""
        return map(self.keep_seeds, self._run.rows(self._run.folder.seeds))

    def keep_seeds(self, seeds: pa.Table) -> pa.Table:
        """Leave out of a table with ``seed_id`` the seeds that are left out here."""
        return _without(seeds, "seed_id", self._seeds)

    def translations(self) -> Iterator[pa.Table]:
        """Yield translations (schema ``NAMED_TRANSLATIONS``)."""
        return map(self.keep, named_translations(self._run))

    def programs(self) -> Iterator[pa.Table]:
        """Yield both as programs (schema ``PROGRAMS_WITH_ENTRY_POINT``): a seed's own, then its translations."""
        for seeds, translations in self.aligned():
            yield programs_of(seeds, translations)

    def aligned(self) -> Iterator[tuple[pa.Table, ...]]:
        """Yield seeds, and all translations of the same seeds."""
        return align_on_seed(self.seeds(), (NAMED_TRANSLATIONS, self.translations()))

    def groups(self, seeds: pa.Table, equal: pa.Table) -> pa.Table:
        """Return ``cluster_id`` next to the columns of every seed: what splits must respect.

        Parameters
        ----------
        seeds
            All of ``seeds()``, with ``seed_id`` and ``repository``.
        equal
            Programs that are one document, or equal but for the name of their entry point (``seed_id``, ``equality``):
            they tie their seeds.
        """
        ties = read_file(self._run.folder.split_groups)
        return join_seed_columns(
            seeds, unite_groups(ties, equal.select(["seed_id", "equality"])), {"cluster_id": "cluster_id"}
        )


def named_translations(run: Run) -> Iterator[pa.Table]:
    """Yield every translation of a run (schema ``NAMED_TRANSLATIONS``), whether it survives or not."""
    for table in rows_of(run, "translations"):
        names = pa.array(translation_ids(table), pa.string())
        yield table.append_column(NAMED_TRANSLATIONS.field("program_id"), names)


def programs_of(seeds: pa.Table, translations: pa.Table) -> pa.Table:
    """Return seeds and their translations as programs (schema ``PROGRAMS_WITH_ENTRY_POINT``)."""
    rows = pa.concat_tables([seeds_as_programs(seeds), translations_as_programs(translations)])
    rows = join_seed_columns(rows, seeds, {"entry_point": "entry_point"}).select(PROGRAMS_WITH_ENTRY_POINT.names)
    keys = ("seed_id", "origin", "language", "program_id")
    return rows.sort_by([(key, "ascending") for key in keys]).cast(PROGRAMS_WITH_ENTRY_POINT)


def _without(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table.column(column), value_set=values)))
