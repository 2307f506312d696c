"""Kinds of values that vLLM's options have, as text of a command line or as YAML gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from synthcode.errors import InputError

_COUNT = re.compile(r"(-?\d{1,18})|(\d{1,12}(?:\.\d{1,6})?)([kmgt])|(\d{1,12})([KMGT])")
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}
_NAME = re.compile(r"[\w.@+~/][\w.@+~/ :-]{0,500}")
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,100}")


class Kind(Protocol):
    """What values an option takes."""

    @property
    def form(self) -> str:
        """How to write a value."""

    def checked(self, value: Any) -> Any:
        """Return a value as vLLM's Python classes take it.

        Raises
        ------
        ValueError
            If it is not of this kind; the message completes "the option ...".
        """


class Count:
    """A whole number, also written ``8k`` (8,000) or ``8K`` (8,192) as vLLM reads it."""

    def __init__(self, least: int, *, most: int | None = None, words: Mapping[str, int] | None = None) -> None:
        self._least, self._most, self._words = least, most, dict(words or {})
        self.form = f"a whole number of at least {least}" + (f" and at most {most}" if most is not None else "")

    def checked(self, value: Any) -> int:
        """Return the number."""
        text = str(value).strip()
        if text.lower() in self._words:
            return self._words[text.lower()]
        match = None if isinstance(value, bool | float) else _COUNT.fullmatch(text)
        if match is None:
            raise ValueError("takes a whole number")
        number = int(match[1] or 0)
        if match[3]:
            number = int(float(match[2]) * 1000 ** _POWERS[match[3]])
        elif match[5]:
            number = int(match[4]) * 1024 ** _POWERS[match[5].lower()]
        if number < self._least or (self._most is not None and number > self._most):
            raise ValueError(f"cannot be {number:,}")
        return number


class Number:
    """A number between bounds."""

    def __init__(self, least: float, most: float = 1e12) -> None:
        self._least, self._most = least, most
        self.form = f"a number from {least:g} to {most:g}"

    def checked(self, value: Any) -> float:
        """Return the number."""
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not self._least <= number <= self._most:
            raise ValueError("takes a number")
        return number


class Flag:
    """True or false.

    Parameters
    ----------
    has_no
        Whether vLLM has ``--no-NAME``; without it, false is the absence of the flag.
    """

    form = "true or false; on a command line the option without a value, or --no-NAME"

    def __init__(self, *, has_no: bool = True) -> None:
        self.has_no = has_no

    def checked(self, value: Any) -> bool:
        """Return the truth value."""
        known = {"true": True, "false": False}.get(str(value).lower())
        if known is None:
            raise ValueError("takes no such value")
        return known


class Choice:
    """One of some words.

    Parameters
    ----------
    words
        The words.
    auto
        What ``auto`` stands for, if it is not one of vLLM's words to be passed on.
    """

    def __init__(self, *words: str, auto: str | None = None) -> None:
        self._words = {word: word for word in words} | ({"auto": auto} if auto else {})
        self.form = f"one of {', '.join(self._words)}"

    def checked(self, value: Any) -> str:
        """Return the word."""
        word = self._words.get(value) if isinstance(value, str) else None
        if word is None:
            raise ValueError("takes no such value")
        return word


class Word:
    """A name that vLLM looks up in a table of its own: never a path, module or class."""

    form = "one name of letters, digits and _ as vLLM's documentation lists it"

    def checked(self, value: Any) -> str:
        """Return the name."""
        if not isinstance(value, str) or not _WORD.fullmatch(value) or "." in value or value.startswith("-"):
            raise ValueError("takes a name that vLLM knows")
        return value


class ModelName:
    """A name of a model or tokenizer, a revision, or a folder."""

    form = "a name or path that does not begin with a dash"

    def checked(self, value: Any) -> str:
        """Return the name."""
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise ValueError("takes the name of a model or revision")
        return value


class File:
    """A file that is there: of a template, which vLLM renders in a sandbox."""

    form = "the path of a Jinja template"

    def checked(self, value: Any) -> str:
        """Return its absolute path."""
        if not isinstance(value, str) or "\n" in value or not Path(value).is_file():
            raise ValueError("needs the path of an existing file")
        return str(Path(value).resolve())


class Mapped:
    """A flat mapping of names to numbers, truth values and words."""

    form = """a flat mapping such as {"enable_thinking": false}"""

    def checked(self, value: Any) -> dict[str, Any]:
        """Return the mapping."""
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as problem:
                raise ValueError("takes a JSON object") from problem
        if not isinstance(value, dict) or not all(map(_is_plain, value, value.values())):
            raise ValueError("takes a flat mapping to numbers, truth values and words")
        return value


def refuse_option_like(name: str, what: str) -> None:
    """Refuse a name that a command line would read as an option.

    Raises
    ------
    InputError
        If it begins with a dash.
    """
    if name.startswith("-"):
        raise InputError(f"{what} {name!r} begins with a dash", "name a folder, or a model on the Hub")


def _is_plain(key: Any, value: Any) -> bool:
    word = isinstance(value, str) and _WORD.fullmatch(value) is not None
    return isinstance(key, str) and _WORD.fullmatch(key) is not None and (word or isinstance(value, bool | int | float))
