"""How many rows of scores fit a block of memory."""

from __future__ import annotations

BLOCK_BYTES = 16 << 20
"""Scores of a block of queries, of which each thread holds one."""


MOST_QUERIES = 1024
"""In a block: more make no multiplication faster."""


def rows_in_block(documents: int) -> int:
    """Return how many queries' scores make a block."""
    return max(1, min(MOST_QUERIES, BLOCK_BYTES // (4 * max(1, documents))))
