"""Which texts and programs make up each batch, as row numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.balance import Draws, draw, draw_programs, draw_texts
from synthcode.evaluation.training.pairs.cycles import GroupCycles
from synthcode.evaluation.training.pairs.hard_negatives.contract import HardNegatives
from synthcode.evaluation.training.pairs.members import Flags, Members
from synthcode.evaluation.training.pairs.problems import Problems
from synthcode.evaluation.training.settings import TrainingSettings

_GOLDEN = (5**0.5 - 1) / 2
"""Its multiples modulo 1 are spread evenly, however many are taken: languages are drawn with little noise."""


@dataclass(frozen=True)
class Batch:
    """One batch of pairs. Arrays of (batch_size,)."""

    group: I64
    is_text: Flags
    """Whether the anchor is a text."""
    anchor: I64
    """The row of a text or of a program."""
    positive: I64
    """The row of a program."""
    renamed: Flags
    """Whether the identifiers of the anchor, the positive and the negative are replaced. (batch_size, 3)"""
    negative: I64 | None
    """The row of a program of the hard negatives."""


class BatchPlanner:
    """Plans any batch of a run from its number.

    Parameters
    ----------
    problems, members
        What pairs are made of.
    hard_negatives
        Where further negatives are drawn from, if they are. The pairs do not depend on it.
    settings
        With a batch size of as many as there are groups, at most.
    """

    def __init__(
        self, problems: Problems, members: Members, hard_negatives: HardNegatives | None, settings: TrainingSettings
    ) -> None:
        self.batch_size, self.hard_negatives = settings.optimiser.batch_size, hard_negatives
        self._problems, self._members = problems, members
        self._renamed_share, self._random_seed = settings.data.renamed_share, settings.random_seed
        self._cycles = GroupCycles(members.groups, self.batch_size, settings.random_seed)
        has, classes = np.unique(problems.has[members.seeds], axis=0, return_inverse=True)
        self._classes = classes.astype(np.int64).reshape(-1)
        self._texts, self._programs = (
            fit(has, np.bincount(self._classes, members.drawn(kind), minlength=len(has)).astype(np.float64))
            for fit, kind in ((draw_texts, "text"), (draw_programs, "code"))
        )

    def batch(self, step: int) -> Batch:
        """Return a batch, of one pair each of different groups."""
        random = np.random.default_rng((self._random_seed, 1, step))
        groups, cycles = self._cycles.batch(step)
        starts, members = self._members.starts[groups], self._members
        chosen = starts + cycles % (members.starts[groups + 1] - starts)
        is_text = self._kinds(chosen, step, random)
        seeds = members.seeds[chosen]
        anchor, positive = np.full(chosen.size, -1), np.empty(chosen.size, dtype=np.int64)
        for places, draws in ((is_text, self._texts), (~is_text, self._programs)):
            if places.any():
                anchor[places], positive[places] = self._languages(chosen[places], draws, random)
        rows = self._problems.text[seeds].copy()
        rows[~is_text] = self._rows(seeds[~is_text], anchor[~is_text], random)
        answers = self._rows(seeds, positive, random)
        renamed = random.random((chosen.size, 3)) < self._renamed_share
        negatives = self.hard_negatives
        negative = None if negatives is None else negatives.draw(seeds, answers, random.random(chosen.size))
        return Batch(self._problems.group[seeds], is_text, rows, answers, renamed, negative)

    def _kinds(self, chosen: I64, step: int, random: np.random.Generator) -> Flags:
        """Return which members give a text: as many as the share says, after those that give nothing else."""
        can_text, can_code = self._members.can_text[chosen], self._members.can_code[chosen]
        share = self._members.text_share * self.batch_size
        requested = int((step + 1) * share) - int(step * share)  # shares of small batches come out over several
        is_text = ~can_code
        both = np.flatnonzero(can_text & can_code)
        is_text[random.permutation(both)[: max(requested - int(is_text.sum()), 0)]] = True
        return is_text

    def _languages(self, chosen: I64, draws: Draws, random: np.random.Generator) -> tuple[I64, I64]:
        """Return the languages of anchor and positive that members draw."""
        classes = self._classes[chosen]
        order = np.argsort(classes, kind="stable")
        uniform = np.mod(random.random() + np.arange(order.size, dtype=np.float64) * _GOLDEN, 1)
        columns = np.empty(order.size, dtype=np.int64)
        columns[order] = draw(draws, classes[order], uniform)
        return draws.anchor[columns], draws.positive[columns]

    def _rows(self, seeds: I64, languages: I64, random: np.random.Generator) -> I64:
        """Return a program of each seed in a language: any of them, if there are several."""
        cell = seeds * len(self._problems.languages) + languages
        start, end = self._problems.starts[cell], self._problems.starts[cell + 1]
        rows: I64 = self._problems.rows[random.integers(start, end)]
        return rows
