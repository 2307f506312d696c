"""The gate: completions become translations, or are rejected with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from synthcode.gate.answers.block_selection import choose
from synthcode.gate.answers.extraction import Block, Extraction, extract, likelihood
from synthcode.gate.answers.prose import is_refusal
from synthcode.gate.config import CheckConfig
from synthcode.gate.identity_check import is_unchanged
from synthcode.gate.placeholders import placeholder
from synthcode.gate.syntax.diagnosis import diagnose_program, is_program
from synthcode.languages import LANGUAGES, Language, get_language
from synthcode.schemas.finish_reasons import Ending, ending_of, is_cut_off
from synthcode.schemas.records import Rejection, StageResult
from synthcode.schemas.tables import REJECTED, TRANSLATIONS
from synthcode.vocabulary import Level, Reason

MAX_BLOCKS = 16
"""Blocks of one answer that are looked at."""
TEXT_PER_CODE = 10
"""A longer answer, thoughts and all, than so many times the longest code is not looked at."""
OTHER_LANGUAGE_DEADLINE_S = 1.0
"""Finding the language of code that is not in the target language takes 11 grammars. Sound code needs half of it."""

VERIFIED_BY_SYNTAX: Level = "syntax"
"""The level of verification that this gate gives: the translation parses; nothing was run."""

_UNSURE = frozenset({"no_code", "no_definition", "syntax_error", "wrong_language"})
"""Reasons that may be mere side effects of truncation."""
_ENDED = frozenset({"empty", "refusal", "truncated"})
"""Reasons whose detail says how the answer ended, where that is not plain."""
_FINISH_REASON_CHARS = 60


def check(batch: pa.Table, config: CheckConfig) -> StageResult:
    """Extract the code from each completion and check it.

    Parameters
    ----------
    batch
        Schema ``CHECK_INPUT``.
    config
        What is accepted.

    Returns
    -------
    StageResult
        Schemas ``TRANSLATIONS`` and ``REJECTED``. Reasons, the first that holds: ``too_long``; ``refusal``, if the
        finish reason says so; ``empty``; ``refusal`` and ``no_code``, if there is no code; ``truncated``, if the
        answer may have been cut off within its code: its finish reason is not one of complete answers;
        ``unchanged``, the source returned as it was; ``wrong_language``, a program of another language;
        ``syntax_error``, ``too_deep``, ``repetitive`` and ``parse_timeout``, code that the parser does not accept;
        ``no_definition``, code without a function or type; ``placeholder``, code in place of a translation: stubs,
        elided code, types without the functions of the source, tests; ``split``, code spread over several blocks.
    """
    kept, rejected = [], []
    for row in batch.to_pylist():
        code, rejection = _verdict(row, config)
        if rejection is not None and rejection.reason in _ENDED:
            rejection = rejection._replace(detail=rejection.detail + _ending(row["finish_reason"]))
        row |= {"code": code, "n_chars": None if code is None else len(code)}
        if rejection is None:
            kept.append({**row, "verification": VERIFIED_BY_SYNTAX})
        else:
            rejected.append({**row, **rejection._asdict()})
    return StageResult(_table(kept, TRANSLATIONS), _table(rejected, REJECTED))


def _ending(finish_reason: str | None) -> str:
    """Return the finish reason for a detail, unless it goes without saying."""
    ending = ending_of(finish_reason)
    if finish_reason is None or ending in (Ending.COMPLETE, Ending.UNSTATED) or finish_reason in ("length", "refusal"):
        return ""
    known = "unknown finish_reason" if ending is Ending.UNKNOWN else "finish_reason"
    return f" ({known} {finish_reason[:_FINISH_REASON_CHARS]!r})"


def reject_all(batch: pa.Table, reason: Reason, detail: str) -> StageResult:
    """Reject completions that could not be checked: the worker died of them."""
    rows = [{**row, "code": None, "n_chars": None, "reason": reason, "detail": detail} for row in batch.to_pylist()]
    return StageResult(TRANSLATIONS.empty_table(), _table(rows, REJECTED))


def _verdict(row: Mapping[str, Any], config: CheckConfig) -> tuple[str | None, Rejection | None]:
    """Return the code, if there is any, and why it is not a translation, if it is not."""
    if len(row["text"]) > TEXT_PER_CODE * config.max_chars:
        return None, Rejection("too_long", f"an answer of {len(row['text']):,} characters")
    source, target = get_language(row["source_language"]), get_language(row["target_language"])
    found = extract(row["text"], target, source, row["finish_reason"], prefilled=config.prefilled)
    if found.reason is not None:
        return None, Rejection(found.reason, found.detail)
    judged = _judged(_candidates(found, target, source), row, config)
    sound = [block for block, rejection in judged if rejection is None]
    if not sound:
        return _best_rejection(judged, row)
    parts = [block for block, rejection in judged if rejection is not None and rejection.reason == "placeholder"]
    chosen = choose(sound, target, row["source_code"], source, row["entry_point"], parts)
    return (sound[0].code, chosen) if isinstance(chosen, Rejection) else (chosen.code, None)


def _candidates(found: Extraction, target: Language, source: Language) -> tuple[Block, ...]:
    """Return the blocks to judge: with one that names the target, none that names another language."""
    blocks = found.blocks[:MAX_BLOCKS]
    if likelihood(blocks[0], target, source) == 0:
        return tuple(block for block in blocks if likelihood(block, target, source) < 3)
    return blocks


def _judged(
    blocks: tuple[Block, ...], row: Mapping[str, Any], config: CheckConfig
) -> list[tuple[Block, Rejection | None]]:
    """Judge blocks up to the first that a parser does not get through: one row is given that time once."""
    judged = []
    for block in blocks:
        rejection = _judge(block, row, config)
        judged.append((block, rejection))
        if rejection is not None and rejection.reason == "parse_timeout":
            break
    return judged


def _judge(block: Block, row: Mapping[str, Any], config: CheckConfig) -> Rejection | None:
    """Return why a block is not a translation, or None if it is."""
    source, target = get_language(row["source_language"]), get_language(row["target_language"])
    if not block.complete:
        return Rejection("truncated", "the answer was cut off within its code")
    if len(block.code) > config.max_chars:
        return Rejection("too_long", f"{len(block.code):,} characters, at most {config.max_chars:,} are taken")
    if is_unchanged(block.code, target, row["source_code"], source, config.unchanged_similarity):
        return Rejection("unchanged", "the source was handed back")
    rejection = diagnose_program(block.code, target, config.deadline_s)
    if rejection is not None and rejection.reason not in ("syntax_error", "no_definition"):
        return rejection
    other = _other_language(block, target, source, is_translation=rejection is None)
    if other is not None:
        return Rejection("wrong_language", f"it is {other.label}")
    if rejection is not None:
        return rejection
    why = placeholder(block.code, target, row["source_code"], source, row["entry_point"])
    return None if why is None else Rejection("placeholder", why)


def _other_language(block: Block, target: Language, source: Language, *, is_translation: bool) -> Language | None:
    """Return the language that a block is a program of, if it is another than the target.

    The fence is evidence, not proof: what would pass for a translation is another language's only where the fence
    says so and that language's parser agrees.
    """
    others = () if is_translation else (source, *LANGUAGES.values())
    for language in dict.fromkeys((block.language, *others)):
        if language is None or language is target:
            continue
        if is_program(block.code, language, OTHER_LANGUAGE_DEADLINE_S):
            return language
    return None


def _best_rejection(
    judged: list[tuple[Block, Rejection | None]], row: Mapping[str, Any]
) -> tuple[str | None, Rejection | None]:
    """Return the block that the answer seems to have meant, and why it is not a translation."""
    rejections = [(block, rejection) for block, rejection in judged if rejection is not None]
    meant = [pair for pair in rejections if pair[1].reason != "unchanged"] or rejections
    block, rejection = max(meant, key=lambda pair: (pair[1].reason == "truncated", len(pair[0].code)))
    if rejection.reason in _UNSURE and is_cut_off(row["finish_reason"]):
        return block.code, Rejection("truncated", f"the answer was cut off; {rejection.reason}: {rejection.detail}")
    if rejection.reason in _UNSURE and is_refusal(row["text"]) and rejection.reason != "syntax_error":
        return block.code, Rejection("refusal", " ".join(row["text"].split())[:200])
    return block.code, rejection


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in schema.names}, schema=schema)
