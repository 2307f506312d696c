"""The records that pass between stages and backends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import pyarrow as pa

from synthcode.vocabulary import Reason


class StageResult(NamedTuple):
    """The result of a stage for a batch: every row is in exactly one of the two tables."""

    kept: pa.Table
    rejected: pa.Table


class Rejection(NamedTuple):
    """Why a row is not used."""

    reason: Reason
    """One snake_case word."""
    detail: str
    """A sentence for people; may be empty."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """A filled prompt with its sampling settings: one completion is wanted for it."""

    request_id: str
    """Hash of model, messages, sampling settings and sample index."""
    seed_id: str
    source_id: str
    target_language: str
    """Of a request for a query: its style."""
    sample_index: int
    model: str
    prompt_name: str
    prompt_digest: str
    sampling: str
    """Canonical JSON of the request's fields other than the messages."""
    messages: tuple[Message, ...]
    repairs: str | None = None
    """The ``request_id`` of the failed attempt that it repairs; None for a first request."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The model's whole answer to a request, or the reason for a missing one."""

    text: str | None
    """The answer as it came; None if the request failed."""
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_s: float
    attempts: int
    error: str | None = None
    """``kind: message`` where the request failed, else None."""
    raw: bytes | None = None
    """The server's whole answer, where there was one; the journal keeps it, no table has it."""
