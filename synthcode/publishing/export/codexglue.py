"""The names of CodeXGLUE's files."""

from __future__ import annotations

from synthcode.vocabulary import Split

FILE_NAMES: dict[Split, str] = {"train": "train", "validation": "valid", "test": "test"}
"""Of each split, without ``.txt`` or ``.jsonl``."""
