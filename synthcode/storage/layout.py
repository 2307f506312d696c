"""Where everything lies in a run directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from synthcode.bounded import limits
from synthcode.bounded.files import read_bytes
from synthcode.storage.manifest import MANIFEST_NAME
from synthcode.storage.shards import read_batches, shards_of


@dataclass(frozen=True)
class RunFolder:
    """The paths of a run directory."""

    path: Path

    @property
    def manifest(self) -> Path:
        """What each stage read, wrote and counted."""
        return self.path / MANIFEST_NAME

    @property
    def is_run(self) -> bool:
        """Whether this is a run directory: its manifest decides, for a ``recipe.yaml`` may be the user's own.

        So may a ``manifest.json``, of a web page for instance: a run's has stages, or nothing yet.

        Raises
        ------
        InputError
            If the manifest is a pipe, a device or too large: whose folder that is remains open.
        """
        if self.manifest.is_dir():
            return False
        try:
            content = read_bytes(self.manifest, limits.SETTINGS)
            return b'"stages"' in content or not content.strip()
        except (FileNotFoundError, NotADirectoryError):
            return False

    @property
    def recipe(self) -> Path:
        """What was asked, all defaults filled in."""
        return self.path / "recipe.yaml"

    @property
    def seeds(self) -> Path:
        """Seeds, sorted by ``seed_id``."""
        return self.path / "seeds"

    @property
    def seeds_rejected(self) -> Path:
        """Rejected input rows, with reason and detail."""
        return self.path / "seeds_rejected"

    @property
    def seed_clusters(self) -> Path:
        """Near-duplicate seeds that were taken out before translating."""
        return self.path / "seed_clusters.parquet"

    @property
    def completions(self) -> Path:
        """The journal, and the portable recording, sorted by ``seed_id``, target language and sample."""
        return self.path / "completions"

    @property
    def journal(self) -> Path:
        """Every finished request, from the moment it finished."""
        return self.completions / "journal.sqlite"

    @property
    def batches(self) -> Path:
        """Requests as batch files, and their results in ``results`` below it."""
        return self.path / "batches"

    @property
    def translations(self) -> Path:
        """What the gate accepted."""
        return self.path / "translations"

    @property
    def verdicts(self) -> Path:
        """The gate's verdicts so far, so that none is reached twice; removed without loss."""
        return self.path / "verdicts.sqlite"

    @property
    def rejected(self) -> Path:
        """What the gate rejected, with reason and detail."""
        return self.path / "rejected"

    @property
    def repairs(self) -> Path:
        """Repaired translations and rejected repairs; their completions are next to all others, in the recording."""
        return self.path / "repairs"

    @property
    def repair_journal(self) -> Path:
        """Every finished request of a repair, from the moment it finished."""
        return self.repairs / "journal.sqlite"

    @property
    def repair_verdicts(self) -> Path:
        """The gate's verdicts on repairs so far; removed without loss."""
        return self.repairs / "verdicts.sqlite"

    @property
    def clusters(self) -> Path:
        """Near-duplicate clusters of programs."""
        return self.path / "clusters.parquet"

    @property
    def contamination(self) -> Path:
        """Programs that are like a published benchmark's."""
        return self.path / "contamination.parquet"

    @property
    def seed_contamination(self) -> Path:
        """Seeds that were taken out before translating because they are like a published benchmark's."""
        return self.path / "seed_contamination.parquet"

    @property
    def split_groups(self) -> Path:
        """Which seeds must stay in one split."""
        return self.path / "split_groups.parquet"

    @property
    def verification(self) -> Path:
        """What tests say of the translations that are left after deduplication."""
        return self.path / "verification.parquet"

    @property
    def test_verdicts(self) -> Path:
        """The verdicts of tests so far, so that no program is run twice; removed without loss."""
        return self.path / "test_verdicts.sqlite"

    @property
    def queries(self) -> Path:
        """Queries that a model has written, and their journal; their completions are in the recording."""
        return self.path / "queries"

    @property
    def query_journal(self) -> Path:
        """Every finished request for a query, from the moment it finished."""
        return self.queries / "journal.sqlite"

    @property
    def queries_rejected(self) -> Path:
        """Completions without an acceptable query, with reason and detail."""
        return self.path / "queries_rejected"

    @property
    def dataset(self) -> Path:
        """What is published."""
        return self.path / "dataset"

    @property
    def report(self) -> Path:
        """One page that shows the run."""
        return self.path / "report.html"

    @property
    def evaluation(self) -> Path:
        """Scores of encoders on the dataset, a folder each."""
        return self.path / "evaluation"

    @property
    def scratch(self) -> Path:
        """Work in progress; whatever is in it at a start was left by a kill."""
        return self.path / ".aside"

    def rows(self, folder: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Read one of the sharded tables, a batch at a time."""
        return read_batches(shards_of(folder), columns)
