"""Taking back what a refused command has changed of a run: its recipe, and which stages count as done."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from synthcode.bounded import limits
from synthcode.bounded.files import read_bytes
from synthcode.errors import InputError, ServerError, SynthcodeError
from synthcode.llm.journal.newest_row import newest_row
from synthcode.storage.atomic import writing
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest

REFUSALS = (InputError, ServerError)
"""After these, a user repeats the command with other options or settings."""


class RunBefore:
    """A run's recipe and manifest as they were before a command."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._recipe = read_bytes(folder.recipe, limits.RECIPE) if folder.recipe.is_file() else None
        self._copies = _copies(folder)
        self._manifest = Manifest(folder.path)
        self._answers = _answers(folder)

    @classmethod
    def read(cls, folder: RunFolder) -> RunBefore | None:
        """Return what a folder holds; None if it is not a run, or cannot be read."""
        with suppress(SynthcodeError, OSError):
            return cls(folder) if folder.is_run else None
        return None

    def take_back(self) -> None:
        """Put recipe and manifest back, unless the command has finished a stage or stored an answer.

        A stage that the command began, and of which it changed no file, counts as done again.
        """
        now = Manifest(self._folder.path)
        stages = self._manifest.stages
        if any(stages.get(name) != entry for name, entry in now.stages.items()):
            return
        if _answers(self._folder) != self._answers:
            return
        for copy in _copies(self._folder) - self._copies:
            copy.unlink()
        if self._recipe is None:
            self._folder.recipe.unlink(missing_ok=True)
        elif read_bytes(self._folder.recipe, limits.RECIPE) != self._recipe:
            with writing(self._folder.recipe) as stream:
                stream.write(self._recipe)
        changed = {name for name in stages.keys() - now.stages.keys() if self._manifest.differences(name)}
        now.return_to(self._manifest, without=changed)


def _copies(folder: RunFolder) -> set[Path]:
    """Return the copies of recipes that were edited by hand."""
    return set(folder.path.glob(f"{folder.recipe.name}.bak*"))


def _answers(folder: RunFolder) -> list[int]:
    return [newest_row(path) for path in (folder.journal, folder.repair_journal, folder.query_journal)]
