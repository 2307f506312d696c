"""One split of a dataset as training needs it: columns, not rows, with programs and texts as they are shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.schemas.tables import CODE_COLUMNS, SPLIT_GROUPS
from synthcode.storage.published import PublishedDataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import Variant

_STRIPPED, _ANONYMOUS = CODE_COLUMNS["stripped"], CODE_COLUMNS["anonymous"]
_LONG = pa.large_string()
"""Programs of a split may have more than 2 GB together."""
_PROGRAMS = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("program_id", "seed_id", "language")),
        *(pa.field(name, _LONG) for name in ("shown", "anonymous")),
        *(pa.field(name, pa.int64()) for name in ("key", "anonymous_key")),
    ]
)
_TEXTS = pa.schema([pa.field("seed_id", pa.string()), pa.field("text", _LONG), pa.field("key", pa.int64())])


@dataclass(frozen=True)
class SplitTables:
    """The programs and texts of one split, sorted by their ids: nothing depends on the order of files."""

    programs: pa.Table
    """``program_id``, ``seed_id``, ``language``; ``shown``: the code as it is trained on; ``anonymous``: the code that
    identifiers are replaced in. Programs of one language that are equal after stripping have one ``key``, those that
    are equal but for the name of their entry point one ``anonymous_key``."""
    texts: pa.Table
    """``seed_id``, ``text``; texts that are equal but for case and blank space have one ``key``."""
    problems: pa.Table
    """``seed_id``, ``cluster_id``: the split groups of seeds, as far as the dataset has them."""

    @property
    def languages(self) -> list[str]:
        """The languages of the programs, sorted."""
        found: list[str] = pc.unique(self.programs["language"]).to_pylist()
        return sorted(found)

    def of_seeds(self, seeds: pa.Array) -> SplitTables:
        """Return the rows of some seeds."""
        return SplitTables(*(_of_seeds(table, seeds) for table in (self.programs, self.texts, self.problems)))


def _of_seeds(table: pa.Table, seeds: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["seed_id"], value_set=seeds)).combine_chunks()


def read_split(published: PublishedDataset, split: str, variant: Variant) -> SplitTables:
    """Read a split, a batch at a time; tables that the split does not have are empty.

    Raises
    ------
    InputError
        If a table is damaged or lacks a column.
    """
    texts = (_text_rows(table) for table in batches_of(published, "texts", split, ["seed_id", "text"]))
    problems = list(batches_of(published, "triplets", split, SPLIT_GROUPS.names))
    return SplitTables(
        read_programs(published, "programs", split, variant),
        _sorted(texts, _TEXTS),
        pa.concat_tables([SPLIT_GROUPS.empty_table(), *problems]).group_by(SPLIT_GROUPS.names).aggregate([]),
    )


def read_programs(published: PublishedDataset, config: str, split: str, variant: Variant) -> pa.Table:
    """Read the programs of a split of ``programs`` or ``negatives``, as ``SplitTables.programs``.

    Raises
    ------
    InputError
        If a table is damaged or lacks a column.
    """
    shown = CODE_COLUMNS[variant]
    columns = list(dict.fromkeys(["program_id", "seed_id", "language", _STRIPPED, _ANONYMOUS, shown]))
    return _sorted((_program_rows(table, shown) for table in batches_of(published, config, split, columns)), _PROGRAMS)


def has_split(published: PublishedDataset, config: str, split: str) -> bool:
    """Return whether a dataset has a split of a configuration."""
    return bool(shards_of(published.folder / "data" / config, split))


def batches_of(published: PublishedDataset, config: str, split: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield a split of a configuration, a batch at a time; nothing if the dataset does not have it."""
    if has_split(published, config, split):
        yield from published.batches(config, split, columns)


def _program_rows(table: pa.Table, shown: str) -> pa.Table:
    languages = table["language"].to_pylist()
    keys = [program_keys(languages, table[name].to_pylist()) for name in (_STRIPPED, _ANONYMOUS)]
    columns = [table[name] for name in ("program_id", "seed_id", "language")]
    code = [table[name].cast(_LONG) for name in (shown, _ANONYMOUS)]
    return pa.table([*columns, *code, *(pa.array(one) for one in keys)], schema=_PROGRAMS)


def _text_rows(table: pa.Table) -> pa.Table:
    keys = pa.array(text_keys(table["text"].to_pylist()))
    return pa.table([table["seed_id"], table["text"].cast(_LONG), keys], schema=_TEXTS)


def _sorted(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    whole = pa.concat_tables([schema.empty_table(), *tables])
    return whole.take(pc.sort_indices(whole, sort_keys=[(schema.names[0], "ascending")])).combine_chunks()


def program_keys(languages: Sequence[str], codes: Sequence[str]) -> I64:
    """Hash programs: those of one language that are equal but for outer blank space have one key."""
    return _hashes(f"{language}\0{code.strip()}" for language, code in zip(languages, codes, strict=True))


def text_keys(texts: Sequence[str]) -> I64:
    """Hash texts: those that are equal but for case and blank space have one key."""
    return _hashes(" ".join(text.casefold().split()) for text in texts)


def _hashes(contents: Iterable[str]) -> I64:
    """Return 64 bits of a hash of each string: in a hundred million, two are equal by chance in one of 3,000 runs."""
    digests = (hashlib.blake2b(one.encode("utf-8", "surrogatepass"), digest_size=8).digest() for one in contents)
    return np.frombuffer(b"".join(digests), dtype="<i8").astype(np.int64)
