"""Taking spans out of a text so that what is left looks as if they had never been there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_BLANK = b" \t\f\v"
_BLANKS = re.compile(rb"[ \t\f\v]*")
_LINE_END = re.compile(rb"\r?\n|\r?\Z")
_LINE_REST = re.compile(rb"[ \t\f\v]*(?:\r?\n|\r?\Z)")
_BLANK_LINES = re.compile(rb"(?:[ \t\f\v]*\r?\n)+")
_LINE_BREAK = re.compile(rb"\r?\n")
_OPENERS = (b"(", b"[")
_BLOCK_OPENERS = (b"{", b"(", b"[", b":")
_CLOSERS = (b",", b";", b")", b"]")


class Cut(NamedTuple):
    """A replacement: bytes ``start`` to ``end`` become ``instead``."""

    start: int
    end: int
    instead: bytes = b""


def remove(data: bytes, cuts: Iterable[Cut], *, keep_breaks: bool) -> bytes:
    """Take the cuts out.

    A cut that fills its lines removes them, and also the blank lines after it if blank lines precede it or a block
    begins. A cut at the end of a line removes the blanks before it. A cut between two tokens leaves a space if they
    would otherwise become one token.

    Parameters
    ----------
    data
        The text.
    cuts
        Spans of the text; they may touch or overlap.
    keep_breaks
        Whether a cut over several lines leaves a line break between two tokens (it ends a statement in Go and
        JavaScript) rather than a space.
    """
    out = bytearray()
    position = 0
    for cut in _joined(data, sorted(cuts)):
        lines = None if cut.instead else _whole_lines(data, cut)
        start, end, instead = lines or _within_line(data, cut, keep_breaks)
        out += data[position:start] + instead
        position = end
        if lines and _opens_block(out):
            position = _end(_BLANK_LINES, data, end)
        if lines and position >= len(data):
            _end_like(data, out)
    return bytes(out + data[position:])


def _whole_lines(data: bytes, cut: Cut) -> Cut | None:
    """Return the lines of a cut that fills them."""
    line = _line(data, cut)
    rest = _LINE_REST.match(data, cut.end)
    # A backslash before the line joins it to the one before: its end has to stay.
    if rest is None or data[line : cut.start].strip() or data[max(line - 3, 0) : line].rstrip(b"\r\n").endswith(b"\\"):
        return None
    return Cut(line, rest.end())


def _within_line(data: bytes, cut: Cut, keep_breaks: bool) -> Cut:
    """Return what goes of a line that holds other things too, and what comes instead."""
    if cut.instead:
        return cut
    line = _line(data, cut)
    before = line + len(data[line : cut.start].rstrip(_BLANK))
    after = _end(_BLANKS, data, cut.end)
    if _LINE_END.match(data, after):
        return Cut(before, after)
    if before == line:
        return Cut(cut.start, after)
    if keep_breaks and (line_break := _LINE_BREAK.search(data, cut.start, cut.end)):
        return Cut(before, cut.end, line_break[0])
    if data[after : after + 1] in _CLOSERS and not data[line:before].lstrip().startswith(b"#"):
        return Cut(before, after)  # but not after "#define EMPTY", whose blank parts the name from what it stands for
    if before < cut.start or data[before - 1 : before] in _OPENERS:
        return Cut(cut.start, after)
    return Cut(before, after, data[cut.end : after] or b" ")


def _line(data: bytes, cut: Cut) -> int:
    return data.rfind(b"\n", 0, cut.start) + 1


def _end(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    match = pattern.match(data, position)
    return match.end() if match else position


def _joined(data: bytes, cuts: list[Cut]) -> list[Cut]:
    """Join cuts that overlap or that only blanks part."""
    joined: list[Cut] = []
    for cut in cuts:
        last = joined[-1] if joined else None
        if last and cut.start < last.end:
            joined[-1] = Cut(last.start, max(last.end, cut.end), last.instead)
        elif last and not (last.instead or cut.instead) and not data[last.end : cut.start].strip(_BLANK):
            joined[-1] = Cut(last.start, cut.end)
        else:
            joined.append(cut)
    return joined


def _opens_block(out: bytearray) -> bool:
    """Return whether blank lines here would follow others, or the opening of a block."""
    previous = out[out.rfind(b"\n", 0, max(len(out) - 1, 0)) + 1 :].rstrip()
    return not previous or previous.endswith(_BLOCK_OPENERS)


def _end_like(data: bytes, out: bytearray) -> None:
    """Drop blank lines at the end of ``out``, and end its last line only where that of ``data`` is ended."""
    line_end = _LINE_BREAK.search(out, len(out.rstrip()))
    if line_end:
        del out[line_end.end() if data.endswith(b"\n") and line_end.start() else line_end.start() :]
