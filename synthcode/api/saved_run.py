"""A run directory, read from Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.api.calls import call
from synthcode.errors import InputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from synthcode.pipelines.runs.recipe import Recipe

_STAGES = {
    "seeds": "seeds",
    "seeds_rejected": "seeds",
    "seed_clusters": "dedup_seeds",
    "seed_contamination": "dedup_seeds",
    "completions": "translate",
    "translations": "check",
    "rejected": "check",
    "clusters": "dedup",
    "contamination": "dedup",
    "split_groups": "dedup",
    "verification": "verify",
    "queries": "queries",
    "queries_rejected": "queries",
}
"""Table of the run -> the stage that writes it."""
_DATASET_TABLES = {
    **{name: name for name in ("triplets", "programs", "texts", "qrels", "negatives", "mined_negatives", "clones")},
    "dataset_queries": "queries",
}
"""Table of the dataset -> its configuration; ``queries`` is a table of the run."""


def open_run(path: str | os.PathLike[str]) -> SavedRun:
    """Open a run directory for reading, also while a command works on it.

    Raises
    ------
    SynthcodeError
        If it is not a run directory.
    """
    from synthcode.storage.layout import RunFolder

    place = Path(path)
    if not RunFolder(place).is_run:
        what = "is not a run directory" if place.exists() else "does not exist"
        raise InputError(f"{place} {what}", "start one with synthcode.run(recipe, out) or 'synthcode run'")
    return SavedRun(place)


class SavedRun:
    """What a run has written. Every table is verified when it is read.

    Parameters
    ----------
    path
        The run directory.
    """

    def __init__(self, path: Path) -> None:
        from synthcode.storage.layout import RunFolder

        self.path = path
        self._folder = RunFolder(path)

    def __repr__(self) -> str:
        return f"SavedRun({str(self.path)!r})"

    @property
    def dataset(self) -> Path:
        """The dataset's folder; it exists once the run has been built."""
        return self._folder.dataset

    @property
    def recipe(self) -> Recipe:
        """What the run was asked to do, all defaults filled in."""
        from synthcode.pipelines.runs.run import read_run_recipe

        return call(lambda _stop: read_run_recipe(self._folder))

    @property
    def tables(self) -> list[str]:
        """The names of the tables that are there."""
        own = [name for name in _STAGES if getattr(self._folder, name).exists()]
        return own + [name for name, config in _DATASET_TABLES.items() if (self.dataset / "data" / config).is_dir()]

    def status(self) -> dict[str, Any]:
        """Return what became of every row: the counts of ``synthcode status --json``."""
        from synthcode.pipelines.tables.funnel import funnel

        return call(lambda _stop: funnel(self._folder))

    def table(self, name: str, *, split: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table, whole.

        Parameters
        ----------
        name
            One of ``tables``: ``seeds``, ``translations``, ``rejected``, ``triplets``, ...
        split
            ``train``, ``validation`` or ``test`` of a table of the dataset. Default: all, in a column ``split``.
        columns
            Only these.

        Raises
        ------
        SynthcodeError
            If there is no such table, split or column, or a file is damaged.
        """
        known = [*_STAGES, *_DATASET_TABLES]
        if name not in known:
            raise InputError(f"no table {name!r}{did_you_mean(name, known)}", f"use one of: {', '.join(known)}")
        if name in _DATASET_TABLES:
            return call(lambda _stop: self._dataset_table(_DATASET_TABLES[name], split, columns))
        if split is not None:
            raise InputError(f"table {name!r} has no splits", f"splits are of {', '.join(_DATASET_TABLES)}")
        return call(lambda _stop: self._run_table(name, columns))

    def dataframe(self, name: str, *, split: str | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table as :meth:`table` does, for pandas."""
        frame: pd.DataFrame = self.table(name, split=split, columns=columns).to_pandas()
        return frame

    def rows(self, reason: str | None = None, *, language: str | None = None) -> pa.Table:
        """Return completions with what became of them, joined with their code.

        Parameters
        ----------
        reason
            Why a row was rejected, such as ``syntax_error``; or ``kept``, ``failed``, ``near_duplicate``,
            ``contaminated``. Default: every row that was not kept.
        language
            Only translations into this language.

        Returns
        -------
        pyarrow.Table
            ``verdict`` holds the reason, ``detail`` says more; ``code`` is the code, or the whole answer if
            ``is_answer``.

        Raises
        ------
        SynthcodeError
            If the run has no row of that reason, or a table is damaged.
        """
        return call(lambda _stop: self._rows(reason, language))

    def _rows(self, reason: str | None, language: str | None) -> pa.Table:
        import pyarrow as pa
        import pyarrow.compute as pc

        from synthcode.languages import get_language
        from synthcode.pipelines.tables.outcomes import JUDGED, judged
        from synthcode.storage.manifest import refuse_differences

        refuse_differences(self.path, ["seeds", "dedup_seeds", "check", "repair", "dedup", "verify", "build"])
        target = get_language(language).name if language else None
        parts, seen = [JUDGED.empty_table()], set()
        for _seeds, rows in judged(self._folder):
            seen.update(pc.unique(rows["verdict"]).to_pylist())
            if target is not None:
                rows = rows.filter(pc.equal(rows["target_language"], target))
            chosen = pc.not_equal(rows["verdict"], "kept") if reason is None else pc.equal(rows["verdict"], reason)
            parts.append(rows.filter(chosen))
        if reason is not None and reason not in seen:
            raise InputError(
                f"{self.path} has no row {reason!r}{did_you_mean(reason, seen)}",
                f"its rows are: {', '.join(sorted(seen)) or 'none yet'}",
            )
        return pa.concat_tables(parts)

    def _run_table(self, name: str, columns: Sequence[str] | None) -> pa.Table:
        import pyarrow as pa

        from synthcode.pipelines.tables.repairs import ANSWERS, repair_shards
        from synthcode.pipelines.tables.repairs import STAGE as REPAIR
        from synthcode.storage.manifest import Manifest, refuse_differences
        from synthcode.storage.shards import read_batches, shards_of

        place, stage = getattr(self._folder, name), _STAGES[name]
        if not place.exists():
            raise InputError(f"{self.path} has no table {name!r} yet", f"stage {stage!r} writes it")
        refuse_differences(self.path, [stage])
        shards = [place] if place.is_file() else shards_of(place)
        if name in ANSWERS:
            refuse_differences(self.path, [REPAIR])
            rounds = repair_shards(self._folder, Manifest(self.path), name)
            shards += [shard for some in rounds for shard in some]
        schema = _schema(name)
        if columns is not None:
            schema = pa.schema([_field(schema, column, name) for column in columns])
        parts = read_batches(shards, schema.names)
        return pa.concat_tables([schema.empty_table(), *(part.select(schema.names).cast(schema) for part in parts)])

    def _dataset_table(self, name: str, split: str | None, columns: Sequence[str] | None) -> pa.Table:
        import pyarrow as pa

        from synthcode.storage.published import ALL_CONFIGS, find_dataset

        published = find_dataset(self.path)
        whole = ALL_CONFIGS[name]
        schema = whole if columns is None else pa.schema([_field(whole, column, name) for column in columns])
        parts = []
        for one in published.splits(name) if split is None else [split]:
            rows = pa.concat_tables([schema.empty_table(), *published.batches(name, one, schema.names)])
            if split is None and "split" not in rows.column_names:
                rows = rows.append_column("split", pa.array([one] * rows.num_rows, pa.string()))
            parts.append(rows)
        return pa.concat_tables(parts)


def _field(schema: pa.Schema, column: str, table: str) -> pa.Field:
    if column not in schema.names:
        hint = did_you_mean(column, schema.names)
        raise InputError(f"table {table!r} has no column {column!r}{hint}", f"use one of: {', '.join(schema.names)}")
    return schema.field(column)


def _schema(name: str) -> pa.Schema:
    from synthcode.schemas import tables

    schemas = {
        "seeds": tables.SEEDS,
        "seeds_rejected": tables.REJECTED_SEEDS,
        "seed_clusters": tables.CLUSTERS,
        "seed_contamination": tables.HITS,
        "completions": tables.COMPLETIONS,
        "translations": tables.TRANSLATIONS,
        "rejected": tables.REJECTED,
        "clusters": tables.CLUSTERS,
        "contamination": tables.HITS,
        "split_groups": tables.SPLIT_GROUPS,
        "verification": tables.VERIFICATION,
        "queries": tables.QUERIES,
        "queries_rejected": tables.REJECTED_QUERIES,
    }
    return schemas[name]
