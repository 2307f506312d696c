"""Judging the completions of requests for queries: what is accepted goes to a table of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.repeated_keys import RepeatedKeys
from synthcode.execution.executor import PoisonPolicy
from synthcode.gate.queries.copies import Wording
from synthcode.gate.queries.stage import QUERY_INPUT, QueryRules, judge_queries
from synthcode.identity import digest
from synthcode.pipelines.steps.check.judging import halve_table
from synthcode.pipelines.steps.queries.plan import queries_config
from synthcode.schemas.tables import QUERIES, QUERY_COMPLETIONS, REJECTED_QUERIES
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.storage.shards import ShardWriter, read_batches, shards_of

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import StageResult

PREFIX = "queries"
"""Of the completions, which lie next to those of translations: a recording is one folder."""
_SEED = {
    **{"seed_text": "text", "entry_point": "entry_point"},
    **{"seed_language": "language", "seed_code": "code"},
}
_SEEDS_IN_BATCH = 64
_AMBIGUOUS = "another text has the same query"


@dataclass
class QueryTally:
    """Verdicts by style."""

    accepted: Counter[str] = field(default_factory=Counter)
    rejected: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, kept: pa.Table, refused: pa.Table) -> None:
        """Count queries and rejected completions."""
        self.accepted.update(kept["style"].to_pylist())
        for style, reason in zip(refused["style"].to_pylist(), refused["reason"].to_pylist(), strict=True):
            self.rejected[style][reason] += 1

    def counts(self, style: str) -> dict[str, Any]:
        """Return ``accepted`` and ``rejected`` {reason: n} of a style."""
        return {"accepted": self.accepted[style], "rejected": dict(sorted(self.rejected[style].items()))}


def judge_completions(run: Run) -> tuple[list[Path], QueryTally]:
    """Judge every completion; return the tables that were written, and the verdicts.

    Queries that two seeds have are rejected in the end: each would be answered by the programs of both, and only those
    of one count as right.
    """
    tally = QueryTally()
    first = run.folder.scratch / "queries"
    with (
        ShardWriter(run.folder.queries, QUERIES) as kept_shards,
        ShardWriter(run.folder.queries_rejected, REJECTED_QUERIES) as rejected_shards,
        RepeatedKeys(run.folder.scratch / "query_keys.arrow") as keys,
    ):
        with (
            ShardWriter(first, QUERIES) as found_shards,
            ShardWriter(first, REJECTED_QUERIES, "rejected") as refused_shards,
        ):
            for kept, refused in _judged(run):
                found_shards.write(kept)
                refused_shards.write(refused)
                keys.add(_keys(kept))
            found_shards.commit()
            refused_shards.commit()
        ambiguous = _pairs(keys.repeated())
        refusals = (REJECTED_QUERIES, read_batches(shards_of(first, "rejected")))
        found = (QUERIES, run.rows(first))
        for _, refused, accepted in align_on_seed(run.rows(run.folder.seeds, ["seed_id"]), refusals, found):
            repeated = pa.array([pair in ambiguous for pair in _pairs_of(accepted)], pa.bool_())
            kept = accepted.filter(pc.invert(repeated))
            refused = pa.concat_tables([refused, _ambiguous(accepted.filter(repeated))]).sort_by(
                [(name, "ascending") for name in ("seed_id", "style", "sample_index")]
            )
            kept_shards.write(kept)
            rejected_shards.write(refused)
            tally.add(kept, refused)
        return kept_shards.commit() + rejected_shards.commit(), tally


def _judged(run: Run) -> Iterator[StageResult]:
    config = queries_config(run.recipe)
    rules = QueryRules(config.max_chars, config.similarity)
    completions = read_batches(shards_of(run.folder.completions, PREFIX), QUERY_COMPLETIONS.names)
    survival = PoisonPolicy(bisect=halve_table, on_lost_row=lambda batch, _reason: _unparsed(batch, rules))
    function = partial(judge_queries, rules=rules)
    with run.reporter.progress("queries: judged", None) as bar:
        for result in run.executor.map(function, _inputs(run, completions), survival):
            yield result
            bar.advance(len(result.kept) + len(result.rejected))


def _inputs(run: Run, completions: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield every answer with its seed (schema ``QUERY_INPUT``), in small batches that hold whole seeds."""
    seeds = run.rows(run.folder.seeds, ["seed_id", *_SEED.values()])
    for texts, answered in align_on_seed(seeds, (QUERY_COMPLETIONS, completions)):
        rows = join_seed_columns(answered.filter(pc.is_valid(answered["text"])), texts, _SEED)
        rows = rows.select(QUERY_INPUT.names).cast(QUERY_INPUT)
        first = [place for place, same in enumerate(_is_same_seed(rows["seed_id"].to_pylist())) if not same]
        for start, end in pairwise([*first[::_SEEDS_IN_BATCH], rows.num_rows]):
            yield rows.slice(start, end - start)


def _is_same_seed(seeds: Sequence[str]) -> Iterator[bool]:
    """Yield of each row whether it has the seed of the row before."""
    return (one == before for one, before in zip(seeds, [None, *seeds], strict=False))


def _unparsed(batch: pa.Table, rules: QueryRules) -> StageResult:
    """Judge the queries for a program that no parser survives: its entry point is the one that its source names."""
    place = batch.schema.get_field_index("seed_code")
    return judge_queries(batch.set_column(place, "seed_code", pa.nulls(batch.num_rows, pa.string())), rules)


def _keys(queries: pa.Table) -> pa.Table:
    """Return what tells equal queries (schema ``EQUALITY_KEYS``): their words, whatever the case and punctuation."""
    equal = [digest("query", Wording(query).folded) for query in queries["query"].to_pylist()]
    columns = {"program_id": queries["request_id"], "seed_id": queries["seed_id"]}
    return pa.table({**columns, "equality": pa.array(equal, pa.string())})


def _pairs(keys: pa.Table) -> set[tuple[str, str]]:
    return set(zip(keys["seed_id"].to_pylist(), keys["program_id"].to_pylist(), strict=True))


def _pairs_of(queries: pa.Table) -> Iterator[tuple[str, str]]:
    return zip(queries["seed_id"].to_pylist(), queries["request_id"].to_pylist(), strict=True)


def _ambiguous(queries: pa.Table) -> pa.Table:
    rows = [{**row, "reason": "ambiguous", "detail": _AMBIGUOUS} for row in queries.to_pylist()]
    return pa.Table.from_pylist(rows, schema=REJECTED_QUERIES)
