"""Which stages a run may lack, and which have tables to show; the vocabulary has their order."""

from __future__ import annotations

from synthcode.vocabulary import STAGES

ON_REQUEST: frozenset[str] = frozenset({"repair", "verify", "queries"})
"""They run only if the recipe requests them."""
OPTIONAL_STAGES: frozenset[str] = frozenset({"dedup_seeds"}) | ON_REQUEST
"""A run without them is complete."""
SHOWN_STAGES: tuple[str, ...] = tuple(name for name in STAGES if name != "translate")
"""The stages whose tables 'show' and 'report' read."""
