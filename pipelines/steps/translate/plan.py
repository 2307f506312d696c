"""The translations that a run wants: which, how many, and what they would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.llm.prompts import Prompt, load_prompt
from synthcode.llm.requests import TranslateConfig, make_requests, targets_of
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


@dataclass(frozen=True)
class TranslationPlan:
    """The translations that a run needs, each as often as it is sampled."""

    run: Run
    config: TranslateConfig
    model: str
    prompt: Prompt
    leave_out: frozenset[str]
    """Seeds that are duplicates of others."""

    def requests(self, ids: Iterable[str] = ()) -> Iterator[Request]:
        """Yield every request, one seed's after another's.

        ``ids`` are those of the first of them, where these have been made before: they come without messages.
        """
        known = iter(ids)
        columns = ["seed_id", "source_id", "language", "text", "code", "entry_point"]
        for table in self._seeds(columns):
            yield from make_requests(table.to_pylist(), self.config, self.model, self.prompt, known)

    def count(self) -> Counter[str]:
        """Count the requests by target language, without filling a prompt."""
        counts: Counter[str] = Counter()
        for table in self._seeds(["seed_id", "language"]):
            for row in table.to_pylist():
                for target in targets_of(row["seed_id"], row["language"], self.config):
                    counts[target.name] += self.config.samples
        return counts

    def _seeds(self, columns: list[str]) -> Iterator[pa.Table]:
        left_out = pa.array(sorted(self.leave_out), pa.string())
        for table in self.run.folder.rows(self.run.folder.seeds, columns):
            seeds = table.column("seed_id")
            rows = table.filter(pc.invert(pc.is_in(seeds, value_set=left_out)))
            shard = self.run.recipe.shard
            yield rows if shard is None else _rows_of(SeedShard.parse(shard), rows)


def _rows_of(shard: SeedShard, seeds: pa.Table) -> pa.Table:
    return seeds.filter(pa.array([shard.has(name) for name in seeds.column("seed_id").to_pylist()], pa.bool_()))


def translation_plan(run: Run, model: str) -> TranslationPlan:
    """Return the requests that a run's recipe demands of a model."""
    config = translate_config(run.recipe)
    return TranslationPlan(
        run, config, model, load_prompt(config.prompt), frozenset(dropped_seeds(run.folder, run.manifest))
    )
