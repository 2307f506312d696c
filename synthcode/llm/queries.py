"""Texts to requests for queries: a model writes each text anew, in several styles."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, MinLen

from synthcode.languages import get_language
from synthcode.llm.prompts import Prompt
from synthcode.llm.requests import Sampling, requests_for, samples_of
from synthcode.schemas.records import Request
from synthcode.vocabulary import QUERY_STYLES, QueryStyle


@dataclass(frozen=True)
class QueriesConfig:
    """Which queries to request for the texts of seeds, and which completions are accepted."""

    styles: Annotated[tuple[QueryStyle, ...], MinLen(1)] = QUERY_STYLES
    """How texts are written anew: as search terms, as a question, in other words."""
    samples: Annotated[int, Ge(1)] = 1
    """Completions for each text and style; each one that is accepted is a query."""
    model: str | None = None
    """None takes the model that translates."""
    prompt: str = "queries"
    """A bundled prompt by name, or the path (with a slash) of a folder of templates."""
    sampling: Sampling = field(default_factory=Sampling)
    """How the model samples."""
    max_chars: Annotated[int, Ge(1), Le(10_000)] = 500
    """A longer query is rejected."""
    similarity: Annotated[float, Gt(0), Le(1)] = 0.7
    """A query is a near-copy of its text, or of another query for it, if the sets of five consecutive characters of
    both have at least this Jaccard similarity."""


def query_requests(
    seeds: Iterable[Mapping[str, Any]],
    config: QueriesConfig,
    model: str,
    prompt: Prompt,
    ids: Iterable[str] = (),
) -> Iterator[Request]:
    """Fill the prompt for every query that is requested, one seed's after another's.

    Parameters
    ----------
    seeds
        Rows of the seeds table.
    config, model, prompt
        What is requested of which model.
    ids
        The ids of the first of these requests, which have been made before: they come without messages.
    """
    samples, known_ids = samples_of(config.sampling, config.samples, model, prompt), iter(ids)
    for seed in seeds:
        source = get_language(seed["language"])
        for style in styles_of(config):
            fill = functools.partial(prompt.fill, seed, source, None, {"style": style})
            yield from requests_for(seed, style, fill, samples, known_ids)


def styles_of(config: QueriesConfig) -> list[QueryStyle]:
    """Return the styles that are requested, each once, in alphabetical order."""
    return sorted(set(config.styles))
