"""What the card, its metadata and its front matter tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from synthcode.publishing.inventory import ConfigContents, dataset_version


class Direction(NamedTuple):
    """Translating from one language into another."""

    source: str
    target: str


class DirectionCounts(NamedTuple):
    """What came of the completions of one direction."""

    completed: int
    accepted: int
    """By the gate."""
    kept: int
    """Once duplicates and contamination are out: the dataset's pairs."""

    @property
    def share(self) -> float:
        """The part of the completions that the gate accepted."""
        return self.accepted / self.completed if self.completed else 0.0


class Example(NamedTuple):
    """One pair, with its text."""

    text: str
    source: str
    source_code: str
    target: str
    target_code: str


@dataclass(frozen=True)
class CardFacts:
    """What the card tells. Nothing in it depends on when, where or how fast the run was."""

    title: str
    about: str
    """One paragraph of plain text."""
    creators: Sequence[str]
    configs: Sequence[ConfigContents]
    """The first is the default."""
    example: Example | None
    """A short pair of the training split."""
    funnel: Mapping[str, Any]
    """The counts of ``synthcode status --json``."""
    directions: Mapping[Direction, DirectionCounts]
    verification: Mapping[str, Mapping[str, int]]
    """Target language -> what its pairs passed -> pairs."""
    sources: Mapping[str, int]
    """What the seeds that are left come from -> seeds."""
    source_datasets: Sequence[str]
    """Names of datasets on the Hub."""
    licenses: Mapping[str, int]
    """License, or an empty string where a seed names none -> seeds."""
    model: str
    prompt: str
    """``name (digest)``."""
    turns: Mapping[str, str]
    """Role -> template of the prompt; empty if it has changed since."""
    sampling: str
    """Canonical JSON."""
    dedup: Mapping[str, Any]
    benchmarks: Mapping[str, Mapping[str, Any]]
    """Published benchmark -> what was read of it and hit."""
    drop_contaminated: str
    compilers: Mapping[str, str]
    """Language whose translations were compiled -> its compiler's version."""
    runners: Mapping[str, str]
    """Language whose translations were run with tests -> what ran them; empty if no tests were run."""
    inputs: Mapping[str, str]
    """What the seeds were read from -> its SHA-256, or the commit of a dataset."""
    recipe: str
    """YAML, without paths of the machine that it ran on."""
    tool_version: str

    @property
    def version(self) -> str:
        """Of the dataset: equal where its data are."""
        return dataset_version(self.configs, self.tool_version)

    @property
    def tested(self) -> int:
        """Number of pairs whose translation passed tests."""
        return sum(passed.get("tested", 0) for passed in self.verification.values())

    @property
    def source_languages(self) -> list[str]:
        """Languages translated from."""
        return sorted({direction.source for direction in self.directions})

    @property
    def target_languages(self) -> list[str]:
        """Languages translated into, also where nothing was kept."""
        return sorted(self.funnel["by_language"])

    @property
    def kept_languages(self) -> list[str]:
        """Languages that there are translations into."""
        return sorted({direction.target for direction, counts in self.directions.items() if counts.kept})

    @property
    def languages(self) -> list[str]:
        """Languages that the dataset has programs in."""
        return sorted({*self.source_languages, *self.kept_languages})
