"""What ``synthcode evaluate`` was called with, and the part of an evaluation that does not depend on the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.pipelines.commands.scoring.encoder_arguments import encoder_options, source_of
from synthcode.pipelines.steps.evaluate.cost_meter import CostMeter
from synthcode.vocabulary import SCORED_VARIANTS

if TYPE_CHECKING:
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.evaluation.retrieval.combination import AnyEncoder
    from synthcode.execution.executor import Executor
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation


@dataclass(frozen=True)
class Request:
    """Who is to be scored, on what, and where results go."""

    dataset: Path | None
    encoder: AnyEncoder
    label: str | None
    out: Path | None
    given: Mapping[str, Any]
    """All other options, and ``encoder``, the specification."""
    executor: Executor
    """Where texts are encoded and ranked."""
    store: Path | None = None
    """Where vectors go, if that is not in the results folder."""
    cost_meter: CostMeter = field(default_factory=CostMeter)

    def of(self, task: str, number: int) -> Request:
        """Return the request of one of so many tasks: several have folders of their own in ``out``, and one store."""
        if number == 1 or self.out is None:
            return self
        return replace(self, out=self.out / task, store=self.out / "embeddings")

    def evaluation(self, benchmark: Benchmark, settings: Mapping[str, str]) -> Evaluation:
        """Return the evaluation of a benchmark; costs, resamples, device and store are those of the options.

        Parameters
        ----------
        benchmark
            What is scored.
        settings
            Those that decide what is scored, where they differ from the defaults: they are in the folder's name.
        """
        from synthcode.evaluation.retrieval.combination import Combination
        from synthcode.pipelines.commands.terminal import TerminalReporter
        from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
        from synthcode.pipelines.steps.evaluate.results_folder import named_after, usual_folder
        from synthcode.sanitize import short_name

        given = self.given
        named = self.encoder.name if isinstance(self.encoder, Combination) else given["encoder"]
        usual = usual_folder(self.dataset, given["original"], named)
        return Evaluation(
            benchmark=benchmark,
            encoder=self.encoder,
            label=self.label or short_name(self.encoder.name),
            folder=self.out or named_after(usual, settings),
            settings={**settings, **source_of(self.dataset, given["path"])},
            variants=tuple(dict.fromkeys(given["variants"])) or SCORED_VARIANTS,
            store=given["store"] or self.store or (self.out or usual) / "embeddings",
            baseline=given["baseline"],
            costs=given["costs"],
            dataset_id=given["dataset_id"],
            resamples=given["resamples"],
            device=given["device"],
            by_level=given["by_level"],
            dims=given["dims"],
            precisions=given["precisions"],
            graded=given["graded"],
            fresh=given["fresh"],
            executor=self.executor,
            opened_by=(given["encoder"], encoder_options(given)),
            cost_meter=self.cost_meter,
            reporter=TerminalReporter(),
        )
