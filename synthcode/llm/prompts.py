"""Prompts: a folder of Jinja2 templates, one a chat turn, known by the digest of their text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jinja2

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.template_work import TemplateTooLargeError
from synthcode.bounded.templates import BoundedEnvironment, fill, is_constant, read_included
from synthcode.errors import InputError, did_you_mean, first_line
from synthcode.identity import digest
from synthcode.languages import Language
from synthcode.schemas.records import Message
from synthcode.templates import template_folder

Role = Literal["system", "user", "assistant"]

_TURNS: tuple[Role, ...] = ("system", "user", "assistant")


@dataclass(frozen=True)
class Prompt:
    """A prompt that can be filled.

    Templates see ``source`` and ``target`` (rows of the language table), ``code``, ``text`` and
    ``entry_point`` (which may be none); in a repair also ``answer``, ``fence``, ``reason`` and ``error``. Those of
    queries see ``style`` in place of ``target``. They are filled in bounded time and memory.
    """

    name: str
    digest: str
    """Hash of the templates' text, included ones too: a changed prompt is another prompt."""
    turns: Mapping[Role, jinja2.Template]
    constant: frozenset[Role] = frozenset()
    """Turns without variables and included templates: they are filled once."""
    _filled: dict[Role, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_prefilled(self) -> bool:
        """Whether it ends with the beginning of the answer, which the model is to continue."""
        return "assistant" in self.turns

    def fill(
        self, seed: Mapping[str, Any], source: Language, target: Language | None, more: Mapping[str, str] | None = None
    ) -> tuple[Message, ...]:
        """Return the chat that requests one translation of a seed, or one query for its text.

        Parameters
        ----------
        seed
            Row of the seeds table.
        source, target
            The seed's language, and that of the translation; None for a query.
        more
            More variables: of a failed translation that is to be repaired, or the style of a query.
        """
        languages = {"source": source} if target is None else {"source": source, "target": target}
        values = {**languages, **{key: seed[key] for key in ("code", "text", "entry_point")}, **(more or {})}
        try:
            return tuple(Message(role, self._text(role, template, values)) for role, template in self.turns.items())
        except TemplateTooLargeError as problem:
            raise InputError(
                f"prompt {self.name!r} cannot be filled: {problem}",
                f"shorten its loops and what it repeats; a prompt holds at most {limits.PROMPT:,} characters in a turn",
            ) from problem
        except Exception as problem:  # a template can raise whatever its expressions do: 1/0, a wrong type
            raise InputError(
                f"prompt {self.name!r} cannot be filled: {first_line(problem)}",
                f"templates may use {', '.join(values)}",
            ) from problem

    def _text(self, role: Role, template: jinja2.Template, values: Mapping[str, Any]) -> str:
        if role not in self.constant:
            return fill(template, values)
        if role not in self._filled:
            self._filled[role] = fill(template, values)
        return self._filled[role]


def load_prompt(name: str) -> Prompt:
    """Load a bundled prompt by name, or a folder of templates by path.

    Raises
    ------
    InputError
        If there is no such prompt, it has no ``user.jinja``, or a template does not parse.
    """
    folder = Path(name) if "/" in name else template_folder("prompts") / name
    if not (folder / "user.jinja").is_file():
        bundled = sorted(path.parent.name for path in template_folder("prompts").glob("*/user.jinja"))
        raise InputError(
            f"no prompt {name!r}{did_you_mean(name, bundled)}",
            f"use one of: {', '.join(bundled)}, or a path (with a slash) to a folder that holds user.jinja",
        )
    jinja = BoundedEnvironment(folder)
    texts = {
        turn: read_text(folder / f"{turn}.jinja", limits.TEMPLATE)
        for turn in _TURNS
        if (folder / f"{turn}.jinja").exists()
    }
    try:
        included = read_included(jinja, [f"{turn}.jinja" for turn in texts])
        turns = {turn: jinja.get_template(f"{turn}.jinja") for turn in texts}
    except jinja2.TemplateSyntaxError as problem:
        raise InputError(
            f"prompt {name!r}: {problem.filename}, line {problem.lineno}: {problem.message}",
            "fix the template; its syntax is Jinja2's",
        ) from problem
    except jinja2.TemplateNotFound as problem:
        raise InputError(
            f"prompt {name!r}: no template {first_line(problem)} in its folder", "include files of the same folder only"
        ) from problem
    except (RecursionError, MemoryError, ValueError, SyntaxError) as problem:
        raise InputError(
            f"prompt {name!r} cannot be compiled: {first_line(problem)}",
            "shorten the template; its syntax is Jinja2's",
        ) from problem
    for template in turns.values():  # each filling copies them, and of Jinja2's chain of mappings that takes longest
        template.globals = dict(template.globals)
    constant = frozenset(turn for turn, text in texts.items() if is_constant(jinja, text))
    return Prompt(folder.name, digest("prompt", texts | included), turns, constant)
