"""Classes that a sentence-transformers model names: only that library's own are imported."""

from __future__ import annotations

import re
from typing import Any

from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints.remote_code import RemoteCodeError

_PATH = re.compile(r"sentence_transformers(?:\.[A-Za-z]\w{0,99}){1,10}")
_ACTIVATION = re.compile(r"torch\.nn\.(?:modules\.\w{1,99}\.)?[A-Z]\w{0,99}")


def refuse_foreign_type(name: str, type_: Any, *, is_module: bool = True) -> None:
    """Refuse a type that is not a class of sentence-transformers, by its present path or an earlier one.

    Parameters
    ----------
    name
        Of the checkpoint, for the error.
    type_
        Dotted path of a class, as ``modules.json`` has it.
    is_module
        Whether it has to be a module of torch.

    Raises
    ------
    InputError
        If it is not: modules, functions or packages that the library merely imports do not count as its classes.
    """
    if not isinstance(type_, str) or not _PATH.fullmatch(type_):
        raise RemoteCodeError(name)
    from sentence_transformers.util import import_from_string
    from torch.nn import Module

    try:
        found: Any = import_from_string(type_)
    except (ImportError, AttributeError) as problem:
        raise InputError(
            f"{name!r} needs {type_}, which this version of sentence-transformers does not have",
            "update sentence-transformers, or use another model",
        ) from problem
    is_own = isinstance(found, type) and found.__module__.split(".")[0] == "sentence_transformers"
    if not is_own or (is_module and not issubclass(found, Module)):
        raise RemoteCodeError(name)


def refuse_foreign_activation(name: str, path: Any) -> None:
    """Refuse an activation function that is named by a path to anything but a class of ``torch.nn``.

    Raises
    ------
    InputError
        If it is. Names without a dot are transformers' own.
    """
    if isinstance(path, str) and "." in path and not _ACTIVATION.fullmatch(path):
        raise RemoteCodeError(name)
