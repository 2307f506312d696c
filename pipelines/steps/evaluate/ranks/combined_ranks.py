"""Ranking with a combination of encoders: its parts are encoded where they have no vectors, then it ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, LexicalScorer
from synthcode.evaluation.model_probe import Store
from synthcode.evaluation.results.common_queries import refuse_other_datasets
from synthcode.evaluation.retrieval.combination import Advance, Combination, Part, RankingWork
from synthcode.evaluation.retrieval.ranks import rank_rows
from synthcode.evaluation.retrieval.search.ranking import ranks
from synthcode.identity import digest
from synthcode.pipelines.steps.evaluate.encoding import encode, watched
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.storage.lock import hold

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.evaluation.retrieval.rankings import Rankings


def combination_parts(evaluation: Evaluation, combination: Combination) -> list[Evaluation]:
    """Return an evaluation for each part of a combination; those of results know where their vectors are.

    Raises
    ------
    InputError
        If a part's results are of another dataset, or their vectors are not there.
    """
    return [_part_evaluation(evaluation, part) for part in combination.parts]


def parts_digest(evaluation: Evaluation, combination: Combination, parts: Sequence[Evaluation]) -> str:
    """Return a digest of all that a combination's rankings depend on besides its own settings."""
    known_by = [
        [part.identity, part.word_scores, chosen.exit] for part, chosen in zip(parts, combination.parts, strict=True)
    ]
    chosen_on = _validation(evaluation).digest if combination.reads_validation else ""
    return digest("parts", known_by, chosen_on)


def rank_combination(evaluation: Evaluation, combination: Combination, label: str) -> list[pa.Table]:
    """Return the ranks (schema ``RANKS``) of every cell and variant.

    Parameters
    ----------
    evaluation
        With its parts.
    combination
        Its encoder.
    label
        What the progress of ranking is called.
    """
    benchmark, rows = evaluation.benchmark, []
    with ExitStack() as stack:
        rankings = combination.rankings(_Opening(evaluation, stack).work(evaluation))
        with _progress(evaluation, label, len(benchmark.cells) * len(evaluation.variants)) as advance:
            for variant in evaluation.variants:
                for cell, judged in benchmark.cells.items():
                    asked, documents = benchmark.texts[cell.query_language], benchmark.texts[cell.corpus_language].ids
                    found = ranks(rankings.blocks(cell, variant), judged)
                    named = combination.name, ONLY_EXIT, variant, cell
                    rows.append(rank_rows(*named, judged, asked, len(documents), found))
                    advance(1)
    return rows


@dataclass(frozen=True)
class _Opening:
    """Opens the rankings of parts; their locks are released with the stack."""

    whole: Evaluation
    stack: ExitStack
    locked: set[Path] = field(default_factory=set)

    def work(self, evaluation: Evaluation) -> RankingWork:
        """Return what a combination is given, which the whole evaluation or a part of it is of."""
        return RankingWork(
            benchmark=evaluation.benchmark,
            variants=evaluation.variants,
            store=evaluation.store,
            fresh=evaluation.fresh,
            open_parts=lambda benchmark: self._parts(evaluation, benchmark),
            validation=lambda: _validation(self.whole),
            resources=self.stack,
            progress=lambda label, total: _progress(evaluation, label, total),
            message=evaluation.reporter.message,
        )

    def _parts(self, evaluation: Evaluation, benchmark: Benchmark) -> list[Rankings]:
        combination = evaluation.encoder
        assert isinstance(combination, Combination)
        return [
            self._rankings(replace(part, benchmark=benchmark), chosen.exit)
            for part, chosen in zip(evaluation.parts, combination.parts, strict=True)
        ]

    def _rankings(self, part: Evaluation, exit_: int) -> Rankings:
        from synthcode.evaluation.retrieval.rankings import VectorRankings, WordRankings
        from synthcode.evaluation.retrieval.scoring import Inputs

        encoder = part.encoder
        if isinstance(encoder, Combination):
            return encoder.rankings(self.work(part))
        if isinstance(encoder, LexicalScorer):
            return WordRankings(part.benchmark, encoder)
        folder = (part.store / encoder.identity).resolve()
        if folder not in self.locked:  # two exits of one encoder share their vectors
            self.locked.add(folder)
            self.stack.enter_context(hold(folder))
        inputs = Inputs(part.benchmark, encoder, part.variants)
        store, _ = encode(part, encoder, inputs)
        return VectorRankings(part.benchmark, inputs, store, exit_)


def _part_evaluation(evaluation: Evaluation, part: Part) -> Evaluation:
    own = replace(evaluation, encoder=part.encoder, label=part.label, parts=(), word_scores=None)
    results = part.results
    if results is None:
        return own
    scored = evaluation.benchmark
    refuse_other_datasets(
        [str(results.folder), "this evaluation"],
        [results.dataset_digest, scored.digest],
        [results.dataset, f"{scored.name} {scored.split}"],
    )
    if isinstance(part.encoder, LexicalScorer | Combination):
        return own
    identity = part.encoder.identity
    stores = [store for store in (results.store, evaluation.store) if store and (store / identity).is_dir()]
    if not stores:
        raise InputError(
            f"the vectors of {results.folder} are not in {results.store or 'a folder that it names'}",
            "name their folder with --store, or evaluate that encoder again",
        )
    return replace(own, store=stores[0], vectors=Store(identity, {}, is_new=False, is_unproven=False))


def _validation(evaluation: Evaluation) -> Benchmark:
    if evaluation.validation is None:
        raise InputError(
            f"{evaluation.benchmark.name} has no validation split to choose a weight on",
            "give --weight, or --fusion rrf, which has none",
        )
    return evaluation.validation()


@contextmanager
def _progress(evaluation: Evaluation, label: str, total: int) -> Iterator[Advance]:
    with evaluation.reporter.progress(label, total) as bar:
        yield watched(bar.advance, evaluation.stop)
