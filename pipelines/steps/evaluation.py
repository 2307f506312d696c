"""Bringing a results folder up to date: encode what is missing, rank, write what papers print."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from synthcode.evaluation.encoder import ONLY_EXIT, Costed, Encoder, LexicalScorer
from synthcode.evaluation.interop.mteb_results import model_name
from synthcode.evaluation.model_probe import Probe, Store, drop_vectors, find_store
from synthcode.evaluation.output.baseline import Baseline, find_baseline
from synthcode.evaluation.output.results_folder import write_files
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.coverage import Covered, coverage, warnings_of
from synthcode.evaluation.results.score_entries import read_score_entries, score_entry
from synthcode.evaluation.results_json import (
    FACTS_NAME,
    Facts,
    Speed,
    damaged_files,
    encoding_speed,
    peak_memory,
    read_facts,
    withdraw_facts,
    write_facts,
)
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.ranks import labelled, sorted_ranks, write_ranks
from synthcode.evaluation.vector_checks import VectorCheck
from synthcode.identity import digest
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.reporter import Reporter, SilentReporter
from synthcode.pipelines.steps.results_folder import different_settings, refuse_other_settings
from synthcode.sanitize import short_path
from synthcode.storage.lock import hold
from synthcode.vocabulary import Variant

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost
    from synthcode.execution.executor import Executor

PACKAGES = ("synthcode", "numpy", "torch", "transformers", "sentence-transformers", "bm25s")
"""Whose versions results name, where they are installed."""


@dataclass(frozen=True)
class Evaluation:
    """Who is to be scored on what."""

    benchmark: Benchmark
    encoder: Encoder | LexicalScorer
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
    fresh: bool = False
    """Whether vectors that are stored are encoded again."""
    vectors: Store | None = None
    """Where the model's vectors are, once it has been probed."""
    executor: Executor | None = None
    """Its threads rank. Default: one thread for each core."""
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
    def measures_costs(self) -> bool:
        """Whether costs are wanted, and the encoder has any: then they are drawn, too."""
        return self.costs and isinstance(self.encoder, Costed)

    def fingerprint(self, baseline: Baseline | None) -> str:
        """Return a digest of all that the results depend on."""
        cells = [list(cell) for cell in self.benchmark.cells]
        asked = [self.identity, self.exits, sorted(self.variants), cells]
        line = baseline.fingerprint if baseline is not None and self.measures_costs else None
        written = [self.label, self.resamples, self.costs, self.dataset_id, line]
        return digest("results", version("synthcode"), self.benchmark.digest, asked, written)


class Scores(NamedTuple):
    """The means of an evaluation over pairs of languages, and what they rest on."""

    macros: Mapping[Macro, Estimate]
    covered: Covered


def evaluate_if_stale(evaluation: Evaluation, *, force: bool = False, may_replace: bool = False) -> Scores:
    """Score unless the results are what scoring would make; return the means.

    Parameters
    ----------
    evaluation
        What is scored, and where results go.
    force
        Score again although nothing has changed.
    may_replace
        Replace results of other settings.

    Raises
    ------
    InputError
        If the folder holds results of other settings that may not be replaced.
    """
    with hold(evaluation.folder):
        _look_at_earlier(evaluation, may_replace=may_replace)
        evaluation = _with_store(evaluation)
        baseline = find_baseline(evaluation.baseline, evaluation.folder, evaluation.benchmark, evaluation.variants)
        known = None if force or evaluation.fresh else _known_scores(evaluation, evaluation.fingerprint(baseline))
        if known is None:
            return _score(evaluation, baseline)
        evaluation.reporter.message(f"evaluate: unchanged, nothing to do ({evaluation.folder})")
        return known


def rank(evaluation: Evaluation) -> pa.Table:
    """Return the ranks (schema ``RANKS``) without writing results; vectors go to the store."""
    parts, _ = _rank(_with_store(evaluation))
    return sorted_ranks([labelled(part, evaluation.label) for part in parts])


def _look_at_earlier(evaluation: Evaluation, *, may_replace: bool) -> None:
    """Refuse to replace results of other settings, or say that they are replaced."""
    known, content = read_facts(evaluation.folder), evaluation.benchmark.digest
    if known is None:
        return
    if not may_replace:
        refuse_other_settings(evaluation.folder, known, content, evaluation.settings)
    elif different := different_settings(known, content, evaluation.settings):
        evaluation.reporter.message(
            f"evaluate: replacing results of other settings in {evaluation.folder}: {different}"
        )


def _with_store(evaluation: Evaluation) -> Evaluation:
    """Probe the model and find its vectors; say so if the stored ones are another model's."""
    encoder = evaluation.encoder
    if isinstance(encoder, LexicalScorer):
        return evaluation
    with hold(evaluation.store / encoder.identity):
        found = find_store(evaluation.store, encoder)
        if evaluation.fresh:
            drop_vectors(evaluation.store / found.identity)
    if found.is_new:
        changed = "was changed since its vectors were stored: they are kept, but not used"
        evaluation.reporter.message(f"evaluate: the model of {evaluation.label} {changed}")
    if found.is_unproven and not evaluation.fresh:
        evaluation.reporter.message(
            "evaluate: stored vectors are of an earlier version; --fresh encodes all texts again"
        )
    return replace(evaluation, vectors=found)


def _known_scores(evaluation: Evaluation, fingerprint: str) -> Scores | None:
    """Return the means of complete results with that fingerprint; None if they are missing or damaged."""
    folder = evaluation.folder
    known = read_facts(folder)
    if known is None and (folder / FACTS_NAME).is_file():
        evaluation.reporter.message(f"evaluate: {folder / FACTS_NAME} is damaged, or of another version: scoring again")
    if known is None or known.fingerprint != fingerprint:
        return None
    for name in damaged_files(folder, known):
        evaluation.reporter.message(f"evaluate: {folder / name} is damaged or was changed: scoring again")
        return None
    try:
        return Scores(*read_score_entries(evaluation.label, known.scores)) if known.scores else None
    except ValueError:
        return None


def _score(evaluation: Evaluation, baseline: Baseline | None) -> Scores:
    parts, speed = _rank(evaluation)
    evaluation.stop.raise_if_set()
    costs = _costs(evaluation)
    evaluation.stop.raise_if_set()
    facts = Facts(
        fingerprint=evaluation.fingerprint(baseline),
        encoder=evaluation.label,
        model=model_name(evaluation.encoder.name),
        identity=evaluation.identity,
        exits=evaluation.exits,
        dataset=short_path(evaluation.benchmark.name),
        dataset_digest=evaluation.benchmark.digest,
        split=evaluation.benchmark.split,
        variants=tuple(evaluation.variants),
        settings=dict(evaluation.settings),
        versions=_versions(),
        speed=speed,
    )
    withdraw_facts(evaluation.folder)
    ranks = write_ranks(evaluation.folder, [labelled(part, evaluation.label) for part in parts])
    macros = write_files(
        evaluation.folder,
        ranks,
        facts,
        costs,
        baseline=baseline.ranks if baseline is not None else None,
        dataset_id=evaluation.dataset_id,
        resamples=evaluation.resamples,
    )
    covered = coverage(ranks)
    scores = [score_entry(macro, estimate, covered[macro]) for macro, estimate in sorted(macros.items())]
    write_facts(evaluation.folder, replace(facts, scores=scores, warnings=warnings_of(covered.values())))
    return Scores(macros, covered)


def _rank(evaluation: Evaluation) -> tuple[list[pa.Table], Speed]:
    from synthcode.evaluation.retrieval.scoring import cells_to_score, score_words

    if not isinstance(evaluation.encoder, LexicalScorer):
        return _rank_vectors(evaluation, evaluation.encoder)
    total = cells_to_score(evaluation.benchmark, 1, len(evaluation.variants))
    with evaluation.reporter.progress("ranking", total) as bar:
        advance = _watched(bar.advance, evaluation.stop)
        parts = list(score_words(evaluation.benchmark, evaluation.encoder, evaluation.variants, advance))
    return parts, {"peak_memory_bytes": peak_memory()}


def _rank_vectors(evaluation: Evaluation, encoder: Encoder) -> tuple[list[pa.Table], Speed]:
    from synthcode.evaluation.embedding_store import EmbeddingStore
    from synthcode.evaluation.retrieval.scoring import Inputs, cells_to_score, encode_missing, score_vectors

    benchmark, store_folder = evaluation.benchmark, evaluation.store
    inputs = Inputs(benchmark, encoder, evaluation.variants)
    with hold(store_folder / encoder.identity):
        store = EmbeddingStore(store_folder, encoder, evaluation.identity)
        for path in store.dropped:
            evaluation.reporter.message(f"evaluate: {path} was damaged: its texts are encoded again")
        check = VectorCheck(encoder.name, {exit_: probe.shape[1] for exit_, probe in _probe(evaluation).items()})
        with evaluation.reporter.progress("encoding", len(inputs.all_keys())) as bar:
            tally = encode_missing(inputs, encoder, store, _watched(bar.advance, evaluation.stop), check)
        total = cells_to_score(benchmark, len(encoder.exits), len(evaluation.variants))
        with evaluation.reporter.progress("ranking", total) as bar:
            advance = _watched(bar.advance, evaluation.stop)
            device = _search_device(evaluation.device)
            parts = list(score_vectors(benchmark, inputs, encoder, store, advance, device, evaluation.executor))
    return parts, encoding_speed(tally)


def _probe(evaluation: Evaluation) -> Probe:
    return {} if evaluation.vectors is None else evaluation.vectors.probe


def _costs(evaluation: Evaluation) -> list[ExitCost]:
    if not evaluation.costs or not isinstance(evaluation.encoder, Costed):
        return []
    evaluation.reporter.message(f"measuring what {len(evaluation.exits)} exits cost")
    return evaluation.encoder.costs()


def _search_device(device: str) -> str:
    if device != "auto" or find_spec("torch") is None:
        return "cpu" if device == "auto" else device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _watched(advance: Callable[[int], None], stop: StopRequest) -> Callable[[int], None]:
    def watched(count: int) -> None:
        advance(count)
        stop.raise_if_set()

    return watched


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
