"""From rows as they were found to seeds, or to rows rejected with a reason."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from synthcode.comments import detach_documentation, strip
from synthcode.comments.snippets import parse_snippet
from synthcode.errors import did_you_mean
from synthcode.identity import seed_id
from synthcode.languages import LANGUAGES, Language, find_language
from synthcode.languages.parsing import MAX_BYTES, ParseTimeout
from synthcode.schemas.records import Rejection, StageResult
from synthcode.schemas.tables import REJECTED_SEEDS, SEEDS
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.descriptions import WORDS, chosen_part, first_paragraph
from synthcode.seeds.raw import RawSeed
from synthcode.vocabulary import Reason

MAX_REJECTED_CHARS = 2_000
_MIN_WORDS_TO_LOOK_FOR = 3
"""``return x`` may be both a text and a line of code: shorter texts are not looked for in the code."""


def clean(raw: Sequence[RawSeed], config: SeedsConfig) -> StageResult:
    """Check rows and make seeds of them.

    The text is the row's own, or the part of it that ``config.text`` names, on one line; where the row has none, the
    first paragraph of the documentation in the code. The code is the row's without that documentation, with ``\\n``
    ends of lines.

    Parameters
    ----------
    raw
        Rows in any order. Rows with the same content or name are all kept: see ``drop_duplicate_ids``.
    config
        ``max_code_chars`` and ``text``.

    Returns
    -------
    StageResult
        Schemas ``SEEDS`` and ``REJECTED_SEEDS``. Reasons: those of the rows' own problems, ``no_code``, ``no_text``,
        ``unknown_language``, ``invalid_utf8``, ``lone_surrogate``, ``nul_byte``, ``too_long``, ``too_deep``,
        ``syntax_error``, ``parse_timeout``.
    """
    kept, rejected = [], []
    for seed in raw:
        row = _seed_row(seed, config)
        if isinstance(row, Rejection):
            rejected.append(_rejected_row(seed, row))
        else:
            kept.append(row)
    return StageResult(_table(kept, SEEDS), _table(rejected, REJECTED_SEEDS))


def reject(raw: Sequence[RawSeed], reason: Reason, detail: str) -> StageResult:
    """Reject rows that could not be cleaned: the worker died of them."""
    rejection = Rejection(reason, detail)
    return StageResult(SEEDS.empty_table(), _table([_rejected_row(seed, rejection) for seed in raw], REJECTED_SEEDS))


def drop_duplicate_ids(table: pa.Table, seen: set[str]) -> StageResult:
    """Keep the first seed of every name.

    Parameters
    ----------
    table
        Schema ``SEEDS``, sorted by ``seed_id``, so that the choice depends only on the content.
    seen
        The names of earlier tables; those of this one are added.

    Returns
    -------
    StageResult
        Reason: ``duplicate_id``. With other content, a recording that names ``source_id`` could mean either.
    """
    keep: list[bool] = []
    rejected = []
    last_seed = ""
    for row in table.select(["seed_id", "source", "source_id", "language", "text", "code"]).to_pylist():
        name = f"{row['source']}\0{row['source_id']}"
        rejection = None
        if name in seen:
            again = "the same row again" if row["seed_id"] == last_seed else "another seed has the same source_id"
            rejection = Rejection("duplicate_id", again)
        else:
            last_seed = row["seed_id"]
            seen.add(name)
        keep.append(rejection is None)
        if rejection is not None:
            rejected.append({**row, **rejection._asdict()} | _cut(row))
    return StageResult(table.filter(pa.array(keep, pa.bool_())), _table(rejected, REJECTED_SEEDS))


def _seed_row(seed: RawSeed, config: SeedsConfig) -> dict[str, Any] | Rejection:
    """Return the seed's row of ``SEEDS``, or the reason for its rejection."""
    if seed.problem is not None:
        return seed.problem
    code = checked_text(seed.code, "code")
    text = checked_text(seed.text, "text")
    if isinstance(code, Rejection):
        return code
    if isinstance(text, Rejection):
        return text
    language = find_language(seed.language)
    if language is None:
        return Rejection("unknown_language", f"{seed.language!r}{did_you_mean(seed.language.lower(), LANGUAGES)}")
    if not code.strip():
        return Rejection("no_code", "the row has no code")
    if len(code) > config.max_code_chars or len(code.encode()) > MAX_BYTES:
        return Rejection("too_long", f"{len(code):,} characters of code")
    parted = _part(text, code, language, config)
    if isinstance(parted, Rejection):
        return parted
    text, code = parted
    source, source_id = printable(seed.source), printable(seed.source_id)
    return {
        "seed_id": seed_id(source, source_id, language.name, text, code),
        "source": source,
        "source_id": source_id,
        "language": language.name,
        "text": text,
        "code": code,
        "entry_point": _optional(seed.entry_point),
        "tests": _tests(seed.tests),
        "repository": _optional(seed.repository),
        "path": _optional(seed.path),
        "url": _optional(seed.url),
        "license": _optional(seed.license or config.license),
        "split": _optional(seed.split),
        "extra": _extra(seed.extra),
    }


def checked_text(value: str | bytes | None, column: str) -> str | Rejection:
    """Return text that can be stored, with ``\\n`` ends of lines and no byte order mark; ``''`` for None."""
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError as problem:
            return Rejection("invalid_utf8", f"{column}: {problem.reason} at byte {problem.start:,}")
    value = value or ""
    if "\0" in value:
        return Rejection("nul_byte", f"{column}: at character {value.index(chr(0)):,}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as problem:
            return Rejection("lone_surrogate", f"{column}: at character {problem.start:,}")
        value = value.removeprefix("\ufeff")  # of the file, not of the program
    return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value


def _part(text: str, code: str, language: Language, config: SeedsConfig) -> tuple[str, str] | Rejection:
    """Return the text, and the code without it."""
    if code.lstrip("\n")[:1].isspace():
        code = textwrap.dedent(code)  # cut from within a class: Python could not be parsed
    try:
        root = parse_snippet(code, language).root
    except ParseTimeout as problem:
        return Rejection(problem.reason, str(problem))
    if root.has_error:
        return Rejection("syntax_error", f"it does not parse as {language.label}")
    if all(node.type in language.comments or node.type == "php_tag" for node in root.named_children):
        return Rejection("no_code", "there is nothing but comments in it")
    code, documentation = detach_documentation(code, language)
    text = chosen_part(text, config.text) or first_paragraph(documentation)
    if not text:
        return Rejection("no_text", "neither the row nor the documentation in its code says what it does")
    if _says(code, text):
        code = strip(code, language)
    return (text, code.strip()) if code.strip() else Rejection("no_code", "there is nothing but comments in it")


def _says(code: str, text: str) -> bool:
    """Return whether the words of a text stand in a row in code, as they do in a comment that repeats it."""
    words = WORDS.findall(text.lower())
    if len(words) < _MIN_WORDS_TO_LOOK_FOR:
        return False
    lowered = code.lower()
    if not all(word in lowered for word in words):
        return False
    return f" {' '.join(words)} " in f" {' '.join(WORDS.findall(lowered))} "


def printable(value: str) -> str:
    """Return text that can be stored: characters that are not valid Unicode become ``?``."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _optional(value: str | None) -> str | None:
    return printable(value) if value else None


def _extra(columns: Mapping[str, object]) -> str | None:
    """Return further columns as a JSON object; what JSON has no form for becomes text."""
    if not columns:
        return None
    return printable(json.dumps(_plain(columns), sort_keys=True, ensure_ascii=False, default=str))


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _tests(tests: Mapping[str, str]) -> list[tuple[str, str]]:
    named = {(found.name if (found := find_language(key)) else key): program for key, program in tests.items()}
    return [(printable(language), printable(program)) for language, program in sorted(named.items())]


def _rejected_row(seed: RawSeed, rejection: Rejection) -> dict[str, Any]:
    code = seed.code.decode("utf-8", "replace") if isinstance(seed.code, bytes) else seed.code
    return {
        "source": printable(seed.source),
        "source_id": printable(seed.source_id),
        "reason": rejection.reason,
        "detail": printable(rejection.detail),
        "language": _optional(seed.language),
        **_cut({"text": seed.text, "code": code}),
    }


def _cut(row: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: _optional((row[name] or "")[:MAX_REJECTED_CHARS]) for name in ("text", "code")}


def _table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    rows = list(rows)
    return pa.table({name: [row[name] for row in rows] for name in schema.names}, schema=schema)
