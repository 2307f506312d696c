"""What a run directory holds and how it came about: one entry a stage, written when the stage is complete."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synthcode.bounded.trees import read_json
from synthcode.errors import InputError
from synthcode.identity import file_digest
from synthcode.storage.shards import sync

MANIFEST_NAME = "manifest.json"
EMPTY = '{"stages": {}}'
"""What a manifest holds before the first stage has run."""


@dataclass(frozen=True)
class Output:
    """A file that a stage wrote."""

    sha256: str
    size: int
    """Bytes."""
    mtime_ns: int
    """Only spares rehashing: a copied run directory, with other times, is hashed again."""


@dataclass(frozen=True)
class StageEntry:
    """One stage's line in the manifest."""

    fingerprint: str
    """Hash of everything that the stage's output depends on."""
    inputs: dict[str, str]
    """Digest of each input."""
    outputs: dict[str, Output]
    """By path relative to the run directory."""
    counts: dict[str, Any]
    complete: bool = True
    """False where running the stage again may add to it (requests that failed or are pending)."""
    versions: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


class Manifest:
    """The manifest of a run directory, read when made, written by ``record``."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._path = run / MANIFEST_NAME
        self.recipe: str | None = None
        """SHA-256 of the run's recipe as synthcode wrote it; None in a run that is older than this note."""
        self.stages: dict[str, StageEntry] = self._load()

    def _load(self) -> dict[str, StageEntry]:
        if not self._path.exists():
            return {}
        try:
            tree = read_json(self._path)
            stages = tree["stages"]
            self.recipe = tree.get("recipe")
            return {
                name: StageEntry(**{**entry, "outputs": {p: Output(**o) for p, o in entry["outputs"].items()}})
                for name, entry in stages.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise InputError(
                f"{self._path} is not a manifest that this version reads: {problem}",
                f"write '{EMPTY}' into it: stages run again, and no finished request is sent again",
            ) from problem

    def record(self, stage: str, entry: StageEntry) -> None:
        """Add or replace a stage's entry, durably."""
        self.stages[stage] = entry
        self._write()

    def note_recipe(self, sha256: str) -> None:
        """Note, durably, which recipe synthcode has written; this also makes the folder a run directory."""
        if self.recipe != sha256:
            self.recipe = sha256
            self._write()

    def forget(self, stage: str) -> None:
        """Drop a stage's entry before its outputs change, so that no kill leaves it describing other files."""
        if self.stages.pop(stage, None) is not None:
            self._write()

    def _write(self) -> None:
        recipe = {} if self.recipe is None else {"recipe": self.recipe}
        stages = {name: asdict(entry) for name, entry in self.stages.items()}
        text = json.dumps({**recipe, "stages": stages}, indent=2)
        aside = self._path.with_suffix(".json.writing")
        with aside.open("w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, self._path)
        sync(self._run)

    def is_current(self, stage: str, fingerprint: str) -> bool:
        """Tell whether a stage is complete, depends on what it depended on, and its files are as it left them."""
        entry = self.stages.get(stage)
        return (
            entry is not None
            and entry.complete
            and entry.fingerprint == fingerprint
            and all(self._is_intact(path, output) for path, output in entry.outputs.items())
        )

    def _is_intact(self, path: str, output: Output) -> bool:
        file = self._run / path
        try:
            found = file.stat()
        except FileNotFoundError:
            return False
        if found.st_size != output.size:
            return False
        return found.st_mtime_ns == output.mtime_ns or file_digest(file) == output.sha256

    def output_digests(self, stage: str) -> Mapping[str, str]:
        """Return the digests of a stage's outputs by path; empty where it has not run."""
        entry = self.stages.get(stage)
        return {} if entry is None else {path: output.sha256 for path, output in entry.outputs.items()}


def describe_outputs(run: Path, files: Iterable[Path]) -> dict[str, Output]:
    """Return what the manifest says of files in a run directory."""
    described = {}
    for file in sorted(files):
        found = file.stat()
        described[file.relative_to(run).as_posix()] = Output(file_digest(file), found.st_size, found.st_mtime_ns)
    return described
