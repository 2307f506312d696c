"""Retrieval tables straight from a benchmark that has every problem in several languages, as it was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.bounded import limits
from synthcode.dataset.retrieval import QrelsMaker, add_document_ids, equal_programs, equality_keys
from synthcode.dataset.variants import make_variants, without_variants
from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Benchmark, Tables, from_tables
from synthcode.execution.executor import Executor, PoisonPolicy
from synthcode.identity import digest
from synthcode.languages import find_language, get_language
from synthcode.pipelines.steps.check.judging import BATCH_ROWS, halve_table
from synthcode.schemas.records import Rejection
from synthcode.schemas.tables import DATASET_PROGRAMS, TEXTS
from synthcode.seeds.adapters.problems import number_of
from synthcode.seeds.adapters.registry import benchmark_languages, input_digests, read_seeds
from synthcode.seeds.cleaning import checked_text, printable
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.vocabulary import TEXT

SPLIT = "test"
_SEED_BYTES = 1_000
"""What a seed takes without its texts."""
_COLUMNS = ("program_id", "seed_id", "language", "origin", "code", "entry_point", "source_id")


def load_published_benchmark(
    adapter: str, path: str, limit: int | None, executor: Executor
) -> tuple[Benchmark, Counter[str]]:
    """Read a benchmark's programs in all of its languages.

    Every program is a document, also one that does not parse: the benchmark is scored as it is. Programs of one
    language that are equal once stripped are one document; a problem's text is that of its first language that has one.

    Parameters
    ----------
    adapter
        A seed adapter. Those that list a benchmark's languages name a problem by the number at the end of its id, as in
        ``Java/12``; for all others the rows of a problem have one ``source_id`` in every language.
    path
        Where it is.
    limit
        Read no more than the first rows of each language.
    executor
        Strips the programs.

    Returns
    -------
    Benchmark
        Its problems are the statistical units.
    Counter
        Rows that have no program, by reason.

    Raises
    ------
    InputError
        If it is not there, no program can be used, or it holds more than ``limits.BENCHMARK``.
    """
    config = SeedsConfig(adapter, path, limit=limit)
    languages = benchmark_languages(config)
    seeds = list(bounded(path, (seed for name in languages for seed in read_seeds(replace(config, language=name)))))
    reasons = Counter(reason for reason in map(unusable_reason, seeds) if reason)
    usable = [seed for seed in seeds if not unusable_reason(seed)]
    if not usable:
        raise InputError(f"{path} holds no program that can be scored", f"rows and why not: {dict(reasons)}")
    name_of = _name if languages == [None] else _number
    rows = {(_language(seed), name_of(seed)): seed for seed in reversed(usable)}  # of two, the first
    if len(rows) < len(usable):
        reasons["duplicate_id"] = len(usable) - len(rows)
    programs, texts = programs_of(rows, executor), _texts(usable, name_of)
    tables = Tables(programs, texts, _judgements(programs, texts), problems={})
    content = digest("original", adapter, input_digests(config), limit)
    return from_tables(adapter, content, SPLIT, tables), reasons


def bounded(path: str, seeds: Iterable[RawSeed]) -> Iterator[RawSeed]:
    """Yield seeds, as long as they fit into memory together."""
    chars = 0
    for seed in seeds:
        chars += _SEED_BYTES + len(seed.text or "") + len(seed.code or "") + sum(map(len, seed.tests.values()))
        if chars > limits.BENCHMARK:
            raise InputError(
                f"{path} holds more than {limits.BENCHMARK:,} bytes of texts and programs",
                "read the first rows of each language only, with --limit",
            )
        yield seed


def unusable_reason(seed: RawSeed) -> str | None:
    """Return why a row has no program that can be scored; None if it has one."""
    if seed.problem is not None:
        return seed.problem.reason
    for value, column in ((seed.code, "code"), (seed.text, "text")):
        checked = checked_text(value, column)
        if isinstance(checked, Rejection):
            return checked.reason
    if not isinstance(seed.code, str) or not seed.code.strip():
        return "no_code"
    return None if find_language(seed.language) else "unknown_language"


def programs_of(rows: Mapping[tuple[str, str], RawSeed], executor: Executor) -> pa.Table:
    """Return the programs in their variants (schema ``DATASET_PROGRAMS``), from language and problem -> row."""
    batches = _batches([_row(language, number, seed) for (language, number), seed in sorted(rows.items())])
    survival = PoisonPolicy(bisect=halve_table, on_lost_row=lambda batch, _reason: without_variants(batch))
    programs = pa.concat_tables(executor.map(make_variants, batches, survival)).combine_chunks()
    equal = equal_programs(equality_keys(programs))
    documents = dict(zip(equal["program_id"].to_pylist(), equal["document_id"].to_pylist(), strict=True))
    programs = add_document_ids(programs, documents)
    unmarked = pa.nulls(programs.num_rows, pa.string())
    for name in ("contaminated_by", "verification"):
        programs = programs.append_column(name, unmarked)
    return programs.select(DATASET_PROGRAMS.names).cast(DATASET_PROGRAMS)


def _row(language: str, problem: str, seed: RawSeed) -> tuple[str | None, ...]:
    code = seed.code if isinstance(seed.code, str) else ""
    entry_point = printable(seed.entry_point or "") or None
    return f"{language}/{problem}", problem, language, "seed", code, entry_point, printable(seed.source_id)


def _language(seed: RawSeed) -> str:
    return get_language(seed.language).name


def _number(seed: RawSeed) -> str:
    return printable(number_of(seed.source_id))


def _name(seed: RawSeed) -> str:
    return printable(seed.source_id)


def _batches(rows: Sequence[tuple[str | None, ...]]) -> Iterator[pa.Table]:
    for start in range(0, len(rows), BATCH_ROWS):
        columns = zip(*rows[start : start + BATCH_ROWS], strict=True)
        yield pa.table({name: pa.array(values, pa.string()) for name, values in zip(_COLUMNS, columns, strict=True)})


def _texts(seeds: Iterable[RawSeed], name_of: Callable[[RawSeed], str]) -> pa.Table:
    """Return one text a problem: Python's, where there is one, since those are what people wrote."""
    texts: dict[str, dict[str, str]] = {}
    for seed in sorted(seeds, key=lambda seed: find_language(seed.language) is not get_language("python")):
        if seed.text and seed.text.strip():
            row = {"text": seed.text.strip(), "source": seed.source, "source_id": printable(seed.source_id)}
            texts.setdefault(name_of(seed), row)
    return pa.Table.from_pylist([{"seed_id": name, **row} for name, row in texts.items()], schema=TEXTS)


def _judgements(programs: pa.Table, texts: pa.Table) -> pa.Table:
    """Return all judgements but those of problems that have no text to ask with."""
    uses = programs.group_by("document_id").aggregate([([], "count_all")])
    judged = QrelsMaker(uses.filter(pc.greater(uses["count_all"], 1))["document_id"].to_pylist()).judge(programs)
    has_text = pc.is_in(judged["query_id"], value_set=texts["seed_id"].combine_chunks())
    return judged.filter(pc.or_(pc.not_equal(judged["query_language"], TEXT), has_text))
