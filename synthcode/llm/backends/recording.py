"""Reading recordings: stored answers in Parquet or JSON lines, written by this project or by another tool."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from synthcode.bounded.damage import damage
from synthcode.bounded.lines import UNREADABLE, LongLine, read_lines
from synthcode.bounded.parquet import ParquetRows
from synthcode.errors import InputError
from synthcode.identity import canonical_json
from synthcode.languages import find_language
from synthcode.llm.backend import ErrorKind
from synthcode.sanitize import one_line
from synthcode.schemas.finish_reasons import Ending, ending_of
from synthcode.vocabulary import QUERY_STYLES

BATCH_ROWS = 256
_AGAIN = "make it again, or give another one"
_INT32_MAX = 2**31 - 1
_SUFFIXES = (".parquet", *(f".jsonl{packed}" for packed in ("", ".gz", ".bz2", ".xz", ".zst", ".zip")))
_NEEDED = "a recording needs the columns text, target_language (or style) and one of request_id, seed_id, source_id"
_STYLE = "style"
"""Stands in place of the target language in a recording of queries."""
_IDS = ("request_id", "seed_id", "source_id")


class RecordedAnswer(NamedTuple):
    """One usable row of a recording. What the row does not say is None."""

    request_id: str | None
    seed_id: str | None
    source_id: str | None
    target_language: str
    """Of a query: its style."""
    sample_index: int | None
    model: str | None
    prompt_digest: str | None
    sampling: str | None
    """Canonical JSON."""
    text: str | None
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_s: float
    attempts: int
    error: str | None
    repairs: str | None = None
    """The request whose failed answer this one repairs."""


_COLUMNS = {*RecordedAnswer._fields, _STYLE}


def recording_files(path: Path) -> list[Path]:
    """Return the files of a recording: a file, or those of a folder.

    Raises
    ------
    InputError
        If there is no such file.
    """
    files = sorted(file for file in path.iterdir() if file.name.endswith(_SUFFIXES)) if path.is_dir() else [path]
    if not files or not all(file.is_file() and file.name.endswith(_SUFFIXES) for file in files):
        what = "holds no recording" if path.is_dir() else "is not a recording" if path.exists() else "does not exist"
        raise InputError(f"{path} {what}", f"give a file, or a folder of files, that end in {', '.join(_SUFFIXES)}")
    return files


_UNKNOWN_LANGUAGE = "unknown_language"
_LANGUAGE_CHARS = 40
_MOST_LANGUAGES = 1000


def read_recording(
    file: Path, skipped: Counter[str], unknown_languages: Counter[str] | None = None
) -> Iterator[RecordedAnswer]:
    """Yield the usable rows of a file; the others are counted by reason in ``skipped``.

    Unknown target languages are counted by name as well, the first thousand of them.

    Raises
    ------
    InputError
        If the file cannot be read, or lacks columns that a recording needs.
    """
    rows = _parquet_rows(file, skipped) if file.name.endswith(".parquet") else _json_rows(file, skipped)
    for row in rows:
        answer = _answer(row)
        if isinstance(answer, str):
            skipped[answer] += 1
            language = row.get("target_language")
            if answer == _UNKNOWN_LANGUAGE and unknown_languages is not None and isinstance(language, str):
                name = one_line(language, _LANGUAGE_CHARS)
                if name in unknown_languages or len(unknown_languages) < _MOST_LANGUAGES:
                    unknown_languages[name] += 1
        else:
            yield answer


def _parquet_rows(file: Path, skipped: Counter[str]) -> Iterator[Mapping[str, Any]]:
    table = ParquetRows(file, _AGAIN)
    names = table.schema().names
    _refuse_lacking(file, set(names))
    for rows in table.batches((*RecordedAnswer._fields, _STYLE), BATCH_ROWS):
        if rows.batch is None:
            skipped["too_large"] += rows.size
            continue
        try:
            yield from rows.batch.to_pylist()
        except UnicodeDecodeError:
            yield from _decodable_rows(rows.batch, skipped)


def _decodable_rows(batch: pa.RecordBatch, skipped: Counter[str]) -> Iterator[Mapping[str, Any]]:
    for index in range(len(batch)):
        try:
            yield from batch.slice(index, 1).to_pylist()
        except UnicodeDecodeError:
            skipped["bad_utf8"] += 1


def _json_rows(file: Path, skipped: Counter[str]) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    with _readable(file):
        for line in read_lines(file):
            if isinstance(line, LongLine):
                skipped["too_large"] += 1
                continue
            if not line.strip():
                continue
            row = _parse(line)
            if row is None:
                skipped["bad_json"] += 1
            else:
                seen.update(row.keys() & _COLUMNS)
                yield row
    _refuse_lacking(file, seen)


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, dict) else None


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as problem:
        what, fix = damage(problem, _AGAIN)
        raise InputError(f"the recording {file} cannot be read: {one_line(what)}", fix) from problem


def _refuse_lacking(file: Path, names: set[str]) -> None:
    lacking = [] if "text" in names else ["text"]
    lacking += [] if names.intersection(("target_language", _STYLE)) else ["target_language"]
    if not names.intersection(_IDS):
        lacking.append("request_id, seed_id or source_id")
    if lacking:
        raise InputError(f"the recording {file} has no column {' and no '.join(lacking)}", _NEEDED)


def _answer(row: Mapping[str, Any]) -> RecordedAnswer | str:
    """Return a row, or the reason why it cannot be used."""
    ids = {name: _name(row.get(name)) for name in _IDS}
    target = _target(row)
    # Where the recording has no such column, an answer is taken for a whole one.
    finish_reason = _finish_reason(row.get("finish_reason", "stop"))
    error = _error(row.get("error"))
    if error is None and ending_of(finish_reason) is Ending.FAULT:
        error = f"{ErrorKind.BROKEN_OFF}: recorded with finish_reason {one_line(finish_reason or '', 60)}"
    text = row.get("text") if error is None else None
    if target is None:
        return _UNKNOWN_LANGUAGE
    if error is None and not isinstance(text, str):
        return "no_text"
    if not any(ids.values()):
        return "no_id"
    return RecordedAnswer(
        **ids,
        target_language=target,
        sample_index=_count(row.get("sample_index")),
        model=_name(row.get("model")),
        prompt_digest=_name(row.get("prompt_digest")),
        sampling=_sampling(row.get("sampling")),
        text=text,
        finish_reason=finish_reason if error is None else None,
        prompt_tokens=_count(row.get("prompt_tokens")),
        completion_tokens=_count(row.get("completion_tokens")),
        latency_s=_seconds(row.get("latency_s")),
        attempts=_count(row.get("attempts")) or 1,
        error=error,
        repairs=_name(row.get("repairs")),
    )


def _target(row: Mapping[str, Any]) -> str | None:
    """Return the target language, or the style of a query; None if it is neither."""
    language, style = row.get("target_language"), row.get(_STYLE)
    if language is None and style in QUERY_STYLES:
        return str(style)
    known = find_language(language) if isinstance(language, str) else None
    return None if known is None else known.name


def _name(value: object) -> str | None:
    return str(value) if type(value) is int else _text(value) or None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _finish_reason(value: object) -> str | None:
    """Return a finish reason; SGLang's own form is an object with a ``type``."""
    return _text(value.get("type") if isinstance(value, dict) else value)


def _count(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():  # a column with nulls, as pandas writes it
        value = int(value)
    return value if type(value) is int and 0 <= value <= _INT32_MAX else None


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < math.inf else 0.0


def _error(value: object) -> str | None:
    return value if isinstance(value, str) and value else one_line(canonical_json(value)) if value else None


def _sampling(value: object) -> str | None:
    if isinstance(value, dict):
        return canonical_json(value)
    row = _parse(value.encode()) if isinstance(value, str) else None
    return None if row is None else canonical_json(row)
