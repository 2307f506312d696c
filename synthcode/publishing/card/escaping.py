"""Text from seeds, recipes and models in Markdown, YAML and BibTeX: shown as it is, never read as markup."""

from __future__ import annotations

import html
import re
from typing import Any

import yaml

from synthcode.sanitize import one_line

_MARKUP = re.compile(r"[\\`*_\[\]#|~$@]|(?<=:)//|(?<=www)\.", re.IGNORECASE)
"""What Markdown reads within a line; ``://`` and ``www.`` would become links by themselves."""
_FIRST = re.compile(r"^(?=[-+=])|^(\d+)(?=[.)])")
"""What Markdown reads at the start of a line alone: lists, rules, headings."""
_NOT_FOR_BACKTICKS = re.compile(r"[`|\\<>&]")
_LATEX = re.compile(r"[&%$#_]")
_NOT_LATEX = re.compile(r"[{}\\~^\"]")
_LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029")


def prose(text: str) -> str:
    """Return a text as Markdown that shows it on one line, in a paragraph as in a cell of a table."""
    escaped = _MARKUP.sub(r"\\\g<0>", one_line(text, None))
    return html.escape(_FIRST.sub(r"\g<0>\\", escaped), quote=False)


def code(text: str) -> str:
    """Return a text as Markdown that shows it in the typeface of code, in a paragraph as in a cell of a table."""
    line = one_line(text, None)
    if line and not _NOT_FOR_BACKTICKS.search(line):
        return f"`{line}`"
    # A table's bars count within backticks as well, and their escapes differ between renderers.
    entities = "".join(char if char.isalnum() or char in " .,-/" else f"&#{ord(char)};" for char in line)
    return f"<code>{entities}</code>"


def fenced(text: str, tag: str = "") -> str:
    """Return a text of many lines as a block of code: its fence is longer than any within, no line is a comment."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{tag}\n{text.replace('<!--', '<! --').rstrip()}\n{fence}"


def bibtex(text: str) -> str:
    """Return a text as the value of a BibTeX field, for within braces."""
    return _LATEX.sub(r"\\\g<0>", _NOT_LATEX.sub("", one_line(text, None)))


def yaml_block(tree: Any) -> str:
    """Return YAML in which every scalar stands on one line: none of them can begin or end anything."""
    return yaml.dump(tree, Dumper=_OneLine, sort_keys=False, allow_unicode=True, width=10**9).rstrip("\n")


class _OneLine(yaml.SafeDumper):
    """Writes texts of several lines with escapes, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if any(end in text for end in _LINE_ENDS) else None
    # Halves of surrogate pairs cannot be written as UTF-8.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text.encode(errors="replace").decode(), style=style)


_OneLine.add_representer(str, _represent_text)
