"""The content of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthcode.reporting.census import Census
from synthcode.reporting.clusters import Clusters
from synthcode.reporting.scores import Evaluation


@dataclass(frozen=True)
class Example:
    """A row that shows what a verdict means."""

    program_id: str
    source_id: str
    language: str
    detail: str
    code: str
    """The beginning."""


@dataclass(frozen=True)
class Facts:
    """All of the page but its rows. Nothing in it depends on when, where or how fast the run was."""

    name: str
    counts: Mapping[str, Any]
    """``status --json``."""
    census: Census
    shown: int
    """Rows on the page."""
    examples: Mapping[str, Sequence[Example]]
    """By verdict."""
    clusters: Clusters
    source_ids: Mapping[str, str]
    """By ``seed_id``, of the seeds that the clusters name."""
    evaluations: Sequence[Evaluation]
    """One for each version or split of the dataset that was scored."""
    version: str
