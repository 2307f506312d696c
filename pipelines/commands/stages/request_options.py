"""Options of the commands that send requests to a model: what answers, and how it samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from synthcode.plugins import BACKENDS

_BACKEND = (
    click.option(
        "--backend",
        type=click.Choice(BACKENDS.names()),
        help="A server, vLLM in this process, a recording, or batch files.",
    ),
    click.option("--model", metavar="M", help="The model's name as the server knows it."),
    click.option(
        "--base-url", "base_urls", multiple=True, metavar="URL", help="The server, up to /v1. Repeat for replicas."
    ),
    click.option("--recording", metavar="FILE", help="Parquet or JSONL(.gz) for the replay backend."),
    click.option(
        "--results", multiple=True, metavar="PATH", help="Results of batch files: a file, or a folder of files. Repeat."
    ),
)
_SAMPLING = (
    click.option("--prompt", metavar="P", help="A bundled prompt, or a folder of templates."),
    click.option("--temperature", type=float, metavar="T", help="Sampling temperature."),
    click.option("--max-tokens", type=int, metavar="N", help="Longest answer, in tokens."),
    click.option(
        "--max-completion-tokens", type=int, metavar="N", help="The same, under the name that newer models take."
    ),
    click.option("--extra-body", metavar="JSON", help='More fields of each request: \'{"reasoning_effort": "low"}\'.'),
    click.option(
        "--set",
        "assigned",
        multiple=True,
        metavar="KEY=VALUE",
        help="Any value of the recipe: translate.sampling.top_p=null",
    ),
    click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most."),
    click.option("--engine", multiple=True, metavar="KEY=VALUE", help="An option of vLLM's engine (vllm). Repeat."),
    click.option("--price-in", type=float, metavar="X", help="Price of a million tokens of prompt."),
    click.option("--price-out", type=float, metavar="X", help="Price of a million tokens of answers."),
)


def backend_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what answers requests: ``--backend``, ``--model``, ``--base-url``, ``--recording``, ``--results``."""
    return _with(command, _BACKEND)


def sampling_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the prompt, how the model samples, how requests are sent, and what tokens cost."""
    return _with(command, _SAMPLING)


def _with(command: Callable[..., Any], options: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def request_overrides(section: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the options of this module, and those on failed requests, say in the terms of a recipe.

    Parameters
    ----------
    section
        The recipe's section that has ``model``, ``prompt`` and ``sampling``.
    given
        Option -> value.
    """
    from synthcode.pipelines.commands.options import json_object, settings

    recording, results, urls = given["recording"], given["results"], given["base_urls"]
    return {
        "backend.name": given["backend"] or ("replay" if recording else "openai" if urls else None),
        "backend.base_urls": list(urls) or None,
        "backend.recording": str(Path(recording).resolve()) if recording else None,
        "backend.batch.results": [str(Path(path).resolve()) for path in results] or None,
        "backend.retry_failed": given["retry_failed"],
        "backend.max_failed": given["max_failed"],
        "backend.model_check": False if given["no_model_check"] else None,
        "backend.engine": settings(given["engine"], "--engine") or None,
        "backend.price_in": given["price_in"],
        "backend.price_out": given["price_out"],
        "execution.concurrency": given["concurrency"],
        f"{section}.model": given["model"],
        f"{section}.prompt": given["prompt"],
        f"{section}.sampling.temperature": given["temperature"],
        f"{section}.sampling.max_tokens": given["max_tokens"],
        f"{section}.sampling.max_completion_tokens": given["max_completion_tokens"],
        f"{section}.sampling.extra_body": json_object(given["extra_body"], "--extra-body"),
    }
