"""Options of ``synthcode evaluate`` that mean the same whatever is scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import assignments, settings
from synthcode.vocabulary import FUSIONS

if TYPE_CHECKING:
    from synthcode.evaluation.encoders.registry import EncoderOptions


def combination_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of encoders that combine others."""
    for option in (
        click.option(
            "--weight",
            type=click.FloatRange(0, 1),
            metavar="W",
            help="Of the first encoder of hybrid:A+B, which is then weighted. Default: chosen on validation.",
        ),
        click.option(
            "--top",
            type=click.IntRange(1),
            metavar="N",
            help="How many documents of the first stage rerank:NAME ranks again. Default: 100.",
        ),
        click.option("--first", metavar="A", help="The first stage of rerank:NAME: a folder of results, or a SPEC."),
        click.option("--fusion", type=click.Choice(FUSIONS), help="How hybrid:A+B ranks. Default: rrf."),
    ):
        command = option(command)
    return command


def encoder_options(given: Mapping[str, Any]) -> EncoderOptions:
    """Return the options of the encoder."""
    from synthcode.errors import InputError
    from synthcode.evaluation.encoders.registry import EncoderOptions

    prompts = assignments(given["prompts"], "--prompt")
    if unknown := sorted(prompts.keys() - {"query", "document"}):
        raise InputError(f"no prompt for {unknown[0]!r}", "write --prompt query=TEXT or --prompt document=TEXT")
    return EncoderOptions(
        exits=_exits(given["exits"]),
        dtype=given["dtype"],
        device=given["device"],
        max_tokens=given["max_tokens"],
        base_url=given["base_url"],
        batch_size=given["batch_size"],
        prompts=prompts,
        choices=settings(given["choices"], "--choice"),
        revision=given["revision"],
        first=given["first"],
        top=given["top"],
        fusion=given["fusion"],
        weight=given["weight"],
    )


def _exits(listing: str) -> tuple[int, ...] | None:
    from synthcode.errors import InputError

    if listing == "all":
        return None
    words = [word.strip() for word in listing.split(",")]
    if not all(word.isdigit() and int(word) for word in words):
        raise InputError(f"no exits in {listing!r}", "write --exits 4,9, or --exits all")
    return tuple(sorted({int(word) for word in words}))


def languages_of(listing: str | None) -> list[str]:
    """Return the names in ``--languages``."""
    from synthcode.languages.lookup import parse_languages

    return [language.name for language in parse_languages(listing or "")]


def source_of(dataset: Path | None, path: str | None) -> dict[str, str]:
    """Return a digest of where a dataset is; a run's results are in the run, wherever that is."""
    from synthcode.identity import digest
    from synthcode.pipelines.steps.evaluate.results_folder import run_of

    return {} if run_of(dataset) is not None else {"source": digest(str(Path(path or dataset or "").resolve()))[:12]}
