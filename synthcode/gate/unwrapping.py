"""Wrappings of code other than Markdown: the marks of chat templates, JSON, HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from synthcode.languages import find_language

_MARK = r"<\|[a-z_]{1,30}\|>|</?s>|<(?:bos|eos|end_of_turn|EOT)>"
_STARTS = re.compile(rf"(?:\s*+(?:{_MARK})[ \t]*+)*+")
_ENDS = re.compile(rf"(?:{_MARK})\Z")
_LONGEST_MARK = 40
_ENDS_BEHIND_FENCE = re.compile(rf"^(?P<fence>[ \t]{{0,12}}(?:`{{3,}}|~{{3,}})[ \t]{{0,12}})(?:{_MARK})", re.MULTILINE)
_FINAL_CHANNEL = "<|channel|>final<|message|>"
"""The mark at which the answer itself begins in OpenAI's harmony format; thoughts come before it."""

_CODE_KEYS = frozenset({"answer", "code", "output", "response", "result", "solution", "translated_code", "translation"})
_MAX_JSON = 1_000_000

_ELEMENT = re.compile(r"<(?P<name>code|pre)\b(?P<attributes>[^<>]{0,200})>", re.IGNORECASE)
_ELEMENT_NEXT = re.compile(rf"\s*+{_ELEMENT.pattern}", re.IGNORECASE)
_LANGUAGE_CLASS = re.compile(r"\blang(?:uage)?-(?P<tag>[\w+#-]+)")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|#\d+);")


class Element(NamedTuple):
    """The text of an HTML element."""

    code: str
    tag: str
    """The language that its class names, or an empty string."""


def without_marks(text: str) -> str:
    """Return an answer without the marks of a chat template around it.

    A server that does not know a model's last token leaves it in the text. What follows a closing fence and such a
    mark is what the model made up after its answer.
    """
    text = text.rpartition(_FINAL_CHANNEL)[2]
    if starts := _STARTS.match(text):
        text = text[starts.end() :]
    if behind := _ENDS_BEHIND_FENCE.search(text):
        text = text[: behind.end("fence")]
    end = len(text)
    while mark := _last_mark(text, end):
        end = mark.start()
    return text[:end]


def _last_mark(text: str, end: int) -> re.Match[str] | None:
    """Return the mark that the text before ``end`` ends with, white space apart."""
    while end and text[end - 1].isspace():
        end -= 1
    return _ENDS.search(text, max(end - _LONGEST_MARK, 0), end)


def code_in_json(text: str) -> str | None:
    """Return the code of an answer that is a JSON object with one entry for it, or None."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}") and len(text) <= _MAX_JSON):
        return None
    try:
        entries = orjson.loads(text)  # unlike json, it refuses escaped lone surrogates: they are in no program
    except ValueError:
        return None
    found = [value for key, value in entries.items() if isinstance(value, str) and _names_code(key)]
    return found[0] if len(found) == 1 and found[0].strip() else None


def code_in_html(text: str) -> Iterator[Element]:
    """Yield the text of elements ``code``, or else ``pre``, that are more than a word in a sentence."""
    first = len(text) - len(text.lstrip())
    end = 0
    closes: dict[str, int] = {}
    for opened in _ELEMENT.finditer(text):
        name = opened["name"]
        if opened.start() < end:
            continue
        if 0 <= closes.get(name, 0) < opened.end():
            closes[name] = text.find(f"</{name}", opened.end())
        close = closes[name]
        if close < 0 or _ELEMENT_NEXT.match(text, opened.end(), close):
            continue  # <pre><code>: the inner one is looked at next
        inner = text[opened.end() : close]
        end = close
        if "\n" in inner or opened.start() <= first:
            language = _LANGUAGE_CLASS.search(opened["attributes"])
            yield Element(_unescaped(inner), language["tag"] if language else "")


def _names_code(key: str) -> bool:
    return key.lower() in _CODE_KEYS or find_language(key) is not None


def _unescaped(code: str) -> str:
    """Return what HTML shows, where the code was written as HTML: with no bare ``<`` or ``&`` in it."""
    if "<" in code or code.count("&") != len(_ENTITY.findall(code)):
        return code
    return html.unescape(code)
