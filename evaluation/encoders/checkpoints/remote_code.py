"""A block in which no class is loaded from a model's repository, whatever a library asks transformers for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from unittest.mock import patch

from synthcode.errors import InputError

_LOADERS = (
    "transformers.dynamic_module_utils.get_class_in_module",
    "transformers.generation.utils.get_class_in_module",
)
"""All remote code of transformers and sentence-transformers is imported by this one function, under these names."""


@contextmanager
def no_remote_code(model: str) -> Iterator[None]:
    """Refuse remote code within the block.

    mteb's loaders of some eighty models enable it themselves, whatever the options say.

    Raises
    ------
    InputError
        If something in the block tries to load it; ``model`` is named.
    """

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise RemoteCodeError(model)

    with patch(_LOADERS[0], refuse), patch(_LOADERS[1], refuse):
        yield


class RemoteCodeError(InputError):
    """A model that runs only by code from its repository."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"model {model!r} needs code from its repository, and none is run here",
            "use a model that transformers or sentence-transformers load by themselves",
        )
