"""What a run directory holds and how it came about: one entry a stage, written when the stage is complete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from synthcode.bounded.trees import read_json
from synthcode.bounded.vouching import vouch_for
from synthcode.errors import InputError, shell_word
from synthcode.identity import canonical_json, file_digest
from synthcode.storage.atomic import write_text
from synthcode.storage.stage_counts import read_counts, wrong_place

MANIFEST_NAME = "manifest.json"
EMPTY = '{"stages": {}}'
"""What a manifest holds before the first stage has run."""
COUNTS = "counts"
"""The name under which the counts of a stage, with what it read from outside of the run, are one of its outputs."""

Difference = Literal["missing", "changed", "damaged"]
"""Of a file from what was recorded of it: ``damaged`` is another content with the old size and time, as a failing disk
leaves it; no edit does."""


@dataclass(frozen=True)
class Output:
    """A file that a stage wrote."""

    sha256: str
    size: int
    """Bytes."""
    mtime_ns: int
    """Only tells damage from an edit."""


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
    state: dict[str, Output] = field(default_factory=dict)
    """Files that only this stage goes on with: verified as outputs are, but no input of another stage."""
    counts_sha256: str = ""
    """Digest of the output ``counts``; empty in manifests of earlier versions."""


_KINDS = {"fingerprint": str, "inputs": {str: str}, "counts": dict, "complete": bool, "versions": {str: str}}
_KINDS |= {"counts_sha256": str}


class Manifest:
    """The manifest of a run directory, read when made, written by ``record``."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._path = run / MANIFEST_NAME
        self._verified: set[tuple[str, int, int, int]] = set()
        self.recipe: str | None = None
        """SHA-256 of the run's recipe as synthcode wrote it; None in a run that is older than this note."""
        self.recipe_file: Output | None = None
        """The recipe as the last command left it; None in manifests of earlier versions."""
        self.stages: dict[str, StageEntry] = {}
        if self._path.exists():
            self._load()

    def _load(self) -> None:
        try:
            tree = read_json(self._path)
            recorded = tree.pop("sha256", None)
            if recorded is not None and recorded != _tree_digest(tree):
                raise ValueError("it is damaged, its own checksum does not match")
            self.stages = {name: _entry(name, entry) for name, entry in tree.pop("stages").items()}
            self.recipe = tree.pop("recipe", None)
            recipe_file = tree.pop("recipe_file", None)
            self.recipe_file = None if recipe_file is None else _output("recipe.yaml", recipe_file)
            if tree:
                raise ValueError(f"unknown key {min(tree)!r}")
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

    def return_to(self, before: Manifest, without: Collection[str]) -> None:
        """Say again what a manifest said ``before``, durably, but for stages whose files have changed since."""
        self.stages = {name: entry for name, entry in before.stages.items() if name not in without}
        self.recipe, self.recipe_file = before.recipe, before.recipe_file
        self._write()

    def record_recipe_file(self, file: Path) -> None:
        """Note the run's recipe as it is now, so that damage can be distinguished from an edit."""
        (found,) = describe_outputs(self._run, [file]).values()
        if found != self.recipe_file:
            self.recipe_file = found
            self._write()

    def _write(self) -> None:
        tree: dict[str, Any] = {"stages": {name: asdict(entry) for name, entry in self.stages.items()}}
        if self.recipe is not None:
            tree["recipe"] = self.recipe
        if self.recipe_file is not None:
            tree["recipe_file"] = asdict(self.recipe_file)
        write_text(self._path, json.dumps({**tree, "sha256": _tree_digest(tree)}, indent=2) + "\n")

    def is_current(self, stage: str, fingerprint: str) -> bool:
        """Return whether a stage is complete and depends on what it depended on; see also ``differences``."""
        entry = self.stages.get(stage)
        return entry is not None and entry.complete and entry.fingerprint == fingerprint

    def differences(self, stage: str) -> dict[str, Difference]:
        """Return, by path, what has become of the stage's files that are not as it left them.

        Every file is hashed, once for each manifest object as long as its size and times stay.
        """
        entry = self.stages.get(stage)
        if entry is None:
            return {}
        found = {path: self.difference(path, output) for path, output in (entry.outputs | entry.state).items()}
        return {path: difference for path, difference in found.items() if difference is not None}

    def difference(self, path: str, recorded: Output) -> Difference | None:
        """Return what has become of a file since it was recorded; None if it is the same."""
        file = self._run / path
        try:
            found = file.stat()
            mark = (path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if mark in self._verified:
                return None
            if found.st_size == recorded.size and file_digest(file) == recorded.sha256:
                self._verified.add(mark)
                vouch_for(file)
                return None
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return "missing"
        same = (found.st_size, found.st_mtime_ns) == (recorded.size, recorded.mtime_ns)
        return "damaged" if same else "changed"

    def output_digests(self, stage: str) -> Mapping[str, str]:
        """Return the digests of a stage's files by path; empty if it has not run."""
        entry = self.stages.get(stage)
        return {} if entry is None else {path: output.sha256 for path, output in entry.outputs.items()}

    def output_digest(self, stage: str, name: str) -> str | None:
        """Return the digest of one output of a stage, a path or ``counts``; None if there is no such output."""
        entry = self.stages.get(stage)
        if entry is not None and name == COUNTS:
            return entry.counts_sha256
        return self.output_digests(stage).get(name)


def refuse_differences(run: Path, stages: Iterable[str]) -> None:
    """Refuse tables of a run that are not what their stages wrote, before they are read.

    Raises
    ------
    InputError
        Naming the first file, and the command that makes it again.
    """
    manifest = Manifest(run)
    for stage in stages:
        found = {path: how for path, how in manifest.differences(stage).items() if path.endswith(".parquet")}
        # Another command may have run the stage meanwhile: then its new entry is right.
        if found and Manifest(run).stages.get(stage) == manifest.stages[stage]:
            path, difference = next(iter(found.items()))
            raise differing_file(run, stage, path, difference)


def differing_file(run: Path, stage: str, path: str, difference: Difference) -> InputError:
    """Return what to say about a file of a run that is not what its stage wrote."""
    what = {
        "missing": "is missing",
        "changed": f"is not what {stage!r} wrote",
        "damaged": f"is damaged: it is not what {stage!r} wrote, though its size and time are the same",
    }[difference]
    command = {"dedup_seeds": "dedup", "repair": "translate"}.get(stage, stage)
    return InputError(f"{run / path} {what}", f"'synthcode {command} {shell_word(run)}' makes it again")


def _entry(name: str, tree: Mapping[str, Any]) -> StageEntry:
    files = {key: {path: _output(path, one) for path, one in tree.get(key, {}).items()} for key in ("outputs", "state")}
    counts = read_counts(name, tree["counts"])
    entry = StageEntry(**{**tree, "outputs": tree["outputs"], "counts": counts, **files})
    wrong = wrong_place(vars(entry), _KINDS)
    if wrong is not None:
        raise ValueError(f"{wrong!r} of {name!r} is not such as it is written")
    return entry


def _output(path: str, tree: Mapping[str, Any]) -> Output:
    """Return what the manifest says of a file, if that is one of the run's own: it is going to be read."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute() or "\0" in path:
        raise ValueError(f"{path!r} is not a file of the run")
    wrong = wrong_place(tree, {"sha256": str, "size": int, "mtime_ns": int})
    if wrong is not None:
        raise ValueError(f"{wrong or 'what it says'!r} of {path!r} is not such as it is written")
    return Output(**tree)


def _tree_digest(tree: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(tree).encode()).hexdigest()


def describe_outputs(run: Path, files: Iterable[Path]) -> dict[str, Output]:
    """Return what the manifest says of files in a run directory."""
    described = {}
    for file in sorted(files):
        found = file.stat()
        described[file.relative_to(run).as_posix()] = Output(file_digest(file), found.st_size, found.st_mtime_ns)
    return described
