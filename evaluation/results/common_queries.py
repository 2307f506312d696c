"""Results made comparable: restricted to the queries that all of them have, asked of the same documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.schemas.results import RANKS

KINDS = ("task", "variant")
PAIRS = ("query_language", "corpus_language")
QUERY_KEYS = (*KINDS, *PAIRS, "query_id", "problem_id", "documents")
"""What makes two rows the same question: a query of one problem, asked of a corpus of one size."""
ANY_CORPUS = QUERY_KEYS[:-1]
"""The same, whatever the size of the corpus."""

_SEPARATOR = "\x1f"
Names: TypeAlias = "pa.ChunkedArray"


@dataclass(frozen=True)
class LeftOut:
    """What of one result is not compared."""

    queries: int
    of_queries: int
    pairs: int
    """Pairs of languages of which no query is left."""
    of_pairs: int

    def __str__(self) -> str:
        """Return the counts in words."""
        pairs = f", {self.pairs:,} of {self.of_pairs:,} pairs of languages" if self.pairs else ""
        return f"{self.queries:,} of {self.of_queries:,} queries{pairs}"


@dataclass(frozen=True)
class Common:
    """Results of the same queries."""

    ranks: Sequence[pa.Table]
    """Schema ``RANKS``, in the order of the results."""
    queries: int
    """That all exits of all results have."""
    left_out: Sequence[LeftOut]
    """Of each result."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not any(one.queries for one in self.left_out)


def on_common_queries(results: Sequence[pa.Table], keys: Sequence[str] = QUERY_KEYS) -> Common:
    """Restrict results to the queries that every exit of each of them has.

    A query is the same if its id, task, variant, languages and problem are, and it searches as many documents: a rank
    among 80 documents says nothing about one among 800.

    Parameters
    ----------
    results
        Schema ``RANKS``, one table a result.
    keys
        What makes two rows the same question. ``ANY_CORPUS`` compares corpora of different sizes.
    """
    named = [query_names(ranks, keys) for ranks in results]
    sets = [names.filter(at) for ranks, names in zip(results, named, strict=True) for at in _exits(ranks)]
    if not sets:
        return Common(results, 0, [])
    common = reduce(_intersection, sets).unique()
    kept = [ranks.filter(pc.is_in(names, value_set=common)) for ranks, names in zip(results, named, strict=True)]
    left_out = [_left_out(*pair) for pair in zip(results, kept, strict=True)]
    return Common(kept, len(common), left_out)


def merged(results: Sequence[pa.Table]) -> pa.Table:
    """Return the ranks of several results of one encoder; of a query that several have, the first one's."""
    rows = pa.concat_tables([RANKS.empty_table(), *results]).combine_chunks()
    keys = pa.table(
        {"query": query_names(rows, QUERY_KEYS), "exit": rows["exit"], "place": pa.array(range(rows.num_rows))}
    )
    first = keys.group_by(["query", "exit"]).aggregate([("place", "min")])["place_min"]
    return rows.take(first.combine_chunks().sort())


def refuse_other_datasets(names: Sequence[str], digests: Sequence[str], datasets: Sequence[str]) -> None:
    """Refuse to compare results of different datasets, splits or versions of a dataset.

    Parameters
    ----------
    names
        Of the results.
    digests
        Of what they are of.
    datasets
        What that is called.

    Raises
    ------
    InputError
        If the digests differ.
    """
    if len(set(digests)) > 1:
        described = ", ".join(f"{name} of {dataset}" for name, dataset in zip(names, datasets, strict=True))
        same = "different versions of a dataset" if len(set(datasets)) == 1 else "different datasets or splits"
        raise InputError(
            f"the results are of {same}: {described}", "evaluate all of them on the same dataset and split"
        )


def query_names(ranks: pa.Table, keys: Sequence[str] = QUERY_KEYS) -> Names:
    """Return a text for each row, which is the same for the same question."""
    parts = [ranks[key].cast(pa.string()) for key in keys]
    return pc.binary_join_element_wise(*parts, _SEPARATOR)


def _exits(ranks: pa.Table) -> list[pa.ChunkedArray]:
    """Return a mask for the rows of each exit."""
    return [pc.equal(ranks["exit"], exit_) for exit_ in pc.unique(ranks["exit"])]


def _intersection(first: Names, second: Names) -> Names:
    return first.filter(pc.is_in(first, value_set=second))


def _left_out(whole: pa.Table, kept: pa.Table) -> LeftOut:
    queries, pairs = ([_distinct(table, keys) for table in (whole, kept)] for keys in (QUERY_KEYS, PAIRS))
    return LeftOut(queries[0] - queries[1], queries[0], pairs[0] - pairs[1], pairs[0])


def _distinct(ranks: pa.Table, keys: Sequence[str]) -> int:
    return int(ranks.group_by(list(keys)).aggregate([]).num_rows)
