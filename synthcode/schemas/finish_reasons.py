"""How an answer ended, in the words of every provider: complete, cut off, refused, or broken off by a fault.

Only a reason on the list of complete ones means that the model ended where it wanted to. The names come from the
documentation of OpenAI, Anthropic, Google, Cohere, Mistral, DeepSeek, Zhipu, AI21, IBM, Aleph Alpha and Amazon, and
from the source of vLLM, SGLang, TGI, llama.cpp, Ollama, LMDeploy and TensorRT-LLM.
"""

from __future__ import annotations

import functools
import re
from enum import StrEnum


class Ending(StrEnum):
    """The meaning of a finish reason for its answer."""

    COMPLETE = "complete"
    """The model ended the answer by itself or at a stop string."""
    UNSTATED = "unstated"
    """The server, or the recording, does not say: such an answer counts as complete."""
    TRUNCATED = "truncated"
    """A limit or an abort came before the end."""
    REFUSED = "refused"
    """The model, or a filter of its provider, withheld the answer or the rest of it."""
    FAULT = "fault"
    """The provider broke the answer off: another attempt may succeed."""
    TOOL_CALL = "tool_call"
    """The model called a tool instead of answering; none was offered."""
    UNKNOWN = "unknown"
    """A reason that no list has: nothing says that the answer is whole."""


_LISTS = {
    Ending.COMPLETE: (
        *("stop", "stopped", "stop_sequence", "stop_sequences", "stop_string", "stop_str", "stop_word", "stop_token"),
        *("stop_sequence_reached", "stop_token_ids", "eos", "eos_token", "eos_token_id", "eot", "end", "end_turn"),
        *("end_of_turn", "end_of_text", "end_of_sequence", "end_of_stream", "endoftext", "complete", "completed"),
        *("completion", "done", "finish", "finished", "normal", "natural", "word", "success"),
        *("succeeded", "end_id", "stop_words"),
    ),
    Ending.UNSTATED: ("", "null", "none", "nil", "unspecified", "finish_reason_unspecified"),
    Ending.TRUNCATED: (
        *("max_len", "max_context"),
        *("length", "max_length", "model_length", "max_token", "max_tokens", "maximum_tokens", "max_new_tokens"),
        *("max_output", "max_output_tokens", "max_completion_tokens", "max_tokens_reached", "token_limit", "limit"),
        *("length_limit", "context_length", "context_length_exceeded", "context_window_exceeded", "max_context_length"),
        *("model_context_window_exceeded", "error_limit", "time_limit", "abort", "aborted", "cancel", "cancelled"),
        *("canceled", "user_cancel", "user_cancelled", "interrupted", "incomplete", "not_finished", "unfinished"),
        *("partial", "truncated", "truncation", "cutoff", "cut_off", "pause", "pause_turn", "repetition"),
    ),
    Ending.REFUSED: (
        *("content_filter", "content_filtered", "content_policy", "content_policy_violation", "filter", "filtered"),
        *("safety", "image_safety", "recitation", "image_recitation", "prohibited_content", "blocklist", "blocked"),
        *("image_prohibited_content", "spii", "language", "model_armor", "guardrail", "guardrails", "sensitive"),
        *("guardrail_intervened", "guardrail_triggered", "refusal", "refused", "moderation", "moderated", "flagged"),
        *("error_toxic", "toxic", "policy", "policy_violation", "violation", "censored", "denied"),
    ),
    Ending.FAULT: (
        *("error", "failed", "failure", "fault", "exception", "network_error", "server_error", "internal_error"),
        *("insufficient_system_resource", "insufficient_system_resources", "insufficient_resources", "overloaded"),
        *("overload", "unavailable", "service_unavailable", "timeout", "timed_out", "disconnect", "disconnected"),
        *("rate_limit", "rate_limited", "malformed_response", "malformed_model_output", "preempted", "crash", "killed"),
    ),
    Ending.TOOL_CALL: (
        *("tool_call", "tool_calls", "tool_use", "function_call", "function_calls", "malformed_function_call"),
        *("malformed_tool_use", "unexpected_tool_call", "too_many_tool_calls", "server_tool_use"),
    ),
}
_ENDINGS = {name: ending for ending, names in _LISTS.items() for name in names}

_PREFIX = re.compile(r"^(?:(?:finish|stop)_?)?reason[._:]+")
_CAPITAL_IN_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TURN_TOKEN = re.compile(r"<[|/]?[\w|]+[|]?>")
"""A token such as ``<|im_end|>`` or ``</s>`` that ended the turn: some servers name it as the reason."""


@functools.lru_cache(maxsize=1024)
def ending_of(finish_reason: str | None) -> Ending:
    """Return what a finish reason says, in any spelling: ``MAX_TOKENS``, ``maxTokens``, ``max-tokens``.

    Parameters
    ----------
    finish_reason
        As the server or the recording gives it; None if it gives none.
    """
    if finish_reason is None or _TURN_TOKEN.fullmatch(finish_reason.strip()):
        return Ending.UNSTATED if finish_reason is None else Ending.COMPLETE
    spelled = _CAPITAL_IN_WORD.sub("_", finish_reason.strip())
    name = _PREFIX.sub("", re.sub(r"[\s-]+", "_", spelled).lower())
    if name in _ENDINGS:
        return _ENDINGS[name]
    return Ending.FAULT if name.endswith(("_error", "_failure")) or name.startswith("error_") else Ending.UNKNOWN


def is_cut_off(finish_reason: str | None) -> bool:
    """Return whether an answer may end before its code does: only a complete fenced block in it can be trusted."""
    return ending_of(finish_reason) not in (Ending.COMPLETE, Ending.UNSTATED, Ending.REFUSED)
