"""Repairs: a failed translation is requested again, with the answer that failed and the reason why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge

from synthcode.languages import get_language
from synthcode.llm.prompts import Prompt
from synthcode.llm.requests import Sample, Sampling
from synthcode.schemas.records import Request
from synthcode.vocabulary import RepairReason

ANSWER_CHARS = 12_000
"""How much of a failed answer is sent back: a model that repeats itself fills its whole window."""
ERROR_CHARS = 2_000


@dataclass(frozen=True)
class RepairConfig:
    """Which failed translations to request again, with the failed answer and its error."""

    rounds: Annotated[int, Ge(0)] = 0
    """How often a translation is repaired at most: each round repairs what failed in the one before. 0 repairs none."""
    of: tuple[RepairReason, ...] = ("syntax_error", "compile_error", "test_failed", "truncated")
    """The reasons for which a failed translation is repaired."""
    budget: Annotated[int, Ge(1)] | None = None
    """Tokens that all repairs together may take, of prompts and answers; None sets no bound."""
    prompt: str = "repair"
    """A bundled prompt by name, or the path (with a slash) of a folder of templates."""


@dataclass(frozen=True)
class FailedAttempt:
    """A translation that failed, with all that its repair needs."""

    seed: Mapping[str, Any]
    """Row of the seeds table."""
    request_id: str
    target_language: str
    sample_index: int
    reason: RepairReason
    detail: str
    """What exactly was found."""
    answer: str
    """The code that was taken from the answer; the whole answer if there was none."""
    round: int = 0
    """0 for a first attempt, else the round of the repair that failed."""


def repair_request(attempt: FailedAttempt, sampling: Sampling, model: str, prompt: Prompt) -> Request:
    """Return the request that repairs a failed attempt.

    Parameters
    ----------
    attempt
        What failed.
    sampling
        Settings of the first request.
    model
        The model's name as the server knows it.
    prompt
        The prompt to fill. Its templates also see ``answer``, ``fence`` (long enough to enclose it), ``reason`` and
        ``error``.
    """
    answer = _shortened(attempt.answer, ANSWER_CHARS)
    error = _shortened(attempt.detail, ERROR_CHARS) or attempt.reason
    failure = {"answer": answer, "fence": _fence(answer), "reason": attempt.reason, "error": error}
    source, target = get_language(attempt.seed["language"]), get_language(attempt.target_language)
    messages = prompt.fill(attempt.seed, source, target, failure)
    sample = Sample(model, prompt, sampling.to_json(attempt.sample_index), attempt.sample_index)
    request_id = sample.request_id(messages, attempt.round + 1)
    return sample.request(attempt.seed, target.name, messages, request_id, repairs=attempt.request_id)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n..."


def _fence(text: str) -> str:
    """Return backticks that enclose a text: one more than its longest run of them, three at least."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return "`" * max(3, longest + 1)
