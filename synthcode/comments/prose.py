"""The words of comments and docstrings, without what marks them as such."""

from __future__ import annotations

import ast
import html
import inspect
import re
import textwrap
import warnings

from synthcode.languages import Language

_BLOCK_ENDS = re.compile(r"\A/\*+!?<?|(?<!\*)\*++/\Z")
_STAR = re.compile(r"^[ \t]*\*+[ \t]?", re.MULTILINE)
_LINE_MARKER = {
    "//": re.compile(r"\A(?:/{2,}!?<?|#+|<!--|-->)[ \t]?"),
    "#": re.compile(r"\A#+!?[ \t]?"),
}
_LINE_MARKERS = (re.compile(r"/{2,3}!?(?:[ \t]|$)"), re.compile(r"#(?:[ \t]|$)"))
"""What every line of a text begins with that was copied as line comments."""
_WRAPPERS = (("/*", "*/"), ('"""', '"""'), ("'''", "'''"))
_RUBY_BLOCK = re.compile(r"\A=begin[^\n]*\n?|^=end[^\n]*\Z", re.MULTILINE)
_XML_NAME = re.compile(r"<(?:param|typeparam|exception)\s+(?:name|cref)\s*=\s*[\"']([^\"']*)[\"']\s*>")
_XML_REFERENCE = re.compile(r"<(?:see|seealso|paramref|typeparamref)\s+\w+\s*=\s*[\"']([^\"']*)[\"']\s*/>")
_XML_TAG = re.compile(r"</?[A-Za-z]+(?:\s+[A-Za-z]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_LITERAL = re.compile(rb"\s*([a-zA-Z]*)(\"\"\"|'''|\"|')(.*)\2\s*\Z", re.DOTALL)


def without_markers(text: str) -> str:
    """Return a text without the comment or string markers that it was copied with; any other text unchanged.

    Datasets give documentation as it stands in the file: as a block comment, as lines that all begin with ``//`` or
    ``#``, or in triple quotes.
    """
    whole = text.strip()
    for opening, closing in _WRAPPERS:
        if whole.startswith(opening) and whole.endswith(closing) and len(whole) >= len(opening) + len(closing):
            inner = whole[len(opening) : -len(closing)]
            return _tidy(_block_text(whole) if closing == "*/" else inspect.cleandoc(inner))
    lines = [line.lstrip() for line in whole.splitlines()]
    for marker in _LINE_MARKERS:
        if whole and all(marker.match(line) for line in lines if line):
            return _tidy("\n".join(marker.sub("", line) for line in lines))
    return text


def comment_text(spans: list[tuple[int, int]], data: bytes, language: Language) -> str:
    """Return the words of comments that follow each other, blank lines between them kept.

    Parameters
    ----------
    spans
        Positions of the comments, in order.
    data
        The text that contains them, UTF-8.
    language
        Its language.
    """
    text = ""
    end, was_block = spans[0][0], False
    for start, next_end in spans:
        comment = data[start:next_end].decode("utf-8", "replace").strip()
        is_block = comment.startswith(("/*", "=begin"))
        apart = is_block or was_block or data.count(b"\n", end, start) > 1
        text += ("\n\n" if apart else "\n") + (_block_text(comment) if is_block else _line_text(comment, language))
        end, was_block = next_end, is_block
    if language.name == "csharp":
        text = _without_xml(text)
    return _tidy(text)


def docstring_text(literal: bytes) -> str:
    """Return the words of a Python string literal, indented as ``inspect.getdoc`` has them."""
    source = literal.decode("utf-8", "replace")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Invalid escapes in a foreign docstring are not this project's to report.
            parsed = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        parsed = None
    if isinstance(parsed, ast.Constant) and isinstance(parsed.value, str):
        text = parsed.value.encode("utf-8", "replace").decode()
    else:
        match = _LITERAL.match(literal)
        text = match[3].decode("utf-8", "replace") if match else source
    return _tidy(inspect.cleandoc(text))


def _block_text(comment: str) -> str:
    if comment.startswith("=begin"):
        return inspect.cleandoc(_RUBY_BLOCK.sub("", comment))
    inner = _BLOCK_ENDS.sub("", comment)
    first, _, rest = inner.partition("\n")
    lines = [line for line in rest.split("\n") if line.strip()]
    if lines and all(line.lstrip().startswith("*") for line in lines):
        rest = _STAR.sub("", rest)
    return inspect.cleandoc(f"{first}\n{rest}")


def _line_text(comment: str, language: Language) -> str:
    return _LINE_MARKER[language.line_comment].sub("", comment).rstrip()


def _without_xml(text: str) -> str:
    """Turn C#'s documentation tags into words: their names stay, the tags go."""
    named = _XML_REFERENCE.sub(r"\1", _XML_NAME.sub(r"\1: ", text))
    return html.unescape(_XML_TAG.sub("", named))


def _tidy(text: str) -> str:
    """Drop common indentation, blanks at line ends, and all but one of successive blank lines."""
    lines = "\n".join(line.rstrip() for line in text.expandtabs().splitlines())
    return _BLANK_LINES.sub("\n\n", textwrap.dedent(lines)).strip()
