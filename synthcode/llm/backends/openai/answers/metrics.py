"""What vLLM's ``/metrics`` (Prometheus text) tells about its prefix cache."""

from __future__ import annotations

import re

from synthcode.llm.backend import CachedTokens

_SAMPLE = re.compile(r"^(?P<name>[\w:]+)(?:\{[^}]*\})? (?P<value>[0-9.eE+-]+)$", re.MULTILINE)
_HITS, _QUERIES = "vllm:prefix_cache_hits_total", "vllm:prefix_cache_queries_total"


def parse_cached_tokens(body: bytes) -> CachedTokens | None:
    """Return the counts of all engines of a server together; None if it tells none."""
    sums = {_HITS: 0.0, _QUERIES: 0.0}
    found = False
    for sample in _SAMPLE.finditer(body.decode("utf-8", "replace")):
        if sample["name"] in sums:
            found = True
            sums[sample["name"]] += float(sample["value"])
    return CachedTokens(sums[_QUERIES], sums[_HITS]) if found else None
