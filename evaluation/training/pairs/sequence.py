"""The pairs of a whole training run, in order."""

from __future__ import annotations

import operator

from synthcode.evaluation.encoder import Role
from synthcode.evaluation.training.contracts import TrainingPair, TrainingText
from synthcode.evaluation.training.pairs.planning import Batch, BatchPlanner
from synthcode.evaluation.training.pairs.programs import ProgramTexts
from synthcode.evaluation.training.pairs.tables import SplitTables
from synthcode.vocabulary import TEXT

_DESCRIPTION = Role("query", "text", TEXT)


class BalancedPairs:
    """Pairs of all groups in turn, all languages about equally often; a ``PairSequence``.

    Parameters
    ----------
    tables
        The texts and programs.
    planner
        Which of them make up a batch.
    steps
        Batches of the run.
    """

    def __init__(self, tables: SplitTables, planner: BatchPlanner, *, steps: int) -> None:
        self._texts = tables.texts["text"].combine_chunks()
        self._programs = ProgramTexts(tables.programs)
        hard = planner.hard_negatives
        self._negatives = None if hard is None else (ProgramTexts(hard.programs), hard.group)
        self._planner = planner
        self.steps, self.batch_size = steps, planner.batch_size
        self._planned: tuple[int, Batch] | None = None

    def __len__(self) -> int:
        return self.steps * self.batch_size

    def __getitem__(self, index: int) -> TrainingPair:
        place = operator.index(index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"pair {place} of {len(self)}")
        step, place = divmod(place % len(self), self.batch_size)
        batch = self._batch(step)
        renamed = batch.renamed[place].tolist()
        anchor = int(batch.anchor[place])
        if batch.is_text[place]:
            query = TrainingText(self._texts[anchor].as_py(), _DESCRIPTION)
        else:
            query = self._programs.text(anchor, "query", renamed=renamed[0])
        answer = self._programs.text(int(batch.positive[place]), "document", renamed=renamed[1])
        group = int(batch.group[place])
        if batch.negative is None or self._negatives is None:
            return TrainingPair(query, answer, None, group)
        (programs, groups), row = self._negatives, int(batch.negative[place])
        negative = programs.text(row, "document", renamed=renamed[2])
        return TrainingPair(query, answer, negative, group, int(groups[row]))

    def _batch(self, step: int) -> Batch:
        """Return a batch; the last one is remembered, since its pairs come one by one."""
        if self._planned is None or self._planned[0] != step:
            self._planned = step, self._planner.batch(step)
        return self._planned[1]
