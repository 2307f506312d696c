"""The files of a checkpoint that decide which tokens a text has."""

from __future__ import annotations

from pathlib import Path

from synthcode.identity import file_digest

_PARTS = ("token", "vocab", "merges", ".model", ".spm", ".bpe", "wordembedding_config")
"""Of the names of such files."""


def tokenizer_digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file that a tokenizer is made of, by its place in the checkpoint."""
    files = (path for path in folder.rglob("*") if any(part in path.name for part in _PARTS))
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(files) if path.is_file()}
