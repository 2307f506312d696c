"""The declared schema of every table that a run writes. Nothing is inferred from rows."""

from __future__ import annotations

import pyarrow as pa

from synthcode.vocabulary import Variant

_TEXT = pa.string()


def _required(*names: str) -> list[pa.Field]:
    return [pa.field(name, _TEXT, nullable=False) for name in names]


def _optional(*names: str) -> list[pa.Field]:
    return [pa.field(name, _TEXT) for name in names]


SEEDS = pa.schema(
    [
        *_required("seed_id", "source", "source_id", "language", "text", "code"),
        pa.field("entry_point", _TEXT),
        pa.field("tests", pa.map_(_TEXT, _TEXT)),
        *_optional("repository", "path", "url", "license", "split", "extra"),
    ]
)
"""One row a seed. ``tests`` maps a language to a test program: one that follows the solution, or one with a line
``{{solution}}`` where the solution goes; ``split`` is the split it came from; ``extra`` is a JSON
object of the further columns that were kept."""

REJECTED_SEEDS = pa.schema(
    [*_required("source", "source_id", "reason", "detail"), *_optional("language", "text", "code")]
)
"""Seeds that cannot be used. Texts are cut to 2,000 characters, with invalid UTF-8 replaced."""

_REQUEST = [
    *_required("request_id", "seed_id", "target_language"),
    pa.field("sample_index", pa.int32(), nullable=False),
    *_required("model", "prompt_name", "prompt_digest"),
]

COMPLETIONS = pa.schema(
    [
        *_REQUEST,
        *_required("sampling"),
        *_optional("text", "finish_reason"),
        pa.field("prompt_tokens", pa.int32()),
        pa.field("completion_tokens", pa.int32()),
        pa.field("latency_s", pa.float64()),
        pa.field("attempts", pa.int32()),
        pa.field("error", _TEXT),
    ]
)
"""One row a finished request: ``text`` is null exactly where ``error`` is not."""

TRANSLATIONS = pa.schema(
    [*_REQUEST, *_required("code"), pa.field("n_chars", pa.int32(), nullable=False), *_required("verification")]
)
"""Code taken from a completion and accepted by the gate. ``n_chars`` counts Unicode characters; ``verification`` is
the highest level reached: ``syntax`` (the gate parses it), ``checked`` (a parser of the language's own toolchain
accepts it, and no types were checked) or ``compiled`` (a compiler of the language resolved all its names and types)."""

REJECTED = pa.schema(
    [*_REQUEST, pa.field("code", _TEXT), pa.field("n_chars", pa.int32()), *_required("reason", "detail")]
)
"""Completions without an acceptable translation; ``code`` is what was extracted, where anything was."""

_QUERY = [
    *_required("request_id", "seed_id", "style"),
    pa.field("sample_index", pa.int32(), nullable=False),
    *_required("model", "prompt_name", "prompt_digest"),
]

QUERY_COMPLETIONS = pa.schema(
    [pa.field("style", _TEXT, nullable=False) if field.name == "target_language" else field for field in COMPLETIONS]
)
"""Completions of requests for queries: the columns of translations' completions, with ``style`` in place of
``target_language``."""

QUERIES = pa.schema([*_QUERY, *_required("query")])
"""Texts that a model has written anew and that were accepted, one row a query."""

REJECTED_QUERIES = pa.schema([*_QUERY, *_optional("query"), *_required("reason", "detail")])
"""Completions without an acceptable query; ``query`` is what was found, cut to 2,000 characters."""

FAILED_TESTS = pa.schema([*_required("request_id", "seed_id", "target_language", "reason", "detail")])
"""Accepted translations of one round that fail their tests: the next round of repairs begins with them."""

_REPAIR = [pa.field("round", pa.int32(), nullable=False), *_required("repairs")]

REPAIR_COMPLETIONS = pa.schema([*COMPLETIONS, *_REPAIR])
"""Completions of repair requests, with the round and the ``request_id`` of the attempt that each one repairs."""

REPAIR_TRANSLATIONS = pa.schema([*TRANSLATIONS, *_REPAIR])
"""Repaired translations that the gate accepted. The rows that they repair stay rejected."""

REPAIR_REJECTED = pa.schema([*REJECTED, *_REPAIR])
"""Repairs without an acceptable translation."""

VERIFICATION = pa.schema(
    [
        *_required("request_id", "seed_id", "target_language", "level"),
        *(pa.field(name, pa.int32(), nullable=False) for name in ("tests", "passed", "more_tests", "more_passed")),
        *_optional("reason", "detail", "toolchain"),
        pa.field("seconds", pa.float64(), nullable=False),
        pa.field("mutation_score", pa.float64()),
    ]
)
"""One row a translation that was left after deduplication: the ``level`` that it has reached, and how many of the
seed's ``tests`` were run and ``passed``; ``more_tests`` and ``more_passed`` are the same of cases on further inputs.
``reason`` says why it is rejected; ``detail`` what failed first, or why it was not tested. ``seconds`` is the time its
tests took: it differs from run to run, and no other table depends on it. ``mutation_score`` is that of its seed: the
share of broken solutions that its cases catch."""

CHECK_INPUT = pa.schema(
    [
        *_REQUEST,
        *_required("source_language", "source_code"),
        pa.field("entry_point", _TEXT),
        *_required("text"),
        pa.field("finish_reason", _TEXT),
    ]
)
"""The input of the gate: a completion with the seed that it should translate."""

PROGRAMS = pa.schema([*_required("program_id", "seed_id", "language", "origin", "code")])
"""Seeds and translations alike, as deduplication sees them; ``origin`` is seed or translation."""

CLUSTERS = pa.schema(
    [
        *_required("cluster_id", "program_id", "seed_id", "language", "origin", "representative_id", "status"),
        pa.field("jaccard", pa.float64(), nullable=False),
    ]
)
"""Members of near-duplicate clusters of two or more programs of one language. ``status`` is kept, exact_duplicate,
near_duplicate or seed_duplicate (a translation that goes with its dropped seed); ``jaccard`` is exact, to the
representative."""

BENCHMARK_ROWS = pa.schema([*_required("benchmark", "row_id", "language", "code")])
"""Programs of published benchmarks, as the search for contamination sees them."""

HITS = pa.schema(
    [
        *_required("program_id", "seed_id", "language", "origin", "benchmark", "row_id"),
        pa.field("jaccard", pa.float64(), nullable=False),
    ]
)
"""Contaminated programs: each with the benchmark's row that it is like, and its exact similarity to it."""

SPLIT_GROUPS = pa.schema([*_required("seed_id", "cluster_id")])
"""The split group of every seed that has programs: seeds connected by similar programs share a ``cluster_id``."""

TRIPLETS = pa.schema(
    [
        *_optional("repository_name", "func_path_in_repository"),
        *_required("language2", "func2", "language1_CSN", "func1_CSN", "func_documentation_string"),
        *_optional("func_code_url"),
        *_required("seed_id", "source"),
        *_optional("license"),
        *_required("model", "prompt_digest", "request_id", "cluster_id", "verification", "source_id"),
    ]
)
"""SynthCoNL's eight columns, then where each row comes from: ``source_id`` is the seed's id in its ``source``."""

DATASET_PROGRAMS = pa.schema(
    [
        *_required("program_id", "seed_id", "language", "origin"),
        *_required("code", "code_stripped", "code_anonymous", "document_id"),
        *_optional("contaminated_by", "source_id", "verification"),
    ]
)
"""One row a program. Programs of one language equal after stripping share ``document_id``, the id qrels use.
``contaminated_by`` names a row of a published benchmark that a program is like, where it is like one; ``verification``
is the level that a translation has reached, null for a seed's own program."""

NEGATIVES = pa.schema(
    [
        *_required("program_id", "seed_id", "language", "code", "code_stripped", "code_anonymous", "reason"),
        *_optional("detail", "source_id"),
        *_required("split"),
    ]
)
"""One row a translation that ran and failed its tests: a hard negative of its seed. ``split`` is that of its seed. No
corpus and no judgement contains it."""

MINED_NEGATIVES = pa.schema(
    [*_required("seed_id", "program_id", "language"), pa.field("rank", pa.int32(), nullable=False), *_required("miner")]
)
"""One row a text and a program that shares words with it and is of another split group. ``rank`` counts from 1 among
such programs of one language."""

DATASET_QUERIES = pa.schema(
    [
        *_required("query_id", "seed_id", "style", "query", "model", "prompt_digest", "request_id"),
        *_optional("source_id"),
    ]
)
"""One row a query: a text that a model has written anew. It is answered by what answers the text of its seed, and is
in the split of that seed."""

CLONES = pa.schema(
    [
        *_required("program_a", "program_b", "language_a", "language_b"),
        pa.field("label", pa.int8(), nullable=False),
        *_required("difficulty", "cluster_id_a", "cluster_id_b"),
        *_optional("source_id", "source_id_b"),
    ]
)
"""One row a pair of programs, the smaller ``program_id`` first. ``label`` is 1 if they solve one problem. The code is
in the configuration ``programs``; that of a translation that fails its tests in ``negatives``."""

CODE_COLUMNS: dict[Variant, str] = {"raw": "code", "stripped": "code_stripped", "anonymous": "code_anonymous"}
"""Of ``DATASET_PROGRAMS``. Raw code holds comments: a task on it is partly solved by reading them."""

TEXTS = pa.schema([*_required("seed_id", "text"), *_optional("source", "source_id", "entry_point", "tests", "extra")])
"""One row a seed: its text, and what its source says of it. ``tests`` is a JSON object from languages to programs that
fail with a wrong solution, which stands before them, or at a line ``{{solution}}``; ``extra`` is a JSON object of
further columns."""

QRELS = pa.schema(
    [
        *_required("task", "query_language", "corpus_language", "query_id", "corpus_id"),
        pa.field("score", pa.int8(), nullable=False),
        *_optional("source_id"),
    ]
)
"""Relevance judgements. For text2code ``query_language`` is ``text`` and ``query_id`` a seed_id. ``source_id`` is
that of a seed that makes the document relevant."""
