"""Options of ``synthcode evaluate`` for retrieval only: smaller vectors and larger corpora."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from synthcode.vocabulary import CORPORA, PRECISIONS, QUERY_STYLES, Precision

_ALL = "all"


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


def corpus_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--corpus``, ``--distractors`` and ``--graded``."""
    for option in (
        click.option("--graded", is_flag=True, help="Also nDCG@10 with grades: 2 for verified pairs, 1 for others."),
        click.option(
            "--distractors",
            multiple=True,
            metavar="SPEC",
            help="Search these programs as well: [NAME=][ADAPTER:]PATH[@LANGUAGE], such as a JSONL file. Repeatable.",
        ),
        click.option(
            "--corpus",
            "corpora",
            multiple=True,
            type=click.Choice(CORPORA),
            help="Search more of DATASET: all (programs of all splits), failed (translations that failed tests).",
        ),
    ):
        command = option(command)
    return command


query_style_option = click.option(
    "--query-style",
    "query_styles",
    multiple=True,
    type=click.Choice((*QUERY_STYLES, _ALL)),
    callback=lambda _context, _option, names: _styles(names),
    help="Also score DATASET's queries of this style, as a task of its own: text2code_question. Repeatable.",
)


def _styles(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(style for style in QUERY_STYLES if style in names or _ALL in names)


def refuse_retrieval_options(given: Mapping[str, Any]) -> None:
    """Refuse widths, precisions and larger corpora where retrieval is not scored.

    Raises
    ------
    click.UsageError
        If one is given.
    """
    if given["dims"] or given["precisions"]:
        text = "--dims and --precision are for retrieval: other tasks are scored on whole vectors"
        raise click.UsageError(text, click.get_current_context())
    if given["graded"]:
        raise click.UsageError("--graded is for retrieval", click.get_current_context())
    if given["query_styles"]:
        raise click.UsageError("--query-style is for retrieval", click.get_current_context())
    if given["corpora"] or given["distractors"]:
        raise click.UsageError("--corpus and --distractors are for retrieval", click.get_current_context())


def without_retrieval_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task that is scored next to retrieval, and say which of them it does without."""
    if given["dims"] or given["precisions"]:
        text = "evaluate: --dims and --precision are for retrieval: other tasks are scored on whole vectors"
        click.echo(text, err=True)
    return {**given, "dims": (), "precisions": (), "graded": False}


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
