"""Foreign text and tables as Markdown.

Text that only a browser shows goes through :func:`prose`, which escapes all that Markdown reads. Text that people also
read as it is written, in a terminal or an editor, goes through :func:`markdown_cell`, which escapes only what opens
something.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from synthcode.sanitize import one_line, visible_line

_MARKUP = re.compile(r"[\\`*_\[\]#|~$@]|(?<=:)//|(?<=www)\.", re.IGNORECASE)
"""What Markdown reads within a line; ``://`` and ``www.`` would become links by themselves."""
_FIRST = re.compile(r"^(?=[-+=])|^(\d+)(?=[.)])")
"""What Markdown reads only at the start of a line: lists, rules, headings."""
_NOT_FOR_BACKTICKS = re.compile(r"[`|\\<>&]")
_CELL_MARKUP = re.compile(r"[\\`|]|<(?=[A-Za-z/!?])|\](?=[(\[])")
"""What could open a column, a tag, a link or code."""


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """Return a table whose first ``left`` columns hold words, and the others numbers; its cells are Markdown."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def markdown_cell(text: str) -> str:
    """Return text as Markdown that shows it on one line, in a table's cell as in a heading; fit for a terminal too."""
    return _CELL_MARKUP.sub(r"\\\g<0>", visible_line(text))


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
