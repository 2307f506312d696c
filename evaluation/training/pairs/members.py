"""The seeds that pairs are made of, by group, and which kinds of pairs each of them gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.balance import F64
from synthcode.evaluation.training.pairs.problems import Problems

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Members:
    """Seeds that give pairs of a requested kind."""

    seeds: I64
    """Sorted by group. (members,)"""
    starts: I64
    """The seeds of group g are ``seeds[starts[g]:starts[g + 1]]``; groups without a seed have no number. (groups + 1,)
    """
    can_text: Flags
    """(members,)"""
    can_code: Flags
    """(members,)"""
    text_share: float
    """The share of text-code pairs that comes nearest to the requested one."""

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return self.starts.size - 1

    def drawn(self, kind: str) -> F64:
        """Return the share of all pairs that each member gives as ``text`` or ``code``: (members,)."""
        weight = self._weights()
        both = self.can_text & self.can_code
        surely = weight[self.can_text & ~self.can_code].sum()
        share = np.clip((self.text_share - surely) / max(weight[both].sum(), np.finfo(float).tiny), 0, 1)
        as_text = np.where(both, share, self.can_text.astype(float))
        return weight * (as_text if kind == "text" else 1 - as_text)

    def _weights(self) -> F64:
        sizes = np.diff(self.starts)
        return np.repeat(1 / (sizes * max(self.groups, 1)), sizes)


def usable_members(problems: Problems, text_share: float) -> Members:
    """Return the seeds that give pairs; with a ``text_share`` of 0 or 1 only one kind counts."""
    can_text = problems.can_text & (text_share > 0)
    can_code = problems.can_code & (text_share < 1)
    seeds = np.flatnonzero(can_text | can_code)
    seeds = seeds[np.argsort(problems.group[seeds], kind="stable")]
    starts = np.append(np.flatnonzero(np.diff(problems.group[seeds], prepend=-1)), seeds.size)
    members = Members(seeds, starts, can_text[seeds], can_code[seeds], text_share)
    weights = members._weights()
    least, most = weights[~members.can_code].sum(), weights[members.can_text].sum()
    reached = float(np.clip(text_share, least, most))
    return Members(seeds, starts, members.can_text, members.can_code, reached)
