"""The words of texts, and the pieces that identifiers are made of."""

from __future__ import annotations

import re

# maxDepth, max_depth, HTTPServer2 -> max depth, max depth, http server 2
PIECES = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def pieces(text: str) -> list[str]:
    """Return the words of a text and the pieces of its identifiers, in lower case, in their order."""
    return [piece.lower() for piece in PIECES.findall(text)]
