"""The queries that a run wants: which, how many, of which model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.llm.prompts import Prompt, load_prompt
from synthcode.llm.queries import QueriesConfig, query_requests, styles_of
from synthcode.pipelines.steps.translate.plan import planned_seeds
from synthcode.pipelines.tables.programs import dropped_seeds

if TYPE_CHECKING:
    from synthcode.llm.requests import Sampling
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import Request

_SEED = ["seed_id", "source_id", "language", "text", "code", "entry_point"]


def queries_config(recipe: Recipe) -> QueriesConfig:
    """Return the recipe's settings for queries.

    Raises
    ------
    InputError
        If it requests none.
    """
    if recipe.queries is None:
        raise InputError("the recipe requests no queries", "add 'queries: true' to it, or run 'synthcode queries RUN'")
    return recipe.queries


def queries_model(recipe: Recipe) -> str | None:
    """Return the model that the recipe names for queries: that of translations unless it says otherwise."""
    named = queries_config(recipe).model
    return named or (None if recipe.translate is None else recipe.translate.model)


@dataclass(frozen=True)
class QueryPlan:
    """The queries that a run needs, each as often as it is sampled."""

    run: Run
    config: QueriesConfig
    model: str
    prompt: Prompt
    leave_out: frozenset[str]
    """Seeds that are duplicates of others."""

    @property
    def sampling(self) -> Sampling:
        """How the model samples."""
        return self.config.sampling

    def requests(self, ids: Iterable[str] = ()) -> Iterator[Request]:
        """Yield every request, one seed's after another's; see ``RequestPlan``."""
        known = iter(ids)
        for table in planned_seeds(self.run, self.leave_out, _SEED):
            yield from query_requests(table.to_pylist(), self.config, self.model, self.prompt, known)

    def count(self) -> Counter[str]:
        """Count the requests by style, without filling a prompt."""
        seeds = sum(table.num_rows for table in planned_seeds(self.run, self.leave_out, ["seed_id"]))
        return Counter(dict.fromkeys(styles_of(self.config), seeds * self.config.samples))


def query_plan(run: Run, model: str) -> QueryPlan:
    """Return the requests for queries that a run's recipe demands of a model."""
    config = queries_config(run.recipe)
    return QueryPlan(run, config, model, load_prompt(config.prompt), frozenset(dropped_seeds(run.folder, run.manifest)))
