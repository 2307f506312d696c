"""What a model card and a dry run say of the training data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synthcode.evaluation.training.contracts import PairSequence
from synthcode.evaluation.training.pairs.leaving_out import LeftOut
from synthcode.evaluation.training.pairs.members import Members
from synthcode.evaluation.training.pairs.problems import Problems


@dataclass(frozen=True)
class DataCounts:
    """How much there is to train on."""

    programs: Mapping[str, int]
    """Language -> its programs."""
    texts: int
    """Seeds with a text and a program."""
    seeds: int
    """Seeds that give pairs."""
    groups: int
    """Groups of them. A batch has one pair of a group."""
    text_pairs: int
    """Different text-code pairs."""
    code_pairs: int
    """Different code-code pairs, of a program with one in another language; either may be the query."""
    text_share: float
    """Expected share of text-code pairs in the training."""
    left_out: tuple[LeftOut, ...]
    """What is not trained on for the sake of each dataset that is held out."""


def count_data(problems: Problems, members: Members, left_out: Sequence[LeftOut]) -> DataCounts:
    """Count what pairs are made of."""
    sizes = problems.sizes
    total = sizes.sum(axis=1)
    pairs = total**2 - (sizes**2).sum(axis=1)
    return DataCounts(
        programs=dict(zip(problems.languages, sizes.sum(axis=0).tolist(), strict=True)),
        texts=int(problems.can_text.sum()),
        seeds=members.seeds.size,
        groups=members.groups,
        text_pairs=int(total[members.seeds[members.can_text]].sum()),
        code_pairs=int(pairs[members.seeds[members.can_code]].sum()),
        text_share=members.text_share,
        left_out=tuple(left_out),
    )


def mean_tokens(
    pairs: PairSequence, count_tokens: Callable[[Sequence[str]], Sequence[int]], sample: int = 256
) -> float:
    """Estimate the tokens of a pair, query and document together, from pairs spread over the whole run.

    Parameters
    ----------
    pairs
        Those that are trained on.
    count_tokens
        Returns the tokens of each text as the model is given it, cut to its longest input.
    sample
        How many pairs are counted at most.
    """
    places = np.unique(np.linspace(0, len(pairs) - 1, sample).astype(int)).tolist()
    chosen = [pairs[place] for place in places]
    texts = [part.text for pair in chosen for part in (pair.anchor, pair.positive, pair.negative) if part is not None]
    return sum(count_tokens(texts)) / len(chosen)
