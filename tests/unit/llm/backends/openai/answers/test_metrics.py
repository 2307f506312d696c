from __future__ import annotations

from synthcode.llm.backend import CachedTokens
from synthcode.llm.backends.openai.answers.metrics import parse_cached_tokens

VLLM = b"""# HELP vllm:prefix_cache_queries_total Prefix cache queries, in terms of number of queried tokens.
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 124.0
vllm:prefix_cache_queries_created{engine="0",model_name="m"} 1.79e+09
vllm:prefix_cache_queries_total{engine="1",model_name="m"} 1e2
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 32.0
vllm:external_prefix_cache_hits_total{engine="0",model_name="m"} 7.0
"""


def test_the_counts_of_all_engines_are_summed() -> None:
    assert parse_cached_tokens(VLLM) == CachedTokens(224.0, 32.0)


def test_other_servers_tell_nothing() -> None:
    assert parse_cached_tokens(b"llamacpp:prompt_tokens_total 5\n") is None
    assert parse_cached_tokens(b"\xff\x00<html>") is None
