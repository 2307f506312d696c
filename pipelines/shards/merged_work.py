"""What shards have worked out besides answers: verdicts and vectors, which the merged run takes over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from synthcode.identity import file_digest
from synthcode.storage.atomic import writing
from synthcode.storage.known_verdicts.merging import MergedVerdicts, merge_verdicts
from synthcode.storage.manifest import Manifest
from synthcode.vocabulary import LostReason

if TYPE_CHECKING:
    from synthcode.pipelines.shards.merging import Shard
    from synthcode.storage.layout import RunFolder

_LOST = (*get_args(LostReason), "test_timeout")
"""Reasons that may only say how busy a machine was."""


class VerdictFile(NamedTuple):
    """One of the files of verdicts that a run has."""

    what: str
    """What the command calls its verdicts."""
    path: Path


def verdict_files(folder: RunFolder) -> list[VerdictFile]:
    """Return where a run keeps its verdicts."""
    return [
        VerdictFile("the gate", folder.verdicts),
        VerdictFile("the gate on repairs", folder.repair_verdicts),
        VerdictFile("tests", folder.test_verdicts),
    ]


def take_verdicts(shards: Sequence[Shard], out: RunFolder) -> Iterator[tuple[str, MergedVerdicts]]:
    """Add the verdicts of shards to those of the merged run, and yield what each kind came to."""
    sources = [verdict_files(shard.folder) for shard in shards]
    for place, (what, target) in enumerate(verdict_files(out)):
        files = [of_shard[place].path for of_shard in sources]
        if any(file.is_file() for file in files):
            yield what, merge_verdicts(files, target, out.scratch, lost=_LOST)


def take_embeddings(shards: Sequence[Shard], out: RunFolder) -> int:
    """Add the vectors that shards have stored to those of the merged run; return how many files were new.

    A file's name ends in the digest of its content, and a text is known by its own: nothing is encoded again, and a
    file that is damaged is not taken.
    """
    new = 0
    for shard in shards:
        for file in sorted(shard.folder.evaluation.glob("*/embeddings/*/part-*-*.parquet")):
            name = file.stem.rpartition("-")[2]
            folder = out.evaluation / file.parent.relative_to(shard.folder.evaluation)
            if any(folder.glob(f"part-*-{name}.parquet")) or file_digest(file) != name:
                continue
            numbers = (f"{number:06d}" for number in count())
            free = next(number for number in numbers if not any(folder.glob(f"part-{number}-*")))
            with writing(folder / f"part-{free}-{name}.parquet") as stream, file.open("rb") as content:
                shutil.copyfileobj(content, stream)
            new += 1
    return new


def other_toolchains(shards: Sequence[Shard], stage: str, here: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return what judged the programs of shards and differs on this machine: name -> (of the shard, here).

    Its verdicts do not count here: those programs are judged again.
    """
    found = {}
    for shard in shards:
        entry = Manifest(shard.folder.path).stages.get(stage)
        for name, line in (entry.inputs if entry is not None else {}).items():
            if name.startswith(("runner:", "toolchain:")) and here.get(name) != line:
                found[name] = (line, here.get(name, "missing"))
    return found
