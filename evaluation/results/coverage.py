"""How much a score rests on: queries, problems and documents, and a warning where these are few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.decimals import decimals
from synthcode.evaluation.retrieval.grouping import sorted_groups

ENOUGH_PROBLEMS, ENOUGH_DOCUMENTS = 30, 100
"""Below these numbers results carry a warning."""

_MACRO_KEYS = ("encoder", "exit", "task", "variant")
_PAIR = ("query_language", "corpus_language")
_CUTOFF = 10
"""Of the main measure, MRR@10."""

Range = tuple[int, int]


class Coverage(NamedTuple):
    """What a mean over pairs of languages rests on."""

    pairs: int
    """Pairs of languages."""
    queries: int
    """In all pairs."""
    problems: int
    """Different ones: the independent pieces of evidence."""
    documents: Range
    """Size of the smallest and of the largest corpus."""
    queries_a_pair: Range
    """Of the pair with the fewest, and of the one with the most."""


Covered = Mapping[tuple[str, int, str, str], Coverage]
"""By encoder, exit, task and variant."""


def coverage(ranks: pa.Table) -> Covered:
    """Return what each mean rests on, by encoder, exit, task and variant.

    Parameters
    ----------
    ranks
        Schema ``RANKS``, in any order.
    """
    ranks = ranks.sort_by([(key, "ascending") for key in (*_MACRO_KEYS, *_PAIR)])
    return {tuple(macro.values()): _coverage(rows) for macro, _, rows in sorted_groups(ranks, _MACRO_KEYS)}


def _coverage(rows: pa.Table) -> Coverage:
    sizes = [cell.num_rows for _, _, cell in sorted_groups(rows, _PAIR)]
    documents = pc.min_max(rows["documents"]).as_py()
    return Coverage(
        pairs=len(sizes),
        queries=rows.num_rows,
        problems=pc.count_distinct(rows["problem_id"]).as_py(),
        documents=(documents["min"], documents["max"]),
        queries_a_pair=(min(sizes), max(sizes)),
    )


def warnings_of(covered: Iterable[Coverage]) -> list[str]:
    """Return a sentence for each thing that is too little, of the mean that has least of it; empty if all is enough."""
    means = list(covered)
    problems = min((one.problems for one in means), default=ENOUGH_PROBLEMS)
    documents = min((one.documents[0] for one in means), default=ENOUGH_DOCUMENTS)
    found = few_problems(problems)
    if documents < ENOUGH_DOCUMENTS:
        found.append(
            f"Only {counted(documents, 'document')} to search: a random order would already score about"
            f" {decimals(chance(documents), 2)}, and scores fall as a corpus grows; use at least {ENOUGH_DOCUMENTS}."
        )
    return found


def few_problems(problems: int) -> list[str]:
    """Return a sentence if there are too few problems, and otherwise nothing."""
    if problems >= ENOUGH_PROBLEMS:
        return []
    few = f"Only {counted(problems, 'problem')}: another choice of problems could give quite different scores"
    return [f"{few}; use at least {ENOUGH_PROBLEMS}."]


def chance(documents: int) -> float:
    """Return the expected MRR@10 of a random order with one right answer: (1/1 + ... + 1/10) / documents."""
    return sum(1 / rank for rank in range(1, min(_CUTOFF, documents) + 1)) / documents


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 problem``, ``2,000 queries``."""
    return f"{number:,} {noun if number == 1 else f'{noun[:-1]}ies' if noun.endswith('y') else f'{noun}s'}"


def spread(numbers: Range) -> str:
    """Return a range: ``40``, or ``40 to 60``."""
    low, high = numbers
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def caption(covered: Iterable[Coverage]) -> str:
    """Return what several means rest on in one line, for a picture or below a heading."""
    means = list(covered)
    queries = min(one.queries_a_pair[0] for one in means), max(one.queries_a_pair[1] for one in means)
    documents = min(one.documents[0] for one in means), max(one.documents[1] for one in means)
    problems = min(one.problems for one in means), max(one.problems for one in means)
    return (
        f"{spread(problems)} problems; a pair of languages has {spread(queries)} queries, {spread(documents)} documents"
    )
