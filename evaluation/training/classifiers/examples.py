"""What a classifier is trained and scored on: programs or pairs of them, each with a label."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """Some inputs of one split."""

    texts: Sequence[str]
    """Programs."""
    inputs: I64
    """Places of the programs of each input, (inputs, 1) or (inputs, 2)."""
    labels: I64
    """The place of each input's label among those of the classifier. (inputs,)"""

    def some(self, most: int, random_seed: int) -> Examples:
        """Return so many inputs at most, drawn by the random seed, in their order."""
        if len(self.labels) <= most:
            return self
        drawn = np.random.default_rng(random_seed).choice(len(self.labels), most, replace=False)
        places = np.sort(drawn)
        return Examples(self.texts, self.inputs[places], self.labels[places])


class Example(NamedTuple):
    """One input as it is trained on."""

    programs: tuple[str, ...]
    label: int


class ExampleSequence:
    """The inputs of a whole training run: all of them in a drawn order, then again in another one.

    Item ``index`` depends on the examples and the random seed only. The programs of a pair come in either order:
    whether two are clones does not depend on it.

    Parameters
    ----------
    examples
        Of the train split.
    length
        Inputs of the run.
    random_seed
        Of the order.
    """

    def __init__(self, examples: Examples, length: int, random_seed: int) -> None:
        self._examples, self._length, self._random_seed = examples, length, random_seed
        self._epoch = lru_cache(maxsize=2)(self._drawn)  # a batch may end one epoch and begin the next

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Example:
        place = operator.index(index)
        if not 0 <= place < self._length:
            raise IndexError(f"example {place} of {self._length}")
        epoch, place = divmod(place, len(self._examples.labels))
        order, is_turned = self._epoch(epoch)
        chosen = order[place]
        programs = self._examples.inputs[chosen].tolist()
        shown = programs[::-1] if is_turned[place] else programs
        return Example(tuple(self._examples.texts[one] for one in shown), int(self._examples.labels[chosen]))

    def _drawn(self, epoch: int) -> tuple[I64, npt.NDArray[np.bool_]]:
        generator = np.random.default_rng((self._random_seed & (1 << 64) - 1, epoch))
        count = len(self._examples.labels)
        return generator.permutation(count), generator.random(count) < 0.5
