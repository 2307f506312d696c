"""The gate: completions become translations, or are rejected with a reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pyarrow as pa
from annotated_types import Ge, Gt, Le

from synthcode.languages import LANGUAGES, Language, get_language
from synthcode.parsing import MAX_BYTES
from synthcode.schemas.records import Rejection, Split
from synthcode.schemas.tables import REJECTED, TRANSLATIONS
from synthcode.stages.extraction import Block, in_order_of_likelihood, take_apart
from synthcode.stages.syntax import diagnose_program

_TOKEN = re.compile(r"\w+|[^\w\s]")
_REFUSAL = re.compile(
    r"\b(?:i(?:'|’)?m (?:very )?sorry|i am sorry|i apologi[sz]e|i (?:cannot|can(?:'|’)?t|can not|won(?:'|’)?t|am unable"
    r"|am not able)|as an ai|unable to (?:help|assist|translate)|can(?:not|(?:'|’)t) (?:help|assist) with)\b",
    re.IGNORECASE,
)
_CODE_MARKS = re.compile(r"[{}();=<>\[\]]|^\s*(?:def|end|import|#include)\b", re.MULTILINE)
_MARKS_PER_WORD_IN_CODE = 0.25
_SUPERSETS = frozenset({("javascript", "typescript"), ("c", "cpp")})
"""Every program of the first language is, but for details, one of the second."""


@dataclass(frozen=True)
class CheckConfig:
    """What the gate lets through."""

    max_chars: Annotated[int, Ge(1), Le(MAX_BYTES)] = MAX_BYTES
    """Longer code is rejected; the parser's own limit, in bytes of UTF-8, holds as well."""
    unchanged_similarity: Annotated[float, Gt(0), Le(1)] = 0.95
    """Share of tokens in common from which code is its source handed back."""


def check(batch: pa.Table, config: CheckConfig) -> Split:
    """Take the code out of each completion and check it.

    Of several blocks the first that passes is the translation, blocks tagged as the target before others.

    Parameters
    ----------
    batch
        Schema ``CHECK_INPUT``.
    config
        What is let through.

    Returns
    -------
    Split
        Schemas ``TRANSLATIONS`` and ``REJECTED``. Reasons: empty, refusal, truncated, no_code, syntax_error,
        wrong_language, unchanged, no_definition, too_long, too_deep, repetitive, parse_timeout.
    """
    kept, rejected = [], []
    for row in batch.to_pylist():
        code, rejection = _verdict(row, config)
        row |= {"code": code, "n_chars": None if code is None else len(code)}
        if rejection is None:
            kept.append(row)
        else:
            rejected.append({**row, **rejection._asdict()})
    return Split(_table(kept, TRANSLATIONS), _table(rejected, REJECTED))


def reject_all(batch: pa.Table, reason: str, detail: str) -> Split:
    """Reject completions that could not be checked: the worker died of them."""
    rows = [{**row, "code": None, "n_chars": None, "reason": reason, "detail": detail} for row in batch.to_pylist()]
    return Split(TRANSLATIONS.empty_table(), _table(rows, REJECTED))


def _verdict(row: Mapping[str, Any], config: CheckConfig) -> tuple[str | None, Rejection | None]:
    """Return the code, where there is any, and why it is not a translation, where it is none."""
    source, target = get_language(row["source_language"]), get_language(row["target_language"])
    answer = take_apart(row["text"])
    cut_off = row["finish_reason"] == "length"
    if not answer.blocks:
        if cut_off or answer.thinks_on:
            return None, Rejection("truncated", "the answer ends before its code")
        return None, Rejection("empty", "nothing was answered") if answer.is_blank else Rejection("no_code", "no code")
    if cut_off and not answer.blocks[-1].closed:
        return answer.blocks[-1].code, Rejection("truncated", "the answer ends inside its code")
    first: tuple[str, Rejection] | None = None
    for block in in_order_of_likelihood(answer.blocks, target, source):
        rejection = _diagnose(block, row["source_code"], source, target, config)
        if rejection is None:
            return block.code, None
        first = first or (block.code, rejection)
    assert first is not None
    if cut_off:
        return first[0], Rejection("truncated", "the answer was cut off, and what there is does not parse")
    return first


def _diagnose(
    block: Block, source_code: str, source: Language, target: Language, config: CheckConfig
) -> Rejection | None:
    code = block.code
    if len(code) > config.max_chars or len(code.encode()) > MAX_BYTES:
        return Rejection("too_long", f"{len(code):,} characters")
    if _is_unchanged(code, source_code, source, target, config):
        return Rejection("unchanged", "the source was handed back")
    rejection = diagnose_program(code, target)
    if rejection is None or rejection.reason == "no_definition":
        tagged = block.language or target
        superset = tagged is target or (tagged.name, target.name) in _SUPERSETS
        if not superset and diagnose_program(code, tagged) is None:
            return Rejection("wrong_language", f"it is {tagged.label}")
        return _prose(block) or rejection
    if rejection.reason != "syntax_error":
        return rejection
    return _prose(block) or _other_language(block, source, target) or rejection


def _is_unchanged(code: str, source_code: str, source: Language, target: Language, config: CheckConfig) -> bool:
    """Tell whether code is its source; in a superset of the source's language, only where not a token differs."""
    ours, theirs = Counter(_TOKEN.findall(code)), Counter(_TOKEN.findall(source_code))
    shared = (ours & theirs).total()
    likeness = 2 * shared / max(1, ours.total() + theirs.total())
    return likeness >= (1.0 if (source.name, target.name) in _SUPERSETS else config.unchanged_similarity)


def _prose(block: Block) -> Rejection | None:
    """Return why words are no code, or None where they may be some."""
    if block.fenced:
        return None
    words = len(block.code.split())
    if len(_CODE_MARKS.findall(block.code)) >= _MARKS_PER_WORD_IN_CODE * words:
        return None
    if _REFUSAL.search(block.code):
        return Rejection("refusal", block.code.strip()[:200])
    return Rejection("no_code", "there is prose alone")


def _other_language(block: Block, source: Language, target: Language) -> Rejection | None:
    """Return what other language code is in, where it is a clean program of one.

    Where its fence says what it is, only that and the source's language are tried.
    """
    likely = LANGUAGES.values() if block.language is None else (block.language, source)
    for language in likely:
        if language is not target and diagnose_program(block.code, language) is None:
            return Rejection("wrong_language", f"it is {language.label}")
    return None


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in schema.names}, schema=schema)
