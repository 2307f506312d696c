"""Reading through escapes: what a text says once a parser, browser or renderer has decoded it."""

from __future__ import annotations

import base64
import re
from html import unescape as _named_entity

MAX_ROUNDS = 4
"""Escapes within escapes, such as ``%2526``, are read this deep."""

_ESCAPES = {
    "\\": r"(?=[\\uUx0-7/_.+=~:@!#*-])\\{0,3}(?:u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|u(?P<u4>[0-9A-Fa-f]{4})"
    r"|U(?P<u8>[0-9A-Fa-f]{8})|x(?P<x2>[0-9A-Fa-f]{2})|(?P<octal>[0-7]{2,3})|(?P<literal>[/_.+=~:@!#*-]))",
    "&": r"(?:\#0{0,64}(?P<decimal>[0-9]{1,7});?|\#[xX]0{0,64}(?P<entity_hex>[0-9A-Fa-f]{1,6});?"
    r"|(?P<named>[A-Za-z][A-Za-z0-9]{1,30};))",
    "%": r"(?:(?:25){0,3}(?P<percent>[0-9A-Fa-f]{2})|u(?P<percent_u>[0-9A-Fa-f]{4}))",
    "=": r"(?P<quoted>[2-7][0-9A-F])",
}
"""JSON, JavaScript, Python, C and Markdown; HTML; URLs; quoted-printable. Every repetition is bounded: linear. The look
ahead is for JSON, where most backslashes stand before an n or a quotation mark."""
_ESCAPE = re.compile(
    r"[\\&%=](?:" + "|".join(rf"(?<={re.escape(mark)}){escape}" for mark, escape in _ESCAPES.items()) + ")"
)
_ESCAPE_AFTER = {mark: re.compile(re.escape(mark) + escape) for mark, escape in _ESCAPES.items()}
"""The same, one by one: a search for a single character is five times as fast as one for any of four."""
_HEXADECIMAL = frozenset({"braced", "u4", "u8", "x2", "entity_hex", "percent", "percent_u", "quoted"})
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
"""What renderers show nothing for, and sanitizers take out."""


def has_escapes(text: str) -> bool:
    """Return whether :func:`unescape` may change a text."""
    if any(mark in text and escape.search(text) for mark, escape in _ESCAPE_AFTER.items()):
        return True
    return not text.isascii() and _INVISIBLE.search(text) is not None


def unescape(text: str) -> str:
    """Return a text with every escape decoded, whatever language it is of, and invisible characters taken out.

    Only good for searching: code in which escapes mean something else does not survive.
    """
    for _ in range(MAX_ROUNDS):
        decoded = _INVISIBLE.sub("", _ESCAPE.sub(_character, text))
        if decoded == text:
            break
        text = decoded
    return text


def encoded_forms(value: str) -> frozenset[str]:
    """Return what a value looks like within hexadecimal and base64 text, wherever in that text it begins.

    Base64 takes three bytes at a time, so that a value has three forms; the characters at either end, which its
    neighbours have a share in, are left out.
    """
    content = value.encode("utf-8", "surrogatepass")
    forms = {content.hex(), content.hex().upper()}
    for before in range(3):
        first, end = -(-8 * before // 6), 8 * (before + len(content)) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            forms.add(encode(bytes(before) + content)[first:end].decode())
    return frozenset(forms)


def _character(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    value = match[kind]
    if kind == "literal":
        return value
    if kind == "named":
        return _named_entity(f"&{value}")
    code = int(value, 16 if kind in _HEXADECIMAL else 8 if kind == "octal" else 10)
    return chr(code) if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else "\ufffd"
