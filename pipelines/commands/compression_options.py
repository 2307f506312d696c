"""Options of ``synthcode evaluate`` that score smaller vectors, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from synthcode.vocabulary import PRECISIONS, Precision


def compression_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--dims`` and ``--precision``."""
    for option in (
        click.option(
            "--precision",
            "precisions",
            default="",
            metavar="P,P",
            callback=_precisions,
            help=f"Also score vectors stored as {', '.join(PRECISIONS)}, from the same encoding.",
        ),
        click.option(
            "--dims",
            default="",
            metavar="64,128",
            callback=_dims,
            help="Also score vectors cut to their first N dimensions, from the same encoding.",
        ),
    ):
        command = option(command)
    return command


def _dims(_context: click.Context, _option: click.Parameter, listing: str) -> tuple[int, ...]:
    words = _words(listing)
    if not all(word.isascii() and word.isdigit() and int(word) for word in words):
        raise click.BadParameter(f"{listing!r} is not a list of widths: write --dims 64,128")
    return tuple(dict.fromkeys(map(int, words)))


def _precisions(_context: click.Context, _option: click.Parameter, listing: str) -> tuple[Precision, ...]:
    words = _words(listing)
    if unknown := [word for word in words if word not in PRECISIONS]:
        raise click.BadParameter(f"{unknown[0]!r} is not one of {', '.join(PRECISIONS)}")
    return tuple(name for name in PRECISIONS if name in words)


def _words(listing: str) -> list[str]:
    return [word.strip() for word in listing.split(",")] if listing.strip() else []
