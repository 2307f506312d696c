"""The configuration ``clones`` of a dataset, as pairs of programs by their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import I64, PairRows
from synthcode.evaluation.classification.published.faults.equal_programs import ProgramKeys, digests
from synthcode.evaluation.classification.published.faults.pair_faults import pair_faults
from synthcode.schemas.tables import CLONES, CODE_COLUMNS, DATASET_PROGRAMS
from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, PublishedDataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import PAIR_DIFFICULTIES, Level, Split, Variant, at_least

_PROGRAM = ("program_id", "language")
_RENAMED = "renamed"
"""The column of keys of programs that are equal once anonymous."""


class ClonePairs(NamedTuple):
    """The pairs of one split."""

    rows: PairRows
    difficulty: npt.NDArray[np.str_]
    """A key of ``PAIR_DIFFICULTIES``. (pairs,)"""
    languages: npt.NDArray[np.str_]
    """Both languages of each pair, in alphabetical order. (pairs, 2)"""


@dataclass(frozen=True)
class DatasetClones:
    """Programs, and the pairs of each split."""

    ids: Sequence[str]
    """Ascending."""
    languages: Sequence[str]
    """Of each program."""
    texts: Mapping[Variant, Sequence[str]]
    """Of each program, by variant."""
    groups: I64
    """A number for the problem of each program: the unit of intervals. (programs,)"""
    parts: Mapping[Split, ClonePairs]
    warnings: Sequence[str] = field(default=())
    """What is wrong with the pairs, counted."""
    problems: Sequence[str] = field(default=())
    """The name of each group. Default: its number."""

    def problems_of_programs(self) -> list[str]:
        """Return the problem of each program."""
        return [self.problems[group] if self.problems else str(group) for group in self.groups.tolist()]


def read_clones(
    dataset: PublishedDataset,
    splits: Sequence[Split],
    variants: Sequence[Variant],
    require: Level | None = None,
    languages: Sequence[str] = (),
) -> DatasetClones:
    """Read the pairs of some splits, and their programs.

    Parameters
    ----------
    dataset
        With the configuration ``clones``.
    splits
        Such as validation and test.
    variants
        Of the code.
    require
        Leave out pairs with a translation that has not reached this level.
    languages
        Leave out pairs with a program in another language. Default: none is left out.

    Raises
    ------
    InputError
        If the dataset has no pairs, a pair names a program that is not there, its label is not 0 or 1, or a split has
        one label only.
    """
    tables = {split: _in_languages(_table(dataset, split), languages) for split in splits}
    programs = _programs(dataset, splits, variants, require)
    known = programs["program_id"].combine_chunks()
    kept, warnings = {}, []
    for split, table in tables.items():
        whole, repeated = _without_repeats(split, table)
        kept[split], missing = _with_programs(dataset, split, whole, known, require)
        warnings += [*repeated, *missing]
    problems, groups = _groups(kept.values(), known)
    parts = {split: _pairs(dataset, split, table, known) for split, table in kept.items()}
    texts = {variant: programs[CODE_COLUMNS[variant]].to_pylist() for variant in variants}
    keys = ProgramKeys(digests(texts[variants[0]]), programs[_RENAMED].to_numpy())
    faults = pair_faults({split: part.rows for split, part in parts.items()}, keys)
    faults += _shared_problems(parts, groups)
    return DatasetClones(
        known.to_pylist(), programs["language"].to_pylist(), texts, groups, parts, [*warnings, *faults], problems
    )


def _programs(
    dataset: PublishedDataset, splits: Sequence[Split], variants: Sequence[Variant], require: Level | None
) -> pa.Table:
    """Return the programs of some splits, those that fail their tests included, by id, with ``_RENAMED``."""
    columns = [*_PROGRAM, *(CODE_COLUMNS[variant] for variant in variants)]
    read = list(dict.fromkeys([*columns, CODE_COLUMNS["anonymous"]]))
    tables = []
    for split in splits:
        for table in dataset.batches("programs", split, [*read, "origin", "verification"]):
            levels = zip(table["origin"].to_pylist(), table["verification"].to_pylist(), strict=True)
            there = [require is None or origin == "seed" or at_least(level or "", require) for origin, level in levels]
            tables.append(_with_renamed(table.filter(pa.array(there, pa.bool_())), columns))
        if shards_of(dataset.folder / "data" / NEGATIVES_NAME, split):
            tables += [_with_renamed(table, columns) for table in dataset.batches(NEGATIVES_NAME, split, read)]
    schema = pa.schema([*(DATASET_PROGRAMS.field(name) for name in columns), pa.field(_RENAMED, pa.int64())])
    return pa.concat_tables([schema.empty_table(), *tables]).sort_by("program_id")


def _with_renamed(programs: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Return some columns, and the digest of the anonymous code, which need not be one of them."""
    renamed = pa.array(digests(programs[CODE_COLUMNS["anonymous"]].to_pylist()))
    return programs.select(columns).append_column(pa.field(_RENAMED, pa.int64()), renamed)


def _shared_problems(parts: Mapping[Split, ClonePairs], groups: I64) -> list[str]:
    """Return how many problems have pairs in two splits: near-duplicates leak, too."""
    problems = {split: np.unique(groups[np.concatenate(part.rows[:2])]) for split, part in parts.items()}
    return [
        f"{shared:,} of {len(problems[other]):,} problems of {other} also have pairs in {one}"
        for one, other in combinations(problems, 2)
        if (shared := len(np.intersect1d(problems[one], problems[other])))
    ]


def _table(dataset: PublishedDataset, split: Split) -> pa.Table:
    return pa.concat_tables([CLONES.empty_table(), *dataset.batches(CLONES_NAME, split, CLONES.names)])


def _in_languages(pairs: pa.Table, languages: Sequence[str]) -> pa.Table:
    """Return the pairs of some languages, or all of them if none is named."""
    if not languages:
        return pairs
    known = pa.array(languages, pa.string())
    return pairs.filter(pc.and_(*(pc.is_in(pairs[name], value_set=known) for name in ("language_a", "language_b"))))


def _without_repeats(split: Split, pairs: pa.Table) -> tuple[pa.Table, list[str]]:
    """Leave out what repeats a row, and say how much."""
    whole = pairs.group_by(pairs.column_names, use_threads=False).aggregate([])
    repeated = pairs.num_rows - whole.num_rows
    found = f"{repeated:,} of {pairs.num_rows:,} pairs of {split} repeat another row: each is scored once"
    return (whole, [found]) if repeated else (pairs, [])


def _with_programs(
    dataset: PublishedDataset, split: Split, pairs: pa.Table, known: pa.Array, require: Level | None
) -> tuple[pa.Table, list[str]]:
    """Return the pairs whose programs are there, and what was left out; without a level, none may be missing."""
    both = (pc.is_in(pairs[name], value_set=known) for name in ("program_a", "program_b"))
    there = pc.and_(*both)
    missing = pairs.num_rows - (pc.sum(there).as_py() or 0)
    if not missing:
        return pairs, []
    if require is None:
        raise InputError(
            f"{dataset.folder}: {missing:,} of {pairs.num_rows:,} pairs of {split} name a program that is not there",
            dataset.restore,
        )
    left_out = f"{missing:,} of {pairs.num_rows:,} pairs of {split} have a translation that is not {require}: left out"
    return pairs.filter(there), [left_out]


def _pairs(dataset: PublishedDataset, split: Split, pairs: pa.Table, known: pa.Array) -> ClonePairs:
    a, b = (_places(pairs[name], known) for name in ("program_a", "program_b"))
    label = pairs["label"].to_numpy()
    where = f"{dataset.folder}: the pairs of {split}"
    if wrong := int((~np.isin(label, (0, 1))).sum()):
        raise InputError(f"{where}: {wrong:,} of {len(label):,} labels are not 0 or 1", dataset.restore)
    if len(np.unique(label)) < 2:
        problem = f"all {len(label):,} have label {label[0]}" if len(label) else "there is none"
        raise InputError(
            f"{where}: {problem}, and measures need pairs of both labels",
            "give the split more problems: build a larger dataset, or one with other splits in the recipe",
        )
    difficulty = np.array(pairs["difficulty"].to_pylist())
    if strange := set(difficulty.tolist()) - set(PAIR_DIFFICULTIES):
        raise InputError(f"{where}: unknown difficulty {min(strange)[:40]!r}", dataset.restore)
    languages = np.sort(np.array([pairs[name].to_pylist() for name in ("language_a", "language_b")]).T, axis=1)
    return ClonePairs(PairRows(a, b, label.astype(np.int8)), difficulty, languages)


def _places(names: pa.ChunkedArray, known: pa.Array) -> I64:
    return np.asarray(pc.index_in(names, value_set=known), dtype=np.int64)


def _groups(tables: Iterable[pa.Table], known: pa.Array) -> tuple[list[str], I64]:
    """Return the clusters, and the number of that of each program; a program in no pair is its own."""
    names = np.array([f"program {place}" for place in range(len(known))], dtype=object)
    for table in tables:
        for side in ("a", "b"):
            names[_places(table[f"program_{side}"], known)] = table[f"cluster_id_{side}"].to_pylist()
    clusters, numbers = np.unique(names.astype(str), return_inverse=True)
    return clusters.tolist(), numbers.astype(np.int64)
