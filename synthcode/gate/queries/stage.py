"""The gate of queries: completions become queries, or are rejected with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from synthcode.entry_points import find_entry_point
from synthcode.gate.queries.answers import query_in
from synthcode.gate.queries.copies import Wording
from synthcode.gate.queries.names import names
from synthcode.languages import get_language
from synthcode.schemas.records import Rejection, StageResult
from synthcode.schemas.tables import QUERIES, QUERY_COMPLETIONS, REJECTED_QUERIES
from synthcode.vocabulary import QueryStyle

MOST_KEYWORDS = 16
SHOWN_CHARS = 2_000
"""Of a rejected query."""
_QUESTION_MARKS = ("?", "？", "؟", ";")
"""Of Latin, East Asian, Arabic and, as NFKC has it, Greek script."""

QUERY_INPUT = pa.schema(
    [
        *QUERY_COMPLETIONS,
        pa.field("seed_text", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in ("entry_point", "seed_language", "seed_code")),
    ]
)
"""The input: a completion with the text that it should write anew. Without an ``entry_point``, that of ``seed_code`` is
looked for; where neither is there, none is known."""


@dataclass(frozen=True)
class QueryRules:
    """What is accepted."""

    max_chars: int
    similarity: float
    """Of near-copies."""


def judge_queries(batch: pa.Table, rules: QueryRules) -> StageResult:
    """Take the query out of each completion and judge it.

    Parameters
    ----------
    batch
        Schema ``QUERY_INPUT``, with an answer in each row: all rows of a seed, one seed's after another's. Of queries
        of one seed that are near-copies, the first is accepted.
    rules
        What is accepted.

    Returns
    -------
    StageResult
        Schemas ``QUERIES`` and ``REJECTED_QUERIES``.
    """
    kept: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    accepted: list[tuple[str, Wording]] = []
    seed = entry_point = None
    for row in batch.to_pylist():
        if row["seed_id"] != seed:
            seed, accepted, entry_point = row["seed_id"], [], _entry_point(row)
        row["entry_point"] = entry_point
        found = query_in(row["text"], row["style"], row["finish_reason"])
        query, why = (None, found) if isinstance(found, Rejection) else (found, _rejection(found, row, rules, accepted))
        row["query"] = None if query is None else query[:SHOWN_CHARS] if why else query
        if why is None:
            accepted.append((row["style"], Wording(query or "")))
            kept.append(row)
        else:
            rejected.append({**row, **why._asdict()})
    return StageResult(_table(kept, QUERIES), _table(rejected, REJECTED_QUERIES))


def _entry_point(row: Mapping[str, Any]) -> str | None:
    if row["entry_point"] or not row["seed_code"]:
        return row["entry_point"] or None
    return find_entry_point(row["seed_code"], get_language(row["seed_language"]), None)


def _rejection(
    query: str, row: Mapping[str, Any], rules: QueryRules, accepted: list[tuple[str, Wording]]
) -> Rejection | None:
    if len(query) > rules.max_chars:
        return Rejection("too_long", f"{len(query):,} characters, at most {rules.max_chars:,} are taken")
    if names(query, row["entry_point"]):
        return Rejection("names_entry_point", f"it names {row['entry_point']}")
    if (problem := _style_problem(query, row["style"])) is not None:
        return Rejection("wrong_style", problem)
    return _copied(Wording(query), row["seed_text"], rules.similarity, accepted)


def _style_problem(query: str, style: QueryStyle) -> str | None:
    is_question = query.endswith(_QUESTION_MARKS)
    if style == "question" and not is_question:
        return "it does not end with a question mark"
    if style == "keyword" and (is_question or len(query.split()) > MOST_KEYWORDS):
        return "it is a question" if is_question else f"it has more than {MOST_KEYWORDS} words"
    return None


def _copied(query: Wording, text: str, similarity: float, accepted: list[tuple[str, Wording]]) -> Rejection | None:
    original = Wording(text)
    if query.is_near(original, similarity) or query.contains(original):
        return Rejection("near_copy", "it is like the text")
    for style, other in accepted:
        if query.is_near(other, similarity):
            return Rejection("near_copy", f"it is like another query for the text ({style})")
    return None


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in schema.names}, schema=schema)
