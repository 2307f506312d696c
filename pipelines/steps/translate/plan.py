"""The translations that a run wants: which, how many, and what they would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.llm.prompts import Prompt, load_prompt
from synthcode.llm.requests import Sampling, TranslateConfig, make_requests, targets_of
from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.tables.programs import dropped_seeds
from synthcode.schemas.records import Request

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run


def translate_config(recipe: Recipe) -> TranslateConfig:
    """Return the recipe's settings for translation.

    Raises
    ------
    InputError
        If it names no target languages.
    """
    if recipe.translate is None:
        raise InputError("no target languages were named", "say which: synthcode translate RUN --targets java,go,rust")
    return recipe.translate


class RequestPlan(Protocol):
    """Requests that a run needs an answer to."""

    @property
    def model(self) -> str:
        """The model that they are sent to."""

    @property
    def prompt(self) -> Prompt:
        """The prompt that they are filled from."""

    @property
    def sampling(self) -> Sampling:
        """How the model samples."""

    def requests(self, ids: Iterable[str] = (), /) -> Iterator[Request]:
        """Yield every request, one seed's after another's.

        ``ids`` are those of the first of them, where these have been made before: they come without messages.
        """

    def count(self) -> Counter[str]:
        """Count the requests by target language, or by style, without filling a prompt."""


@dataclass(frozen=True)
class TranslationPlan:
    """The translations that a run needs, each as often as it is sampled."""

    run: Run
    config: TranslateConfig
    model: str
    prompt: Prompt
    leave_out: frozenset[str]
    """Seeds that are duplicates of others."""

    @property
    def sampling(self) -> Sampling:
        """How the model samples."""
        return self.config.sampling

    def requests(self, ids: Iterable[str] = ()) -> Iterator[Request]:
        """Yield every request, one seed's after another's.

        ``ids`` are those of the first of them, where these have been made before: they come without messages.
        """
        known = iter(ids)
        columns = ["seed_id", "source_id", "language", "text", "code", "entry_point"]
        for table in planned_seeds(self.run, self.leave_out, columns):
            yield from make_requests(table.to_pylist(), self.config, self.model, self.prompt, known)

    def count(self) -> Counter[str]:
        """Count the requests by target language, without filling a prompt."""
        counts: Counter[str] = Counter()
        for table in planned_seeds(self.run, self.leave_out, ["seed_id", "language"]):
            for row in table.to_pylist():
                for target in targets_of(row["seed_id"], row["language"], self.config):
                    counts[target.name] += self.config.samples
        return counts


def planned_seeds(run: Run, leave_out: Iterable[str], columns: list[str]) -> Iterator[pa.Table]:
    """Yield the seeds that requests are made for: those of the run's shard, without some."""
    left_out = pa.array(sorted(leave_out), pa.string())
    for table in run.folder.rows(run.folder.seeds, columns):
        rows = table.filter(pc.invert(pc.is_in(table.column("seed_id"), value_set=left_out)))
        shard = run.recipe.shard
        yield rows if shard is None else _rows_of(SeedShard.parse(shard), rows)


def _rows_of(shard: SeedShard, seeds: pa.Table) -> pa.Table:
    return seeds.filter(pa.array([shard.has(name) for name in seeds.column("seed_id").to_pylist()], pa.bool_()))


def translation_plan(run: Run, model: str) -> TranslationPlan:
    """Return the requests that a run's recipe demands of a model."""
    config = translate_config(run.recipe)
    return TranslationPlan(
        run, config, model, load_prompt(config.prompt), frozenset(dropped_seeds(run.folder, run.manifest))
    )
