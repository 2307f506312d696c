"""Open lists of names: what a distribution adds through entry points, and what synthcode brings itself.

Built-ins are declared in synthcode's own ``pyproject.toml`` through the same groups. Listing names reads metadata
only; a plug-in is imported when it is loaded by its name.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Sequence
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.metadata import distribution as distribution_of
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple, TypeVar, cast

from synthcode import __version__
from synthcode.errors import InputError, did_you_mean, first_line

OWN = "synthcode"
_PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"

Kind = TypeVar("Kind")


class Plugin(NamedTuple):
    """A name that a distribution adds."""

    name: str
    distribution: str
    version: str
    entry: EntryPoint

    @property
    def origin(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}"


class Registry:
    """The plug-ins of one entry-point group.

    Parameters
    ----------
    group
        ``synthcode.GROUP`` is the name of the entry-point group.
    noun
        What messages call one of them.
    """

    def __init__(self, group: str, noun: str) -> None:
        self.group = f"{OWN}.{group}"
        self.noun = noun

    def plugins(self) -> Sequence[Plugin]:
        """Return built-ins in the order of their declaration, then all others by name. Imports none of them."""
        return _plugins().get(self.group, ())

    def names(self) -> list[str]:
        """Return every name once."""
        return list(dict.fromkeys(plugin.name for plugin in self.plugins()))

    def find(self, name: str) -> Plugin:
        """Return the plug-in of that name, without importing it.

        Raises
        ------
        InputError
            If no plug-in has that name, or two distributions claim it.
        """
        found = [plugin for plugin in self.plugins() if plugin.name == name]
        if not found:
            names = self.names()
            raise InputError(f"no {self.noun} {name!r}{did_you_mean(name, names)}", f"use one of: {', '.join(names)}")
        if len(found) > 1:
            raise InputError(
                f"{' and '.join(plugin.origin for plugin in found)} both add the {self.noun} {name!r}",
                "uninstall one of them: pip uninstall "
                + next(plugin.distribution for plugin in reversed(found) if plugin.distribution != OWN),
            )
        return found[0]

    def load(self, name: str, kind: type[Kind] | tuple[type[Kind], ...]) -> Kind:
        """Import a plug-in.

        Raises
        ------
        InputError
            If there is no such plug-in, two have the name, it cannot be imported, or it is not a ``kind``.
        ImportError
            If a built-in needs a package of an extra that is not installed.
        """
        found = self.find(name)
        loaded = self._imported(found)
        if not isinstance(loaded, kind):
            raise InputError(
                f"the {self.noun} {name!r} of {found.origin} is a {type(loaded).__name__}, not a {_name_of(kind)}",
                f"its entry point {found.entry.value!r} must name one; tell the authors of {found.distribution}",
            )
        return loaded

    def load_factory(self, name: str) -> Callable[..., Any]:
        """Import a plug-in that is a class or function; see ``load``."""
        factory: Callable[..., Any] = self.load(name, cast(type[Any], Callable))
        return factory

    def _imported(self, plugin: Plugin) -> object:
        try:
            return plugin.entry.load()
        except (Exception, SystemExit) as problem:
            if plugin.distribution == OWN:
                raise
            raise InputError(
                f"the {self.noun} {plugin.name!r} of {plugin.origin} cannot be imported: "
                f"{type(problem).__name__}: {first_line(problem)}",
                f"update or uninstall it: pip uninstall {plugin.distribution}",
            ) from problem


def raised_by(problem: BaseException) -> Plugin | None:
    """Return the plug-in of another distribution in whose code an exception was raised; None if it was in none."""
    packages = {
        plugin.entry.module.partition(".")[0]: plugin
        for plugins in _plugins().values()
        for plugin in plugins
        if plugin.distribution != OWN
    }
    frames = (frame.f_globals.get("__name__") for frame, _line in walk_tb(problem.__traceback__))
    blamed = [packages[top] for name in frames if (top := str(name).partition(".")[0]) in packages]
    return blamed[-1] if blamed else None


def _name_of(kinds: type[Any] | tuple[type[Any], ...]) -> str:
    return " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))


@functools.cache
def _plugins() -> dict[str, list[Plugin]]:
    found: dict[str, list[Plugin]] = {}
    for plugin in [*_checkout(), *_installed()]:
        found.setdefault(plugin.entry.group, []).append(plugin)
    return found


def _checkout() -> list[Plugin]:
    """Return the built-ins of a checkout: the metadata of an editable install is as old as the install."""
    if not _PYPROJECT.is_file():
        return []
    declared = tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"].get("entry-points", {})
    return [
        Plugin(name, OWN, __version__, EntryPoint(name, value, group))
        for group, entries in declared.items()
        for name, value in entries.items()
    ]


def _installed() -> list[Plugin]:
    """Return the plug-ins of installed distributions, the first of each on the path; built-ins first."""
    first: dict[str, Distribution] = {}
    for one in distributions():
        # To read the name of every distribution takes half a second where there are hundreds.
        if f"[{OWN}." in (one.read_text("entry_points.txt") or ""):
            name = str(one.name or "").lower().replace("_", "-")
            first.setdefault(name, distribution_of(name) if name else one)
    found = [
        Plugin(entry.name, name, distribution.version, entry)
        for name, distribution in first.items()
        if not (name == OWN and _PYPROJECT.is_file())
        for entry in distribution.entry_points
        if entry.group.startswith(f"{OWN}.")
    ]
    own = [plugin for plugin in found if plugin.distribution == OWN]
    others = [plugin for plugin in found if plugin.distribution != OWN]
    return own + sorted(others, key=lambda plugin: (plugin.name, plugin.distribution))


SEED_ADAPTERS = Registry("seed_adapters", "adapter")
BACKENDS = Registry("backends", "backend")
ENCODERS = Registry("encoders", "encoder")
EXPORTS = Registry("exports", "export format")
EXECUTORS = Registry("executors", "executor")
SANDBOXES = Registry("sandboxes", "sandbox")
REGISTRIES = (SEED_ADAPTERS, BACKENDS, ENCODERS, EXPORTS, EXECUTORS, SANDBOXES)
