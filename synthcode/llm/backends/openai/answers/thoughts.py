"""Telling a model's answer from its thoughts, in the fields and parts that servers put either into."""

from __future__ import annotations

import re
from typing import Any

_TEXT_PARTS = (None, "text", "output_text")
"""Other parts are thoughts, images and references."""
_OF_THOUGHTS = re.compile(r"reason|think|thought", re.IGNORECASE)
"""reasoning_content (vLLM, DeepSeek), reasoning (SGLang, Groq), reasoning_details (OpenRouter), thinking (Ollama)."""
_DEPTH = 4


def answer_in(content: object) -> str | None:
    """Return the text of a message's content: a string, or parts of which those with text count.

    Returns
    -------
    None if the content is neither.
    """
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") in _TEXT_PARTS]
        return "".join(text for part in parts if isinstance(text := part.get("text"), str))
    return None


def has_thoughts(message: dict[str, Any]) -> bool:
    """Return whether a message, or a chunk of one, holds text in a field or a part for thoughts."""
    content = message.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    thoughts = [part for part in parts if _OF_THOUGHTS.search(str(part.get("type")))]
    fields = [value for name, value in message.items() if _OF_THOUGHTS.search(name)]
    return any(_has_text(value, _DEPTH) for value in (*fields, *thoughts))


def _has_text(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if depth and isinstance(value, list):
        return any(_has_text(item, depth - 1) for item in value)
    if depth and isinstance(value, dict):
        names = ("text", "content", "summary", *(name for name in value if _OF_THOUGHTS.search(name)))
        return any(_has_text(value.get(name), depth - 1) for name in names)
    return False
