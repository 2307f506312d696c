"""What is left for the dataset once duplicates are out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.dedup import dropped_seeds, seeds_as_programs, translation_ids, translations_as_programs
from synthcode.schemas.tables import PROGRAMS, SEEDS, TRANSLATIONS
from synthcode.stages.groups import unite_groups
from synthcode.storage.joins import align_on_seed, beside
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from pipelines.runner import Run

NAMED_TRANSLATIONS = TRANSLATIONS.append(pa.field("program_id", pa.string(), nullable=False))
"""Translations with the id under which deduplication and the dataset know them."""

SEEDS_IN_GROUPS = pa.schema([SEEDS.field(name) for name in ("seed_id", "repository")])

PROGRAMS_WITH_ENTRY_POINT = PROGRAMS.append(pa.field("entry_point", pa.string()))


class KeptRows:
    """Seeds and translations that no duplicate check took out, sorted by ``seed_id``."""

    def __init__(self, run: Run) -> None:
        clusters = read_file(run.folder.clusters, columns=["program_id", "seed_id", "origin", "status"])
        dropped = clusters.filter(pc.not_equal(clusters.column("status"), "kept"))
        seeds = dropped.filter(pc.equal(dropped.column("origin"), "seed")).column("seed_id").to_pylist()
        self._run = run
        self._seeds = pa.array(sorted(dropped_seeds(run).union(seeds)), pa.string())
        self._programs = dropped.column("program_id").combine_chunks()

    def seeds(self) -> Iterator[pa.Table]:
        """Yield seeds (schema ``SEEDS``)."""
        for table in self._run.folder.rows(self._run.folder.seeds):
            self._run.stop.raise_if_set()
            yield _without(table, "seed_id", self._seeds)

    def translations(self) -> Iterator[pa.Table]:
        """Yield translations (schema ``NAMED_TRANSLATIONS``)."""
        for table in self._run.folder.rows(self._run.folder.translations):
            names = pa.array(translation_ids(table), pa.string())
            named = table.append_column(NAMED_TRANSLATIONS.field("program_id"), names)
            yield _without(_without(named, "program_id", self._programs), "seed_id", self._seeds)

    def programs(self) -> Iterator[pa.Table]:
        """Yield both as programs (schema ``PROGRAMS_WITH_ENTRY_POINT``): a seed's own, then its translations."""
        for seeds, translations in align_on_seed(self.seeds(), (NAMED_TRANSLATIONS, self.translations())):
            rows = pa.concat_tables([seeds_as_programs(seeds), translations_as_programs(translations)])
            rows = beside(rows, seeds, {"entry_point": "entry_point"}).select(PROGRAMS_WITH_ENTRY_POINT.names)
            keys = ("seed_id", "origin", "language", "program_id")
            yield rows.sort_by([(key, "ascending") for key in keys]).cast(PROGRAMS_WITH_ENTRY_POINT)

    def groups(self, equal: pa.Table) -> pa.Table:
        """Return ``seed_id``, ``cluster_id`` and ``repository`` of every seed, sorted: what splits must respect.

        Parameters
        ----------
        equal
            Programs that are one document (``seed_id``, ``equality``): the retrieval tables tie their seeds.
        """
        names = ["seed_id", "repository"]
        seeds = pa.concat_tables([SEEDS_IN_GROUPS.empty_table(), *(table.select(names) for table in self.seeds())])
        ties = read_file(self._run.folder.split_groups)
        return beside(seeds, unite_groups(ties, equal.select(["seed_id", "equality"])), {"cluster_id": "cluster_id"})


def _without(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table.column(column), value_set=values)))
