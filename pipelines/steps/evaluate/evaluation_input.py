"""What an evaluation is of: the encoder, the benchmark, and where results and vectors go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.evaluation.encoder import ONLY_EXIT, Costed
from synthcode.evaluation.model_probe import Store
from synthcode.evaluation.output.baseline import Baseline
from synthcode.evaluation.output.frozen_baseline import FrozenBaseline
from synthcode.evaluation.plots.figures import can_draw
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.combination import AnyEncoder
from synthcode.evaluation.retrieval.levels import levels_of
from synthcode.identity import digest
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.reporter import Reporter, SilentReporter
from synthcode.pipelines.steps.evaluate.cost_meter import CostMeter
from synthcode.vocabulary import Level, Precision, Variant

if TYPE_CHECKING:
    from synthcode.evaluation.encoders.registry import EncoderOptions
    from synthcode.execution.executor import Executor


@dataclass(frozen=True)
class Evaluation:
    """Who is to be scored on what."""

    benchmark: Benchmark
    encoder: AnyEncoder
    label: str
    """The encoder's name in tables and files."""
    folder: Path
    """Of the results."""
    settings: Mapping[str, str]
    """The settings that decide what is scored, where they differ from the defaults."""
    variants: Sequence[Variant]
    store: Path
    """Where vectors are kept."""
    baseline: Path | None
    """Results of another encoder; None uses BM25's, if they lie next to these."""
    costs: bool
    """Whether to measure what exits cost."""
    dataset_id: str | None
    """The dataset's name on the Hub."""
    resamples: int
    device: str
    by_level: bool = True
    """Whether verified programs are scored by themselves, too, where the benchmark has levels."""
    dims: Sequence[int] = ()
    """To how many dimensions vectors are cut for further scores; all of them if empty."""
    precisions: Sequence[Precision] = ()
    """In which numbers vectors are stored for further scores; float32 if empty."""
    graded: bool = False
    """Whether nDCG is also computed with grades."""
    fresh: bool = False
    """Whether vectors that are stored are encoded again."""
    vectors: Store | None = None
    """Where the model's vectors are, once it has been probed."""
    word_scores: str | None = None
    """A digest of what a scorer without vectors makes of a few fixed texts, once it has been probed."""
    parts: Sequence[Evaluation] = ()
    """Those that a combination is made of, each with its store."""
    validation: Callable[[], Benchmark] | None = None
    """Reads the validation split of the same dataset."""
    executor: Executor | None = None
    """Its threads rank, and its machines encode, if it has some. Default: one thread for each core."""
    opened_by: tuple[str, EncoderOptions] | None = None
    """The specification and the options by which other machines can open the encoder; None for an object."""
    cost_meter: CostMeter = field(default_factory=CostMeter)
    """Shared by the tasks of one command."""
    reporter: Reporter = field(default_factory=SilentReporter)
    stop: StopRequest = field(default_factory=StopRequest)
    """Ends scoring between two batches."""

    @property
    def identity(self) -> str:
        """A digest of all that scores of the encoder depend on, the model on a server included."""
        return self.encoder.identity if self.vectors is None else self.vectors.identity

    @property
    def exits(self) -> tuple[int, ...]:
        """The exits that are scored."""
        return getattr(self.encoder, "exits", (ONLY_EXIT,))

    @property
    def dims_by_exit(self) -> dict[str, int]:
        """Exit -> the dimensions of its vectors; empty if the encoder gives none, or was not probed."""
        probe = {} if self.vectors is None else self.vectors.probe
        return {str(exit_): int(vectors.shape[1]) for exit_, vectors in sorted(probe.items())}

    @property
    def levels(self) -> list[Level]:
        """The levels of verification that are scored by themselves, too."""
        return levels_of(self.benchmark) if self.by_level and self.benchmark.requirement is None else []

    @property
    def measures_costs(self) -> bool:
        """Whether costs are wanted, and the encoder has any: then they are drawn, too."""
        return self.costs and isinstance(self.encoder, Costed)

    @property
    def ranks_fingerprint(self) -> str:
        """A digest of all that the ranks depend on: not of how they are named, summarised and drawn."""
        return digest("ranks", version("synthcode"), self.benchmark.digest, self._scored)

    def fingerprint(self, baseline: Baseline | FrozenBaseline | None) -> str:
        """Return a digest of all that the results depend on."""
        line = baseline.fingerprint if baseline is not None and self.measures_costs else None
        written = [self.label, self.resamples, self.costs, self.dataset_id, line]
        written += [] if can_draw() else ["without plots"]
        written += [["by level", self.levels]] if self.levels else []
        compressed = [sorted(set(self.dims)), sorted(set(self.precisions))]
        written += [["compressed", *compressed]] if any(compressed) else []
        written += ["graded"] if self.graded else []
        return digest("results", version("synthcode"), self.benchmark.digest, self._scored, written)

    @property
    def _scored(self) -> list[object]:
        cells = [list(cell) for cell in self.benchmark.cells]
        known_by = [self.identity] if self.word_scores is None else [self.identity, self.word_scores]
        level = [] if self.benchmark.requirement is None else [self.benchmark.requirement.level]
        return [*known_by, self.exits, sorted(self.variants), cells, *level]


def report_left_out(evaluation: Evaluation) -> None:
    """Say what is not scored because its level of verification is too low."""
    if evaluation.benchmark.requirement is not None:
        evaluation.reporter.message(f"evaluate: {evaluation.benchmark.requirement}")
