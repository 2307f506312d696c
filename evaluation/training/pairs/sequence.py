"""The pairs of a whole training run, in order."""

from __future__ import annotations

import operator

import pyarrow as pa

from synthcode.evaluation.encoder import Role, Side
from synthcode.evaluation.training.contracts import TrainingPair, TrainingText
from synthcode.evaluation.training.pairs.planning import Batch, BatchPlanner
from synthcode.evaluation.training.pairs.renamed import RenamedPrograms
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
    steps, batch_size
        Of the run: its length is their product.
    """

    def __init__(self, tables: SplitTables, planner: BatchPlanner, *, steps: int, batch_size: int) -> None:
        self._texts = _whole(tables.texts["text"])
        self._shown, self._languages = (_whole(tables.programs[name]) for name in ("shown", "language"))
        self._renamed = RenamedPrograms(_whole(tables.programs["anonymous"]), self._languages)
        self._planner = planner
        self.steps, self.batch_size = steps, batch_size
        self._planned: tuple[int, Batch] | None = None

    def __len__(self) -> int:
        return self.steps * self.batch_size

    def __getitem__(self, index: int) -> TrainingPair:
        place = operator.index(index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"pair {place} of {len(self)}")
        step, place = divmod(place % len(self), self.batch_size)
        batch = self._batch(step)
        anchor, positive = int(batch.anchor[place]), int(batch.positive[place])
        renamed = batch.renamed[place].tolist()
        if batch.is_text[place]:
            query = TrainingText(self._texts[anchor].as_py(), _DESCRIPTION)
        else:
            query = self._program(anchor, "query", renamed[0])
        return TrainingPair(query, self._program(positive, "document", renamed[1]), None, int(batch.group[place]))

    def _batch(self, step: int) -> Batch:
        """Return a batch; the last one is remembered, since its pairs are asked for one by one."""
        if self._planned is None or self._planned[0] != step:
            self._planned = step, self._planner.batch(step)
        return self._planned[1]

    def _program(self, row: int, side: Side, renamed: bool) -> TrainingText:
        code = self._renamed[row] if renamed else self._shown[row].as_py()
        return TrainingText(code, Role(side, "code", self._languages[row].as_py()))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array: an item of it is found without a search through chunks."""
    whole = column.combine_chunks()
    return whole if isinstance(whole, pa.Array) else whole.chunk(0)
