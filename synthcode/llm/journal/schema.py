"""The journal's tables, and the statements that write and count its rows."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from synthcode.schemas.records import Request
from synthcode.schemas.tables import COMPLETIONS

APPLICATION_ID = 0x53796E63  # "Sync", in the header of every journal
VERSION = 2
"""Since version 2 every row has a checksum."""

ANSWER_COLUMNS = (
    "text",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "latency_s",
    "attempts",
    "error",
)
REQUEST_COLUMNS = tuple(name for name in COMPLETIONS.names if name not in ANSWER_COLUMNS)
CHECKED_COLUMNS = (*REQUEST_COLUMNS, *ANSWER_COLUMNS)
"""What a row's checksum covers; the server's whole answer, compressed, has one of its own."""
COLUMNS = (*CHECKED_COLUMNS, "answer", "checksum")
request_values: Callable[[Request], tuple[Any, ...]] = attrgetter(*REQUEST_COLUMNS)

# The indexes serve the counts, which are read while a run writes; the second holds only failures.
SCHEMA = """
CREATE TABLE completions (
    request_id TEXT PRIMARY KEY NOT NULL, seed_id TEXT NOT NULL, target_language TEXT NOT NULL,
    sample_index INTEGER NOT NULL, model TEXT NOT NULL, prompt_name TEXT NOT NULL, prompt_digest TEXT NOT NULL,
    sampling TEXT NOT NULL, text TEXT, finish_reason TEXT, prompt_tokens INTEGER, completion_tokens INTEGER,
    latency_s REAL, attempts INTEGER, error TEXT, answer BLOB, checksum BLOB
);
CREATE INDEX completions_by_language ON completions (target_language);
CREATE INDEX completions_failed ON completions (target_language, error) WHERE error IS NOT NULL;
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
"""
MARKS = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"

ADD_CHECKSUMS = "ALTER TABLE completions ADD COLUMN checksum BLOB;"

COUNT = """
SELECT target_language, 0, count(*) FROM completions GROUP BY 1
UNION ALL SELECT target_language, 1, count(*) FROM completions WHERE error IS NOT NULL GROUP BY 1
"""

# An answer is never replaced, a failure is: by an answer, or by a later failure.
UPSERT = (
    f"INSERT INTO completions ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "
    f"ON CONFLICT (request_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])} "
    "WHERE completions.error IS NOT NULL"
)
