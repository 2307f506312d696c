"""Which models a server lists, in the shapes in which servers list them. All of it is hostile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.completions import count_of, parse_json

_LISTS = ("data", "models", "result", "results", "items", "model_list")
"""OpenAI and most others; Ollama, Google and Cohere; Cloudflare; and more."""
_MORE = ("has_more", "nextPageToken", "next_page_token", "next")
_NAMES = ("id", "name", "model", "model_id", "model_name", "canonical_slug")
_ALIASES = "aliases"
_MOST = 100_000
_MOST_ALIASES = 100


def parse_models(body: bytes) -> dict[str, int | None]:
    """Return the models that a server lists: name -> tokens of its window, None if it does not say.

    An object with a list of models, the list itself, or one model (TGI's ``/info``); models are objects or names, or
    names with objects. A model counts by each of its names: some servers put the one to request in ``name`` or among
    ``aliases``, and an address or a number of theirs in ``id``.

    Raises
    ------
    AttemptFailed
        If the body is not a list of models.
    """
    answer = parse_json(body)
    cards = _cards(answer)
    if cards is None and isinstance(answer, dict) and isinstance(answer.get("model_id"), str):
        cards = [answer]
    if cards is None:
        raise AttemptFailed(ErrorKind.BAD_ANSWER, "no list of models")
    models: dict[str, int | None] = {}
    for card in cards[:_MOST]:
        for name in _names(card):
            models.setdefault(name, _window(card))
    return models


def is_first_page(body: bytes) -> bool:
    """Return whether a list of models goes on elsewhere."""
    answer = parse_json(body)
    return isinstance(answer, dict) and any(answer.get(name) for name in _MORE)


def listed_as(model: str, models: Iterable[str]) -> str | None:
    """Return the entry of a server's list that a model's name stands for, None if there is none.

    Names that servers take though they do not list them: with a suffix (``model:nitro``, ``model:free``), without the
    suffix ``:latest`` or the prefix ``models/``, and those that a wildcard covers (LiteLLM's ``openai/*``).
    """
    names = set(models)
    base, colon, _suffix = model.rpartition(":")
    for name in (model, f"models/{model}", f"{model}:latest", base if colon else model):
        if name in names:
            return name
    return next((name for name in sorted(names) if "*" in name and _covers(name, model)), None)


def _covers(wildcard: str, name: str) -> bool:
    """Return whether a name matches a wildcard in which ``*`` is special only."""
    first, *middle, last = wildcard.split("*")
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    place, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _cards(answer: object) -> list[Any] | None:
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return None
    for name in _LISTS:
        found = answer.get(name)
        if isinstance(found, dict):
            found = _cards(found) or _named_cards(found)
        if isinstance(found, list) and found:
            return list(found)
    if any(isinstance(answer.get(name), list) for name in _LISTS):
        return []
    return [] if answer.get("object") == "list" else None  # Ollama without a model: "data": null


def _named_cards(answer: Mapping[str, Any]) -> list[Any] | None:
    """Return the models of an object that has them by their names."""
    if not answer or not all(isinstance(card, dict) for card in answer.values()):
        return None
    return [{**card, "id": name} for name, card in answer.items()]


def _names(card: object) -> list[str]:
    """Return all names of a model, the one to show first; of the others only those without blanks."""
    if isinstance(card, str):
        return [card]
    found: Mapping[str, Any] = card if isinstance(card, dict) else {}
    aliases = found.get(_ALIASES)
    others = aliases[:_MOST_ALIASES] if isinstance(aliases, list) else []
    names = [name for name in (*(found.get(key) for key in _NAMES), *others) if isinstance(name, str) and name]
    return [*names[:1], *(name for name in names[1:] if not any(map(str.isspace, name)))]


def _window(card: object) -> int | None:
    return count_of(card.get("max_model_len")) if isinstance(card, dict) else None
