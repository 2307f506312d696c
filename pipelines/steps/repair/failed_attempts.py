"""The translations that failed, with their errors: what a round of repairs begins with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.llm.repairs import FailedAttempt
from synthcode.pipelines.tables.repairs import failed_tests_file, round_shards
from synthcode.schemas.tables import COMPLETIONS, FAILED_TESTS, REJECTED, TRANSLATIONS
from synthcode.storage.large_tables.joins import align_on_seed
from synthcode.storage.shards import read_batches

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.tables.repairs import Answers

_SEED = ["seed_id", "source_id", "language", "text", "code", "entry_point"]
_KEYS = ("request_id", "seed_id", "target_language", "sample_index")
_REJECTED = pa.schema([REJECTED.field(name) for name in (*_KEYS, "code", "reason", "detail")])
_ACCEPTED = pa.schema([TRANSLATIONS.field(name) for name in (*_KEYS, "code")])
_COMPLETIONS = pa.schema([COMPLETIONS.field(name) for name in ("request_id", "seed_id", "text")])


def failed_attempts(run: Run, number: int, of: Collection[str]) -> Iterator[FailedAttempt]:
    """Yield the attempts of one round that failed, by seed, target language and sample.

    Parameters
    ----------
    run
        The run.
    number
        The round: 0 is that of the first requests.
    of
        The reasons that count.
    """
    reasons = pa.array(sorted(of), pa.string())
    rejected = (_REJECTED, _read(run, "rejected", number, _REJECTED))
    completions = (_COMPLETIONS, _read(run, "completions", number, _COMPLETIONS))
    accepted = (_ACCEPTED, _read(run, "translations", number, _ACCEPTED))
    tested = (FAILED_TESTS, _failed_tests(run, number))
    streams = align_on_seed(run.rows(run.folder.seeds, _SEED), rejected, completions, accepted, tested)
    for seeds, refused, answers, translations, failed in streams:
        failures = pa.concat_tables([refused, _with_code(failed, translations)])
        failures = failures.filter(pc.is_in(failures["reason"], value_set=reasons))
        if not failures.num_rows:
            continue
        by_id = {seed["seed_id"]: seed for seed in _of(seeds, failures).to_pylist()}
        texts = dict(zip(*(answers[name].to_pylist() for name in ("request_id", "text")), strict=True))
        for row in failures.sort_by([(key, "ascending") for key in _KEYS[1:]]).to_pylist():
            if row["seed_id"] in by_id:
                yield _attempt(by_id[row["seed_id"]], row, texts.get(row["request_id"]), number)


def _read(run: Run, table: Answers, number: int, schema: pa.Schema) -> Iterator[pa.Table]:
    parts = run.executor.cancellable(read_batches(round_shards(run.folder, table, number), schema.names))
    return (part.select(schema.names).cast(schema) for part in parts)


def _failed_tests(run: Run, number: int) -> Iterator[pa.Table]:
    file = failed_tests_file(run.folder, number)
    return read_batches([file] if file.is_file() else [], FAILED_TESTS.names)


def _with_code(failed: pa.Table, translations: pa.Table) -> pa.Table:
    """Return translations that fail their tests as rejected rows, which have a code."""
    found = {row["request_id"]: row for row in failed.to_pylist()}
    rows = [{**row, **found[row["request_id"]]} for row in translations.to_pylist() if row["request_id"] in found]
    return pa.Table.from_pylist([{name: row[name] for name in _REJECTED.names} for row in rows], schema=_REJECTED)


def _of(seeds: pa.Table, rows: pa.Table) -> pa.Table:
    return seeds.filter(pc.is_in(seeds["seed_id"], value_set=pc.unique(rows["seed_id"])))


def _attempt(seed: Mapping[str, Any], row: Mapping[str, Any], text: str | None, number: int) -> FailedAttempt:
    return FailedAttempt(
        seed=seed,
        request_id=row["request_id"],
        target_language=row["target_language"],
        sample_index=row["sample_index"],
        reason=row["reason"],
        detail=row["detail"],
        answer=row["code"] or text or "",
        round=number,
    )
