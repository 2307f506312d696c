"""What a model is sent besides the messages: canonical JSON in requests, checked when it is read."""

from __future__ import annotations

import functools
from typing import Any

import orjson

from synthcode.errors import InputError, did_you_mean

SAMPLING_FIELDS = frozenset(
    {
        *("temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens", "min_tokens"),
        *("seed", "stop", "stop_token_ids", "include_stop_str_in_output", "ignore_eos", "skip_special_tokens"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty", "logit_bias", "bad_words"),
        *("response_format", "structured_outputs", "chat_template_kwargs", "reasoning_effort", "cache_salt"),
    }
)
"""Fields that a request may have next to model and messages: vLLM silently ignores any field that it does not know."""


@functools.lru_cache(maxsize=64)
def sampling_fields(text: str) -> dict[str, Any]:
    """Return a request's sampling settings as the fields of its body, those of ``extra_body`` among them.

    Raises
    ------
    InputError
        If one is unknown.
    """
    fields: dict[str, Any] = orjson.loads(text)
    extra: dict[str, Any] = fields.pop("extra_body", {})
    for name in fields:
        if name not in SAMPLING_FIELDS:
            raise InputError(
                f"unknown sampling setting {name!r}{did_you_mean(name, SAMPLING_FIELDS)}",
                f"known: {', '.join(sorted(SAMPLING_FIELDS))}",
            )
    return extra | fields


def max_tokens_of(text: str) -> int | None:
    """Return the maximum length of the requested answer, in tokens; None if that is left to the server."""
    fields = sampling_fields(text)
    found = fields.get("max_completion_tokens", fields.get("max_tokens"))
    return found if isinstance(found, int) else None
