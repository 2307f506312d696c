"""``hybrid:A+B``: the rankings of several encoders fused, from stored results or from encoders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from synthcode.decimals import decimals
from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.encoders.combined_parts import parts_of
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.evaluation.fusion.formulas import K, min_max, reciprocal_ranks, summed, weighted
from synthcode.evaluation.fusion.weights import Choices, choose_weights
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell
from synthcode.evaluation.retrieval.combination import Part, RankingWork
from synthcode.evaluation.retrieval.rankings import AnyScores, Rankings, aligned_blocks
from synthcode.identity import digest
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.vocabulary import FUSIONS, MAIN_METRIC, Variant


class Hybrid:
    """Several rankings fused into one.

    ``rrf`` sums 1 / (60 + rank) over the rankings (Cormack, Clarke and Büttcher 2009, SIGIR); a document without a word
    of the query is not in the list of a scorer of words. ``weighted`` is the mean of two rankings' scores, each scaled
    so that of every query the lowest is 0 and the highest 1; its weight is chosen on the validation split for each task
    and variant.

    Parameters
    ----------
    names
        ``A+B``: results folders, or specifications of encoders.
    fusion
        ``rrf`` or ``weighted``.
    weight
        Of the first of two, from 0 to 1; None chooses it.
    dtype, device
        Of encoders that are named by their specification.

    Raises
    ------
    InputError
        If a part cannot be used, or options contradict each other.
    """

    exits = (ONLY_EXIT,)

    def __init__(
        self,
        names: str,
        *,
        fusion: str | None = None,
        weight: float | None = None,
        dtype: str = "auto",
        device: str = "auto",
    ) -> None:
        self._fusion, self._weight = fusion or ("rrf" if weight is None else "weighted"), weight
        if self._fusion not in FUSIONS:
            raise InputError(
                f"no fusion {fusion!r}{did_you_mean(self._fusion, FUSIONS)}", f"use {' or '.join(FUSIONS)}"
            )
        if weight is not None and self._fusion == "rrf":
            raise InputError("reciprocal rank fusion (rrf) has no weight", "leave out --weight, or --fusion")
        if weight is not None and not 0 <= weight <= 1:
            raise InputError(f"the weight {weight:g} is not between 0 and 1", "give the weight of the first encoder")
        options = EncoderOptions(dtype=dtype, device=device)
        self.parts: Sequence[Part] = parts_of(names, lambda spec: open_encoder(spec, options))
        if self._fusion == "weighted" and len(self.parts) > 2:
            raise InputError(f"{len(self.parts)} encoders cannot be weighted", "name two, or use --fusion rrf")
        self.name = "hybrid:" + "+".join(part.label for part in self.parts)
        self._choices: Choices | None = None

    @property
    def identity(self) -> str:
        """A digest of the fusion and its weight."""
        return digest("hybrid", self._fusion, K, self._weight)

    @property
    def reads_validation(self) -> bool:
        """Whether the weight is to be chosen."""
        return self._fusion == "weighted" and self._weight is None

    def rankings(self, work: RankingWork) -> Rankings:
        """Return the fused rankings; weights are chosen with the first call.

        Raises
        ------
        InputError
            If a part has no vectors, or there is no validation split to choose a weight on.
        """
        if self.reads_validation and self._choices is None:
            self._choices = self._chosen(work)
        parts = work.open_parts(work.benchmark)
        if self._fusion == "rrf":
            return _ReciprocalRanks(work.benchmark, parts)
        return _WeightedScores(work.benchmark, parts, self._weight, self._choices or {})

    def notes(self) -> Sequence[str]:
        """Return what is fused, and the weights with what they are chosen by."""
        names = [markdown_cell(part.label) for part in self.parts]
        if self._fusion == "rrf":
            return [f"Reciprocal rank fusion (k = {K}) of {', '.join(names[:-1])} and {names[-1]}."]
        means = f"The mean of the scores of {names[0]} and {names[1]}, each scaled to 0 to 1 of every query"
        if self._choices is None:
            return [f"{means}; {names[0]} weighs {self._weight:g}."]
        rows = []
        for (task, variant), one in sorted(self._choices.items()):
            scores = [decimals(score) for score in (one.score, one.first, one.second)]
            rows.append([task, variant, f"{one.weight:g}", *scores, f"{one.queries:,}"])
        header = ["task", "variant", f"weight of {names[0]}", MAIN_METRIC, names[0], names[1], "queries"]
        return [f"{means}. The weight is the best on validation:", markdown_table(header, rows, left=2)]

    def _chosen(self, work: RankingWork) -> Choices:
        if work.benchmark.split == "validation":
            raise InputError(
                "the weight would be chosen on the queries that are scored",
                "score another split than validation, or give --weight",
            )
        validation = work.validation()
        parts = work.open_parts(validation)
        with work.progress("choosing weights", len(validation.cells) * len(work.variants)) as advance:
            return choose_weights(validation, parts, work.variants, advance)


class _ReciprocalRanks:
    zero_is_unmatched = True

    def __init__(self, benchmark: Benchmark, parts: Sequence[Rankings]) -> None:
        self._benchmark, self._parts = benchmark, parts

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[AnyScores]:
        for scores in aligned_blocks(self._parts, self._benchmark, cell, variant):
            yield summed(
                [
                    reciprocal_ranks(block, block == 0 if part.zero_is_unmatched else None)
                    for part, block in zip(self._parts, scores, strict=True)
                ]
            )


class _WeightedScores:
    zero_is_unmatched = False

    def __init__(self, benchmark: Benchmark, parts: Sequence[Rankings], weight: float | None, choices: Choices) -> None:
        self._benchmark, self._parts, self._weight, self._choices = benchmark, parts, weight, choices

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[AnyScores]:
        weight = self._choices[cell.task, variant].weight if self._weight is None else self._weight
        for first, second in aligned_blocks(self._parts, self._benchmark, cell, variant):
            block: np.ndarray = weighted(min_max(first), min_max(second), weight)
            yield block
