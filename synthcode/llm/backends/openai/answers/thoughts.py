"""Telling a model's answer from its thoughts, in the fields and parts that servers put either into."""

from __future__ import annotations

import re
from typing import Any

_TEXT_PARTS = (None, "text", "output_text")
"""Other parts are thoughts, images and references."""
_OF_THOUGHTS = re.compile(r"reason|think|thought", re.IGNORECASE)
"""reasoning_content (vLLM, DeepSeek), reasoning (SGLang, Groq), reasoning_details (OpenRouter), thinking (Ollama)."""
_PARTS = "thinking_parts"
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
    """Return whether a message holds text in a field or a part for thoughts."""
    return any(text.strip() for text in thoughts_in(message).values())


def thoughts_in(message: dict[str, Any]) -> dict[str, str]:
    """Return the text of a message's thoughts, or of those in a chunk of one, by field; parts for them are one field.

    The fields stay apart, because some servers send the same thoughts in two of them.
    """
    content = message.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    found = {name: _text(value, _DEPTH) for name, value in message.items() if _OF_THOUGHTS.search(name)}
    of_parts = "".join(_text(part, _DEPTH) for part in parts if _OF_THOUGHTS.search(str(part.get("type"))))
    found[_PARTS] = found.get(_PARTS, "") + of_parts
    return {name: text for name, text in found.items() if text}


def _text(value: object, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth and isinstance(value, list):
        return "".join(_text(item, depth - 1) for item in value)
    if depth and isinstance(value, dict):
        names = ("text", "content", "summary", *(name for name in value if _OF_THOUGHTS.search(name)))
        return "".join(_text(value.get(name), depth - 1) for name in names)
    return ""
