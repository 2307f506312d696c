"""What is known of compilers and runners is found out once for all processes of a test run.

To try those of all languages takes 17 seconds of a processor, in each process of the tests.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from synthcode.verification import benches
from synthcode.verification.compiling import controls

_OF_ENVIRONMENT = ("HOME", "LD_PRELOAD", "PATH", "SYNTHCODE_NODE_PACKAGES", "XDG_DATA_HOME")
"""What an examination depends on. A PATH differs also by folders in which nothing may be looked for."""


def share_examinations(folder: Path) -> None:
    """Have this process read what another one has stored in a folder, and store what it finds out itself."""
    folder.mkdir(exist_ok=True)
    controls._examine = Shared(controls._examine.__wrapped__, folder)  # type: ignore[assignment]
    benches._open_bench = Shared(benches._open_bench.__wrapped__, folder)  # type: ignore[assignment]


class Shared:
    """A cached function of a language, a PATH and the name of a sandbox, whose good results are shared.

    A test that changes the environment, or that forgets what was found, has its own compilers tried. So has every test
    that needs one that is missing or broken: only what works is stored.
    """

    def __init__(self, function: Callable[[str, str, str], Any], folder: Path) -> None:
        self._function, self._folder = function, folder
        self._name = getattr(function, "__qualname__", "")
        self._environment: tuple[str, ...] | None = _environment()
        self._cached = functools.cache(self._find)

    def __call__(self, language: str, path: str, sandbox: str) -> Any:
        """Return what is known, or find it out."""
        return self._cached(language, path, sandbox, _environment())

    def cache_clear(self) -> None:
        """Forget what was found; nothing is shared from now on."""
        self._environment = None
        self._cached.cache_clear()

    def _find(self, language: str, path: str, sandbox: str, environment: tuple[str, ...]) -> Any:
        if self._environment != environment:
            return self._function(language, path, sandbox)
        name = hashlib.sha256(repr((self._name, language, path, sandbox)).encode()).hexdigest()
        file = self._folder / name
        with FileLock(file.with_suffix(".lock")):
            if file.exists():
                return pickle.loads(file.read_bytes())  # noqa: S301 - a process of this test run has written it
            found = self._function(language, path, sandbox)
            if not found.problem:
                file.write_bytes(pickle.dumps(found))
        return found


def _environment() -> tuple[str, ...]:
    return tuple(f"{name}={os.environ.get(name)}" for name in _OF_ENVIRONMENT)
