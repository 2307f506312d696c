"""What a results folder says of the run that filled it: ``results.json``."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synthcode.bounded.trees import read_json
from synthcode.errors import InputError
from synthcode.evaluation.embedding_store import Tally
from synthcode.identity import digest, file_digest
from synthcode.storage.atomic import write_text
from synthcode.vocabulary import RETRIEVAL

FACTS_NAME = "results.json"

WRITTEN = (
    "ranks.parquet",
    "ranks_by_level.parquet",
    "ranks_compressed.parquet",
    "ranks_graded.parquet",
    "pair_scores.parquet",
    "program_scores.parquet",
    "*.csv",
    "tables.md",
    "mteb/**/*",
    ".eval_results/**/*",
    "plots/**/*",
)

Speed = dict[str, float | int | None]


@dataclass(frozen=True)
class Facts:
    """Who was scored on what, and what it took."""

    fingerprint: str
    """Of all that the results depend on: if it is the same, so are they."""
    encoder: str
    """Its label: what tables call it."""
    model: str
    """Its name as mteb writes it: that on the Hub, or ``local/NAME``."""
    identity: str
    exits: tuple[int, ...]
    dataset: str
    dataset_digest: str
    split: str
    variants: tuple[str, ...]
    settings: Mapping[str, str]
    """The settings that decide what is scored, where they differ from the defaults."""
    versions: Mapping[str, str]
    speed: Speed
    ranks_fingerprint: str = ""
    """Of all that the ranks depend on; empty in results of earlier versions."""
    resamples: int | None = None
    """Of the intervals; None in results of earlier versions."""
    scores: Sequence[Mapping[str, Any]] = ()
    """Of each exit, task and variant: the mean of the main measure with its interval, and what it rests on."""
    warnings: Sequence[str] = ()
    """Why the scores say little, if they do."""
    requirement: Mapping[str, Any] | None = None
    """The level that translations must have reached to be scored, and how many were left out; None if none was."""
    notes: Sequence[str] = ()
    """What tables say of a combination of encoders: paragraphs and tables of Markdown."""
    ranking: Mapping[str, Any] = field(default_factory=dict)
    """How to rank like this again without the model: where the vectors are (``store``, relative to the folder) and
    which traits of a role they depend on (``sees``), or the name of a scorer without vectors (``words``); ``combines``
    names the parts of a combination. Empty in results of earlier versions."""
    dims: Mapping[str, int] = field(default_factory=dict)
    """Exit -> the dimensions of its vectors; empty for encoders without vectors, and in results of earlier versions."""
    kind: str = ""
    """Of the encoder, such as ``bm25`` or ``st``; empty in results of earlier versions."""
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the other files, by path relative to the folder; empty in results of earlier versions."""

    @property
    def encoder_key(self) -> tuple[str, ...]:
        """What tells its encoder from others: the identity of a combination is that of how it combines."""
        combined = [str(label) for label in self.ranking.get("combines", ())]
        return (self.identity, self.encoder, *combined) if combined else (self.identity,)


def kind_of(name: str) -> str:
    """Return the kind of an encoder, from its name: ``st`` of ``st:NAME``."""
    return name.partition(":")[0]


def encoding_speed(tally: Tally) -> Speed:
    """Return what encoding came to: texts, tokens, seconds, the two per second, the share of texts that were cut."""
    return {
        "texts": tally.texts,
        "tokens": tally.tokens or None,
        "seconds": round(tally.seconds, 3),
        "texts_per_s": round(tally.texts / tally.seconds, 1) if tally.seconds else None,
        "tokens_per_s": round(tally.tokens / tally.seconds, 1) if tally.seconds and tally.tokens else None,
        "truncated_share": round(tally.truncated / tally.texts, 4) if tally.texts else None,
        "peak_memory_bytes": peak_memory(),
    }


def peak_memory() -> int:
    """Return the most memory that this process has held, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def withdraw_facts(folder: Path) -> None:
    """Take ``results.json`` away before a results folder is written again: killed meanwhile, it is not complete."""
    (folder / FACTS_NAME).unlink(missing_ok=True)


def write_facts(folder: Path, facts: Facts) -> Path:
    """Write ``results.json``: the last of a results folder's files, so that where it is, all are."""
    path = folder / FACTS_NAME
    tree = asdict(facts) | {"files": {name: file_digest(folder / name) for name in _files(folder)}}
    write_text(path, json.dumps({**tree, "sha256": digest(tree)}, indent=2) + "\n")
    return path


def read_facts(folder: Path) -> Facts | None:
    """Return what a results folder says; None if it is not complete, damaged, or another version's."""
    try:
        given = read_json(folder / FACTS_NAME)
        if given.pop("sha256", None) not in (None, digest(given)):
            return None
        tuples = {key: tuple(given[key]) for key in ("exits", "variants")}
        facts = Facts(**{**given, **tuples})
        return facts if _is_sound(facts) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError):
        return None


def _is_sound(facts: Facts) -> bool:
    """Return whether what is read without looking is of the right type: the file may be another program's."""
    texts = (
        facts.fingerprint,
        facts.encoder,
        facts.identity,
        facts.dataset,
        facts.dataset_digest,
        facts.split,
        facts.kind,
    )
    trees = (facts.settings, facts.speed, facts.ranking, facts.files, facts.dims, facts.requirement or {"level": ""})
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(tree, dict) for tree in trees)
        and all(isinstance(value, int | float | None) for value in facts.speed.values())
        and all(exit_.isdigit() and isinstance(number, int) for exit_, number in facts.dims.items())
        and isinstance((facts.requirement or {"level": ""}).get("level"), str)
        and all(isinstance(score, dict) for score in facts.scores)
    )


def scored_task(facts: Facts | None) -> str:
    """Return what results are of: ``retrieval``, ``clones``, ``classification``, or one of these fine-tuned."""
    first: Mapping[str, Any] = next(iter(facts.scores if facts else ()), {})
    return str(first.get("task", RETRIEVAL)) if "frozen" in first else RETRIEVAL


def damaged_files(folder: Path, facts: Facts, names: Collection[str] | None = None) -> list[str]:
    """Return the files of a results folder that are missing or not what was written, by path relative to it.

    Parameters
    ----------
    folder
        Of the results.
    facts
        What it says of itself.
    names
        Only of these files. Default: of all.
    """
    checked = facts.files if names is None else {name: facts.files[name] for name in names if name in facts.files}
    return [name for name, sha in checked.items() if not _is_intact(folder / name, sha)]


def _is_intact(file: Path, sha: str) -> bool:
    return file.is_file() and file_digest(file) == sha


def _files(folder: Path) -> list[str]:
    """Return what scoring has written, but for the facts; vectors verify themselves."""
    written = [path for place in WRITTEN for path in sorted(folder.glob(place)) if path.is_file()]
    return [path.relative_to(folder).as_posix() for path in written]
