"""Settings as trees of YAML and as dataclasses: strict keys, checked values, errors that say what was meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from synthcode.errors import InputError, did_you_mean

_UNKNOWN_KEY = ("unexpected_keyword_argument", "invalid_key")
"""Pydantic's names for a key that a section does not have, and one that is not even text."""

_MOST_PLACES = 3
"""In which a key may have been meant."""


def checked(kind: type, adapter: TypeAdapter[Any], tree: Mapping[str, Any], origin: str) -> Any:
    """Check the keys and values of a tree and fill in the defaults.

    Parameters
    ----------
    kind
        The dataclass; its sections are dataclasses, too, and forbid other keys.
    adapter
        Pydantic's, of ``kind``.
    tree
        What the user wrote.
    origin
        What errors call it.

    Raises
    ------
    InputError
        For the first mistake; a key that does not exist comes before all others.
    """
    try:
        return adapter.validate_python(dict(tree))
    except ValidationError as problem:
        raise _first_mistake(kind, problem, origin) from problem


def _first_mistake(kind: type, problem: ValidationError, origin: str) -> InputError:
    errors = problem.errors(include_url=False)
    first = next((error for error in errors if error["type"] in _UNKNOWN_KEY), errors[0])
    place = ".".join(map(str, first["loc"]))
    if first["type"] in _UNKNOWN_KEY:
        *above, key = map(str, first["loc"])
        known = known_keys(kind, above)
        meant = did_you_mean(key, known) or _elsewhere(kind, key)
        return InputError(f"{origin}: unknown key {place!r}{meant}", f"known here: {', '.join(known)}")
    if first["type"].startswith("missing"):
        return InputError(f"{origin}: {place} is missing", f"give {place} in the recipe or on the command line")
    message = first["msg"][:1].lower() + first["msg"][1:]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InputError(
        f"{origin}: {place}: {message}, not {first['input']!r:.80}{more}",
        f"fix {place} in the recipe or on the command line",
    )


def known_keys(kind: type, place: Iterable[str]) -> list[str]:
    """Return the keys that a section may have; ``place`` leads to it."""
    for key in place:
        section = _section(get_type_hints(kind)[key])
        assert section is not None, "pydantic looked into it"
        kind = section
    return [field.name for field in dataclasses.fields(kind)]


def _elsewhere(kind: type, key: str) -> str:
    """Return " (did you mean 'execution.concurrency'?)" if other sections have the key, else nothing."""
    places = [place for place in _places(kind) if place.rpartition(".")[2] == key][:_MOST_PLACES]
    return f" (did you mean {' or '.join(map(repr, places))}?)" if places else ""


def _places(kind: type, above: str = "") -> Iterator[str]:
    """Yield the places of all keys, with those of sections in sections."""
    for name, hint in get_type_hints(kind).items():
        if name not in {field.name for field in dataclasses.fields(kind)}:
            continue
        yield above + name
        if (section := _section(hint)) is not None:
            yield from _places(section, f"{above}{name}.")


def _section(hint: Any) -> type | None:
    """Return the dataclass of a key that holds a section."""
    return next((inner for inner in (hint, *get_args(hint)) if isinstance(inner, type) and is_dataclass(inner)), None)


def texts_in(tree: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text of a tree, keys included, with the keys above it."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield above, str(key)
            yield from texts_in(value, (*above, str(key)))
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from texts_in(value, above)
    elif isinstance(tree, str):
        yield above, tree


def to_tree(value: Any) -> Any:
    """Return a configuration as plain dicts, lists and scalars."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_tree(asdict(value))
    if isinstance(value, Mapping):
        return {key: to_tree(item) for key, item in value.items()}
    return [to_tree(item) for item in value] if isinstance(value, tuple | list) else value


def with_values(tree: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree with some values replaced: ``section.key`` -> value."""
    changed = dict(tree)
    for dotted, value in overrides.items():
        *sections, key = dotted.split(".")
        node = changed
        for section in sections:
            inner = node.get(section)
            node[section] = node = dict(inner) if isinstance(inner, Mapping) else {}
        node[key] = value
    return changed
