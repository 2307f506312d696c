"""``py:MODULE:ATTRIBUTE``: an encoder in a module of the user's own, imported because the user named it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from synthcode.errors import InputError, SynthcodeError, did_you_mean, first_line

FORM = "write py:MODULE:ATTRIBUTE, as in py:my_encoder:encode for encode in my_encoder.py"


def find_object(name: str) -> object:
    """Return what ``MODULE:ATTRIBUTE`` names; the module may lie in the current directory or on ``PYTHONPATH``.

    Raises
    ------
    InputError
        If there is no such module or attribute, or importing the module fails.
    """
    module_name, _, path = name.partition(":")
    parts = path.split(".")
    if not all(part.isidentifier() for part in (*module_name.split("."), *parts)):
        hint = ": give a module's name, not a path" if "/" in module_name or module_name.endswith(".py") else ""
        raise InputError(f"py:{name} names no attribute of a module{hint}", FORM)
    found: Any = _imported(module_name)
    for part in parts:
        try:
            found = getattr(found, part)
        except AttributeError as problem:
            near = did_you_mean(part, [known for known in dir(found) if not known.startswith("_")])
            where = f"{module_name} ({_file_of(module_name)})"
            raise InputError(f"py:{name}: {where} has no attribute {part!r}{near}", FORM) from problem
    return found


def _imported(name: str) -> object:
    try:
        with _current_directory_first():
            return import_module(name)
    except SynthcodeError:
        raise
    except ModuleNotFoundError as problem:
        if problem.name and f"{name}.".startswith(f"{problem.name}."):
            raise InputError(
                f"no module {problem.name!r} in {Path.cwd()} or on PYTHONPATH",
                "run the command in the module's folder, or set PYTHONPATH to it",
            ) from problem
        raise InputError(
            f"module {name!r} imports {problem.name!r}, which is not installed",
            "install it in the environment that synthcode runs in",
        ) from problem
    except SystemExit as leaving:  # a script that runs when it is imported
        raise _broken(name, RuntimeError(f"it ends the program ({leaving})")) from leaving
    except Exception as problem:
        raise _broken(name, problem) from problem


def _broken(name: str, problem: Exception) -> InputError:
    return InputError(
        f"module {name!r} cannot be imported: {type(problem).__name__}: {first_line(problem)}",
        f"fix the module: 'python -c \"import {name}\"' shows where",
    )


@contextmanager
def _current_directory_first() -> Iterator[None]:
    """Look for modules in the current directory first, as ``python -m`` does; afterwards last.

    Later imports of packages are then not answered by a file of the same name in the current directory.
    """
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)
        if here not in sys.path:
            sys.path.append(here)


def _file_of(module: str) -> str:
    return getattr(sys.modules[module], "__file__", None) or "built in"
