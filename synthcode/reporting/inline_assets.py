"""Styles and scripts within a page: it fetches nothing, and its content security policy names what may run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parent / "page"
"""Holds ``base.css``, the style that all pages share."""


def inlined(folder: Path, names: Sequence[str]) -> str:
    """Return the text of some files, one after another."""
    return "\n".join((folder / name).read_text("utf-8") for name in names)


def content_hash(text: str) -> str:
    """Return what a content security policy calls the hash of an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
