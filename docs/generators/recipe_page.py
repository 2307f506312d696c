"""The references of recipes, from the dataclasses that a recipe is checked against."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MinLen

from docs.generators import docstrings
from docs.generators.markdown import page, prose, table
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.pipelines.runs.recipe import Recipe

INTRODUCTION = """
# Recipe

A recipe is a YAML file: `synthcode run recipe.yaml --out RUN` reads it. `seeds` and `translate` are needed; every other
key has a default. An unknown key, a value of the wrong type or one out of range is refused before anything starts.
`seeds.path`, `backend.recording` and the paths in `contamination.against` are relative to the recipe if they are
there.

`--set SECTION.KEY=VALUE` changes a value for one run (`--set translate.sampling.temperature=0`). The run writes its own
`RUN/recipe.yaml` with all defaults filled in; edit that file, or give other options, and the next run repeats only the
stages that the change affects.
"""
TRAINING_INTRODUCTION = """
# Training recipe

`synthcode train DATASET --recipe training.yaml --out MODEL` reads a YAML file with these keys; options of the command
win over it. Give `base` or `new`; other keys have defaults. An unknown key, a value of the wrong type or one out of
range is refused before anything starts. Folders in `base`, `data.holdout` and `pretrain.data` are relative to the file.

`MODEL/training/settings.yaml` has all of them filled in.
"""
LIMITS = {Ge: "at least", Gt: "more than", Le: "at most", Lt: "less than"}
PLAIN = {str: "text", int: "integer", float: "number", bool: "true or false", Any: "any value"}


class UndocumentedKeyError(Exception):
    """A key of the recipe has no sentence under its field."""


def render() -> str:
    """Return the page of recipes of a run: the keys at the top, then one section per section of a recipe."""
    return _page(INTRODUCTION, Recipe)


def render_training() -> str:
    """Return the page of recipes of training."""
    return _page(TRAINING_INTRODUCTION, TrainingSettings)


def _page(introduction: str, kind: type) -> str:
    sections = [_section(name, inner) for name, inner in _sections(kind, ())]
    return page(introduction, "## At the top\n\n" + _keys(kind, ()), *sections)


def _sections(kind: type, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type]]:
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if inner := _dataclass_in(hint):
            yield (*above, name), inner
            yield from _sections(inner, (*above, name))


def _section(path: tuple[str, ...], kind: type) -> str:
    return f"## {'.'.join(path)}\n\n{_sentence(kind.__doc__ or '')}\n\n{_keys(kind, path)}"


def _keys(kind: type, above: tuple[str, ...]) -> str:
    hints = get_type_hints(kind, include_extras=True)
    sentences = docstrings.of_class(kind)
    rows = []
    for field in dataclasses.fields(kind):
        path = (*above, field.name)
        if field.name not in sentences:
            raise UndocumentedKeyError(f"{'.'.join(path)}: write a docstring under {kind.__name__}.{field.name}")
        inner = _dataclass_in(hints[field.name])
        what = f"[section](#{''.join(path)})" if inner else describe(hints[field.name])
        rows.append((f"`{field.name}`", what, _default(field, inner), _sentence(sentences[field.name])))
    return table(("key", "value", "default", "meaning"), rows)


def _sentence(text: str) -> str:
    """Return a docstring with Python's None in YAML's spelling."""
    return re.sub(r"\bNone\b", "`null`", prose(text))


def _dataclass_in(hint: Any) -> type | None:
    kinds = [kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and dataclasses.is_dataclass(kind)]
    return kinds[0] if kinds else None


def _default(field: dataclasses.Field[Any], inner: type | None) -> str:
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return "required"
    if inner:
        return ""
    value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    if value is None:
        return "`null`"
    text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else str(value)
    return "empty" if not value and not isinstance(value, int | float) else f"`{text}`"


def describe(hint: Any) -> str:
    """Return the values that a key takes, in words."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        limits = [LIMITS[type(limit)] + f" {_bound(limit):g}" for limit in inner[1:] if type(limit) in LIMITS]
        shortest = [f"{limit.min_length} or more" for limit in inner[1:] if isinstance(limit, MinLen)]
        return ", ".join([describe(inner[0]), *limits, *shortest])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in (Union, UnionType):
        return " or ".join(describe(kind) for kind in inner if kind is not NoneType)
    if origin is tuple:
        return f"list of {describe(inner[0])}"
    if origin is not None and issubclass(origin, Mapping):
        return f"mapping of {describe(inner[0])} to {describe(inner[1])}"
    return PLAIN[hint]


def _bound(limit: Any) -> float:
    return float(next(iter(vars(limit).values())) if hasattr(limit, "__dict__") else dataclasses.astuple(limit)[0])
