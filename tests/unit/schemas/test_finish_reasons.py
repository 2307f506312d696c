from __future__ import annotations

import pytest

from synthcode.schemas.finish_reasons import Ending, ending_of, is_cut_off


@pytest.mark.parametrize(
    ("ending", "reasons"),
    [
        (
            Ending.COMPLETE,
            "stop eos end_turn STOP stop_sequence COMPLETE eos_token endoftext FINISH FinishReason.STOP succeeded",
        ),
        (
            Ending.COMPLETE,
            "stopSequence stop-sequence STOP_SEQUENCE end_of_text <|im_end|> </s> EOS_TOKEN normal REASON_STOP",
        ),
        (Ending.UNSTATED, "null none FINISH_REASON_UNSPECIFIED"),
        (Ending.TRUNCATED, "length max_tokens MAX_TOKENS maxTokens model_length model_context_window_exceeded abort"),
        (
            Ending.TRUNCATED,
            "max_output_tokens REASON_MAX_LEN cancelled ERROR_LIMIT TIME_LIMIT pause_turn FinishReason.MAX_TOKENS",
        ),
        (Ending.REFUSED, "content_filter content-filter SAFETY RECITATION PROHIBITED_CONTENT BLOCKLIST SPII refusal"),
        (Ending.REFUSED, "sensitive guardrail_intervened ERROR_TOXIC content_filtered MODEL_ARMOR"),
        (
            Ending.FAULT,
            "error ERROR network_error insufficient_system_resource overloaded_error timeout error_upstream",
        ),
        (Ending.TOOL_CALL, "tool_calls function_call tool_use MALFORMED_FUNCTION_CALL tool-calls"),
        (Ending.UNKNOWN, "other OTHER brand_new_reason 17"),
    ],
)
def test_reasons_of_every_provider_are_known(ending: Ending, reasons: str) -> None:
    assert {reason: ending_of(reason) for reason in reasons.split()} == dict.fromkeys(reasons.split(), ending)


def test_what_is_not_stated_counts_as_complete() -> None:
    assert [ending_of(reason) for reason in (None, "", " ")] == [Ending.UNSTATED] * 3


def test_only_listed_reasons_mean_a_whole_answer() -> None:
    whole = [reason for reason in (None, "stop", "length", "error", "tool_calls", "x") if not is_cut_off(reason)]
    assert whole == [None, "stop"]
