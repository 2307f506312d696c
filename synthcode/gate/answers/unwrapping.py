"""Wrappings of code other than Markdown: JSON, HTML, tags of the prompt's or the model's own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from synthcode.gate.answers.prose import looks_like_code
from synthcode.languages import Language, find_language

_CODE_KEYS = frozenset(
    {"answer", "code", "content", "output", "response", "result", "solution", "translated_code", "translation"}
)
_CONTAINERS = frozenset({"antartifact", "artifact", "file"})
"""Elements in which a model hands over a file."""
_FILE_KEYS = frozenset({"data", "file", "files", "results", "solutions", "translations"})
"""Keys of lists and objects that hold the code."""
_MAX_JSON = 1_000_000
_MAX_DEPTH = 3
_JSON_ENTRY = re.compile(r"\{\s*+\"\w{1,30}\"\s*+:")
_JSON_STARTS = {"{": "}", "[": "]", '"': '"'}

_TAG = re.compile(
    r"^[ \t]{0,8}(?:<(?P<slash>/?)(?P<name>[A-Za-z]\w{0,30})(?: [^<>\n]{0,100})?>"
    r"|\[(?P<end>/?)(?P<square>(?:[A-Z]{1,30}|[a-z]{1,30})(?:\+\+|#)?)\])",
    re.MULTILINE,
)
"""A name in square brackets is in square or small letters: ``[Output]`` is an attribute of C#."""
_CLOSED_ONLY = frozenset({"answer", "solution", "translated_code", "translation"})
"""Elements that a prompt may have opened; others may be those of a page in the code."""
_CDATA = re.compile(r"\s*+<!\[CDATA\[(?P<code>.*)\]\]>\s*", re.DOTALL)

_ELEMENT = re.compile(r"<(?P<name>code|pre)\b(?P<attributes>[^<>]{0,200})>", re.IGNORECASE)
_ELEMENT_NEXT = re.compile(rf"\s*+{_ELEMENT.pattern}", re.IGNORECASE)
_LANGUAGE_CLASS = re.compile(r"\blang(?:uage)?-(?P<tag>[\w+#-]+)")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|#\d+);")


class Entry(NamedTuple):
    """A text in JSON under a key for code."""

    code: str
    language: Language | None
    """The language that its key, or the entry next to it, names."""


class Element(NamedTuple):
    """The text of an HTML element."""

    code: str
    tag: str
    """The language that its class names, or an empty string."""


def code_in_json(text: str, target: Language | None = None) -> str | None:
    """Return the code of an answer in JSON, or None: a string, or the one entry for code of an object or a list.

    Parameters
    ----------
    text
        The answer.
    target
        The target language: of entries for several languages, its own is taken.
    """
    text = text.strip()
    if text[:1] not in _JSON_STARTS and "```" not in text:
        text = text[text.find("{") : text.rfind("}") + 1] if _JSON_ENTRY.search(text) else ""  # words around it
    if not (text[:1] in _JSON_STARTS and text[-1:] == _JSON_STARTS[text[0]] and len(text) <= _MAX_JSON):
        return None
    answer = _read_json(text)
    if isinstance(answer, str):
        return answer
    found = [entry for entry in _entries(answer, None, 0) if entry.code.strip()]
    if len(found) > 1 and all(entry.language is not None for entry in found):
        found = [entry for entry in found if entry.language is target]
    return found[0].code if len(found) == 1 else None


def _read_json(text: str) -> object:
    """Return what a text in JSON holds, line breaks within its strings allowed, or None."""
    try:
        return orjson.loads(text)  # unlike json, it refuses escaped lone surrogates: they are in no program
    except ValueError:
        pass
    try:
        answer: object = json.loads(text, strict=False)
        orjson.dumps(answer)
    except (ValueError, TypeError, RecursionError):
        return None
    return answer


def _entries(value: object, language: Language | None, depth: int) -> Iterator[Entry]:
    """Yield the entries for code within a value of JSON."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _entries(item, language, depth + 1)
    elif isinstance(value, dict):
        named = next((value[key] for key in ("language", "lang") if isinstance(value.get(key), str)), "")
        for key, item in value.items():
            if _names_code(key) or (key.lower() in _FILE_KEYS and not isinstance(item, str)):
                own = find_language(key) or find_language(named) or language
                if isinstance(item, str):
                    yield Entry(item, own)
                else:
                    yield from _entries(item, own, depth + 1)


def code_in_tags(text: str) -> str | None:
    """Return what stands between tags for an answer: ``[PYTHON]``, ``[CODE]``, ``<answer>``, ``<translation>``.

    A closing tag without the other ends what the prompt opened.
    """
    if text.lstrip().startswith("<![CDATA["):
        return _without_cdata(text)
    for tag in _TAG.finditer(text):
        name, square = tag["name"], tag["square"]
        if square not in ("BEGIN", "DONE") and not _is_for_code(name, square):
            continue
        before = text[: tag.start()]
        if before.count("```") % 2:
            return None
        if tag["slash"] or tag["end"] or square == "DONE":
            return before if (square or name in _CLOSED_ONLY) and before.strip() else None
        if name in ("code", "pre") or looks_like_code(before):
            return None
        closing = f"</{name}" if name else "[DONE]" if square == "BEGIN" else f"[/{square}]"
        inner = text[tag.end() :].partition(closing)[0]
        return _without_cdata(inner) if inner.strip() else None
    return None


def _without_cdata(code: str) -> str:
    found = _CDATA.fullmatch(code)
    return code if found is None else found["code"]


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
            code = _without_cdata(inner)
            yield Element(_unescaped(code) if code is inner else code, language["tag"] if language else "")


def _is_for_code(name: str | None, square: str | None) -> bool:
    return _names_code(name or square or "") or (name is not None and name.lower() in _CONTAINERS)


def _names_code(key: str) -> bool:
    return key.lower() in _CODE_KEYS or find_language(key) is not None


def _unescaped(code: str) -> str:
    """Return what HTML shows, where the code was written as HTML: with no bare ``<`` or ``&`` in it."""
    if "<" in code or code.count("&") != len(_ENTITY.findall(code)):
        return code
    return html.unescape(code)
