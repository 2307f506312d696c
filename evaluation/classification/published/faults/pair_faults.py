"""What is wrong with a benchmark of pairs, counted and in words. Only what makes a score meaningless is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import I64, PairRows
from synthcode.evaluation.classification.published.faults.equal_programs import BUT_FOR, ProgramKeys
from synthcode.vocabulary import SPLITS, Split


def refuse_one_class(where: str, split: Split, rows: PairRows) -> None:
    """Refuse a split in which all pairs have one label: no threshold separates them.

    Raises
    ------
    InputError
        If there is one label, or no pair.
    """
    clones = int(rows.label.sum())
    if 0 < clones < len(rows.label):
        return
    problem = f"all {len(rows.label):,} pairs of {split} are labelled {int(bool(clones))}"
    raise InputError(
        f"{where}: {problem if len(rows.label) else f'{split} has no pair'}",
        "precision, AP and ROC-AUC need pairs of both labels: fetch the benchmark again, whole",
    )


def pair_faults(parts: Mapping[Split, PairRows], keys: ProgramKeys) -> list[str]:
    """Return the faults of a benchmark of pairs as sentences, each with its count; none if there is nothing to say."""
    faults = [fault for split in SPLITS if split in parts for fault in _within(split, parts[split], keys.text)]
    for one, other in combinations([split for split in SPLITS if split in parts], 2):
        faults += _across(one, other, parts[one], parts[other], keys)
    return faults


def drop_repeated(split: Split, rows: PairRows) -> tuple[PairRows, list[str]]:
    """Leave out repeats of a pair in the same order, and say how many: its last label counts.

    CodeXGLUE's evaluator keeps answers in a mapping from the two ids, so it scores such a pair once.
    """
    order = np.arange(len(rows.a))[::-1]
    key = _keys(rows.a, rows.b)
    _, last, pair = np.unique(key[order], return_index=True, return_inverse=True)
    keep = np.sort(order[last])
    faults = []
    if repeated := len(key) - len(keep):
        faults.append(f"{repeated:,} repeated pairs of {split} are scored once, as CodeXGLUE's evaluator does")
    clones, times = np.bincount(pair, weights=rows.label[order]), np.bincount(pair)
    if both := int(((clones > 0) & (clones < times)).sum()):
        faults.append(f"{both:,} pairs of {split} are repeated with the other label: the last one counts")
    return PairRows(rows.a[keep], rows.b[keep], rows.label[keep]), faults


def _within(split: Split, rows: PairRows, equal: I64) -> Iterator[str]:
    total = f"of {len(rows.a):,} pairs of {split}"
    if itself := int((rows.a == rows.b).sum()):
        yield f"{itself:,} {total} pair a program with itself"
    if same := int(((rows.a != rows.b) & (equal[rows.a] == equal[rows.b])).sum()):
        yield f"{same:,} {total} pair two programs with equal text"
    keys, index, counts = np.unique(_unordered(rows), return_inverse=True, return_counts=True)
    if repeated := len(rows.a) - len(keys):
        yield f"{repeated:,} {total} repeat another pair in the other order"
    clones = np.bincount(index, weights=rows.label, minlength=len(keys))
    if both := int(((clones > 0) & (clones < counts)).sum()):
        yield f"{both:,} pairs of {split} have both labels"


def _across(one: Split, other: Split, first: PairRows, second: PairRows, keys: ProgramKeys) -> Iterator[str]:
    total = f"of {len(second.a):,} pairs of {other}"
    shared = np.isin(_unordered(second), _unordered(first))
    if leaked := int(shared.sum()):
        yield f"{leaked:,} {total} are also in {one}"
    _, places = np.unique(keys.renamed, return_inverse=True)
    equal = [PairRows(places[rows.a], places[rows.b], rows.label) for rows in (first, second)]
    if leaked := int((np.isin(_unordered(equal[1]), _unordered(equal[0])) & ~shared).sum()):
        yield f"{leaked:,} {total} pair programs that equal those of a pair of {one} {BUT_FOR}"
    ours, theirs = (np.unique(np.concatenate([rows.a, rows.b])) for rows in (second, first))
    total = f"of {len(ours):,} programs of {other}"
    both = np.isin(ours, theirs)
    if both.any():
        yield f"{int(both.sum()):,} {total} are also in pairs of {one}"
    same = ~both & np.isin(keys.text[ours], keys.text[theirs])
    if same.any():
        yield f"{int(same.sum()):,} {total} have the text of another program in pairs of {one}"
    renamed = ~both & ~same & np.isin(keys.renamed[ours], keys.renamed[theirs])
    if renamed.any():
        yield f"{int(renamed.sum()):,} {total} equal one in pairs of {one} {BUT_FOR}"


def _keys(a: I64, b: I64) -> I64:
    return a << 32 | b


def _unordered(rows: PairRows) -> I64:
    return _keys(np.minimum(rows.a, rows.b), np.maximum(rows.a, rows.b))
