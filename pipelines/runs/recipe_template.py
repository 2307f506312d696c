"""A recipe to start from: every key with the sentence that describes it, and its default."""

from __future__ import annotations

import dataclasses
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_type_hints

from synthcode.pipelines.runs.docstrings import of_class
from synthcode.pipelines.runs.recipe import Recipe
from synthcode.strict_settings import to_tree

WIDTH = 100
HEADER = """\
# A recipe for 'synthcode run'. Change the values of seeds and translate, then see what it would request:
#   synthcode run {name} --dry-run
# Every other key has the default that is shown. To change one, remove the # before it and before its section.
"""
EXAMPLE: Mapping[str, Mapping[str, Any]] = {
    "seeds": {
        "adapter": "table",
        "path": "tasks.jsonl",
        "columns": {"text": "description", "code": "solution", "source_id": "id"},
        "language": "python",
    },
    "translate": {"targets": ["java", "go", "rust"], "model": "Qwen/Qwen2.5-Coder-7B-Instruct"},
}
"""What a recipe has to say, as for a table of tasks."""


def recipe_template(name: str) -> str:
    """Return a recipe with comments; ``name`` is that of its file."""
    return HEADER.format(name=name) + "".join(f"{line}\n" for line in _keys(Recipe, EXAMPLE, ""))


def _keys(kind: type, values: Mapping[str, Any], indent: str, *, is_comment: bool = False) -> Iterator[str]:
    """Yield the lines of a section: those with a value as they are, the others as comments with their default."""
    sentences = of_class(kind)
    for field in dataclasses.fields(kind):
        given = values.get(field.name)
        mark = "#" if is_comment or given is None else ""
        inner = _section(kind, field.name)
        if not indent:
            yield ""
        yield from _sentence(sentences[field.name], indent)
        if inner is None:
            yield f"{mark}{indent}{field.name}: {_value(_default(field) if given is None else given)}"
            continue
        yield f"{mark}{indent}{field.name}:"
        yield from _keys(inner, given or {}, indent + "  ", is_comment=bool(mark))


def _sentence(text: str, indent: str) -> list[str]:
    plain = re.sub(r"\bNone\b", "null", text.replace("``", "'"))
    start = f"{indent}# "
    return textwrap.wrap(plain, WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False)


def _section(kind: type, name: str) -> type | None:
    hint = get_type_hints(kind)[name]
    kinds = (one for one in (hint, *get_args(hint)) if isinstance(one, type) and dataclasses.is_dataclass(one))
    return next(kinds, None)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return None if field.default_factory is dataclasses.MISSING else field.default_factory()


def _value(value: Any) -> str:
    """Return a value in one line of JSON, which YAML reads."""
    return json.dumps(to_tree(value), ensure_ascii=False)
