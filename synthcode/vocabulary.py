"""Every closed list of names, once: each is a ``Literal`` for types and a tuple of the same names for everything else.

Commands, validation, tables, cards and reports read them from here. Nothing heavy is imported, so ``--help`` may, too.
Open lists, which a plug-in can extend, are in ``synthcode.plugins``.
"""

from __future__ import annotations

from typing import Literal, get_args

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

Task = Literal["text2code", "code2code"]
TASKS: tuple[Task, ...] = get_args(Task)
"""Retrieval tasks: programs for a description, and programs for a program in another language."""

RETRIEVAL = "retrieval"
"""What ``evaluate --task`` calls all retrieval tasks together."""

ClassificationTask = Literal["clones", "classification"]
CLASSIFICATION_TASKS: tuple[ClassificationTask, ...] = get_args(ClassificationTask)
"""Tasks of published benchmarks: whether two programs do the same, and which label a program has."""

TrainingTask = Literal["retrieval", ClassificationTask]
TRAINING_TASKS: tuple[TrainingTask, ...] = ("retrieval", *CLASSIFICATION_TASKS)
"""What an encoder is trained for: vectors, or heads that tell clones from other pairs or give a program its label."""

TEXT = "text"
"""The query language of text-to-code retrieval."""

QueryStyle = Literal["keyword", "question", "paraphrase"]
QUERY_STYLES: tuple[QueryStyle, ...] = get_args(QueryStyle)
"""How a model writes a text anew: as search terms, as a question, in other words. Each is a query language, too."""

IN_WORDS: frozenset[str] = frozenset({TEXT, *QUERY_STYLES})
"""Query languages that are not programming languages."""


def style_task(style: str) -> str:
    """Return the retrieval task whose queries are written in a style: ``text2code_keyword``."""
    return f"text2code_{style}"


STYLE_TASKS: tuple[str, ...] = tuple(map(style_task, QUERY_STYLES))
"""Scored apart from ``TASKS``, of datasets that have the configuration ``queries``."""

Variant = Literal["stripped", "anonymous", "raw"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""How programs are shown: without comments and docstrings, with the entry point renamed as well, as they came."""
DEFAULT_VARIANT: Variant = "stripped"
SCORED_VARIANTS: tuple[Variant, ...] = ("stripped", "anonymous")
"""The variants that are scored by default. Raw code holds comments: a task on it is partly solved by reading them."""

Metric = Literal["MRR@10", "nDCG@10", "R@1", "R@5", "R@10", "MAP"]
METRICS: tuple[Metric, ...] = get_args(Metric)
MAIN_METRIC: Metric = "MRR@10"
"""The metric that tables and plots show, and the one that the MoSE paper reports."""
MAIN_SCORES = ("AP", "MAP@R", "accuracy_probe", "accuracy_head", "accuracy_knn")
"""Of clones and classification: the first of them that results have is compared and drawn. AP needs no threshold."""
MTEB_METRIC: Metric = "nDCG@10"
"""The main score of mteb's retrieval tasks: results in mteb's form, and those on the Hub, report it."""

Fusion = Literal["rrf", "weighted"]
FUSIONS: tuple[Fusion, ...] = get_args(Fusion)
"""How rankings are made one: by reciprocal ranks, or by a weighted mean of scaled scores."""

Corpus = Literal["all", "failed"]
CORPORA: tuple[Corpus, ...] = get_args(Corpus)
"""Further documents from a dataset itself: programs of its other splits, translations that failed their tests."""

Precision = Literal["float32", "int8", "binary"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
"""Numbers that a vector is stored in, the largest first."""

Level = Literal["syntax", "checked", "compiled", "tested"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""Levels of verification of a translation, the weakest first."""
LEVEL_MEANINGS: dict[Level, str] = {
    "syntax": "the gate parses it",
    "checked": "a parser of the language's own toolchain accepts it, and no types were checked",
    "compiled": "a compiler of the language resolved all its names and types",
    "tested": "it was run, and passed its tests",
}


def at_least(level: str, other: Level) -> bool:
    """Return whether a level of verification is another one or a stronger one; an unknown level is not."""
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(other)


TextPart = Literal["description", "first-paragraph", "whole"]
TEXT_PARTS: tuple[TextPart, ...] = get_args(TextPart)
"""What is taken of a text that says what a program does."""

DropMode = Literal["train", "everywhere"]
DROP_MODES: tuple[DropMode, ...] = get_args(DropMode)
"""What contaminated programs are removed from: the training split, or the whole dataset."""

TransitiveMode = Literal["keep", "drop"]
TRANSITIVE_MODES: tuple[TransitiveMode, ...] = get_args(TransitiveMode)
"""What becomes of a program that is similar to removed programs only: it stays, or it is removed as well."""

Status = Literal["kept", "exact_duplicate", "near_duplicate", "seed_duplicate"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""What deduplication says of a program. A ``seed_duplicate`` is a translation of a seed that was removed."""

CONTAMINATED = "contaminated"
"""The verdict on a translation that resembles a published benchmark."""

Stage = Literal["seeds", "dedup_seeds", "translate", "check", "repair", "dedup", "verify", "queries", "build"]
STAGES: tuple[str, ...] = get_args(Stage)
"""The stages of a run, in the order in which they run."""

PairDifficulty = Literal["verified", "unverified", "random", "same_signature", "lexical", "failed_translation"]
PAIR_DIFFICULTIES: dict[PairDifficulty, str] = {
    "verified": "both programs solve one problem; each is a seed's own or passed its tests",
    "unverified": "both programs translate one seed or are it, and a translation was not run",
    "random": "programs of two problems",
    "same_signature": "programs of two problems whose functions take as many arguments",
    "lexical": "a program and one of the problem whose words are nearest by BM25",
    "failed_translation": "a program and a translation of the same seed that fails its tests",
}
"""Kinds of pairs of programs: two of clones, then those of others, with what they mean."""
CLONE_DIFFICULTIES: tuple[PairDifficulty, ...] = ("verified", "unverified")

LostReason = Literal["parse_timeout", "parser_crash"]
"""Why a row has no result: its parser hangs, or takes its process down."""

ParserReason = Literal["too_long", "too_deep", "repetitive", LostReason]
"""Why code is not parsed: it exceeds a limit, or no parser survives it."""

SeedReason = Literal[
    ParserReason,
    "unreadable_row",
    "too_large",
    "invalid_utf8",
    "nul_byte",
    "lone_surrogate",
    "duplicate_id",
    "unknown_language",
    "no_code",
    "no_text",
    "syntax_error",
]
SEED_REASONS: tuple[SeedReason, ...] = get_args(SeedReason)
"""Why a row of a benchmark is not a seed."""

GateReason = Literal[
    ParserReason,
    "empty",
    "refusal",
    "truncated",
    "no_code",
    "syntax_error",
    "no_definition",
    "placeholder",
    "split",
    "wrong_language",
    "unchanged",
    "compile_error",
]
GATE_REASONS: tuple[GateReason, ...] = get_args(GateReason)
"""Why a completion has no acceptable translation."""

VerifyReason = Literal["compile_error", "test_failed", "test_timeout", "test_crash"]
VERIFY_REASONS: tuple[VerifyReason, ...] = get_args(VerifyReason)
"""Why an accepted translation fails its verification."""

RepairReason = Literal[GateReason, VerifyReason]
REPAIR_REASONS: tuple[RepairReason, ...] = get_args(RepairReason)
"""Why a translation can fail, and be requested again with its error."""

QueryReason = Literal[
    "empty",
    "refusal",
    "truncated",
    "too_long",
    "code",
    "several",
    "wrong_style",
    "names_entry_point",
    "near_copy",
    "ambiguous",
]
QUERY_REASONS: tuple[QueryReason, ...] = get_args(QueryReason)
"""Why a completion is not a query."""

Reason = SeedReason | GateReason | VerifyReason | QueryReason
