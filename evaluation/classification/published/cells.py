"""Cells of foreign tables as what they must be: text, an id, a label."""

from __future__ import annotations

from typing import Any

_YES, _NO = frozenset({"1", "true"}), frozenset({"0", "false"})


class BadCellError(ValueError):
    """A cell that is not what its column must hold; the message says what it is."""


def text_cell(cell: Any) -> str:
    """Return a program's text, as it is.

    Raises
    ------
    BadCellError
        If it is missing, blank, not text, or not UTF-8.
    """
    if isinstance(cell, bytes):
        cell = _decoded(cell)
    if cell is None:
        raise BadCellError("is missing")
    if not isinstance(cell, str):
        raise BadCellError(f"is of type {type(cell).__name__}, not text")
    if not cell.strip():
        raise BadCellError("is empty")
    try:
        cell.encode()
    except UnicodeEncodeError:
        raise BadCellError("holds a lone surrogate, which is no character") from None
    return cell


def name_cell(cell: Any) -> str:
    """Return an id, a group or a label: text or a number; 7, 7.0 and ``"7"`` are the same.

    Raises
    ------
    BadCellError
        If it is missing, or neither.
    """
    if isinstance(cell, bytes):
        cell = _decoded(cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool | int | float):
        cell = str(cell)
    if cell is None or cell == "nan":
        raise BadCellError("is missing")
    if not isinstance(cell, str):
        raise BadCellError(f"is of type {type(cell).__name__}, not a name or a number")
    if not cell.strip():
        raise BadCellError("is empty")
    return cell.strip()


def binary_cell(cell: Any) -> str:
    """Return a label of two classes, ``0`` or ``1``.

    Raises
    ------
    BadCellError
        If it is another one: hidden test labels are often -1.
    """
    word = name_cell(cell).lower()
    if word in _YES or word in _NO:
        return "1" if word in _YES else "0"
    raise BadCellError(f"is {word[:40]!r}, not 0 or 1" + (" (labels of a hidden test split?)" if word == "-1" else ""))


def _decoded(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        raise BadCellError("is not UTF-8") from None
