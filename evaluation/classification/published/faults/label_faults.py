"""What is wrong with a benchmark of labelled programs: counted, and said in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import LabelledRows
from synthcode.evaluation.classification.published.faults.equal_programs import BUT_FOR, ProgramKeys, program_keys
from synthcode.vocabulary import SPLITS, Split


def refuse_one_label(where: str, split: Split, rows: LabelledRows) -> None:
    """Refuse a split in which all programs have one label: there is nothing to tell apart.

    Raises
    ------
    InputError
        If there is one label.
    """
    labels = set(rows.labels)
    if len(labels) < 2:
        problem = f"all {len(rows.labels):,} programs of {split} are labelled {next(iter(labels), '')[:40]!r}"
        raise InputError(
            f"{where}: {problem if labels else f'{split} has no program'}",
            "a score needs two labels or more: fetch the benchmark again, or name the right column: --column label=L",
        )


def label_faults(parts: Mapping[Split, LabelledRows], language: str = "") -> list[str]:
    """Return what is wrong with any benchmark of labelled programs, as sentences with counts."""
    there = [split for split in SPLITS if split in parts]
    faults = [fault for split in there for fault in _within(split, parts[split])]
    keys = {split: program_keys(parts[split].texts, language) for split in there}
    for one, other in combinations(there, 2):
        faults += _leaks(one, other, keys[one], keys[other])
    return faults


def unknown_labels(parts: Mapping[Split, LabelledRows]) -> list[str]:
    """Return which programs no classifier can get right: training never shows their label."""
    faults = []
    known = set(parts["train"].labels)
    for split in ("validation", "test"):
        labels = parts[split].labels if split in parts else ()
        if unknown := sum(label not in known for label in labels):
            faults.append(f"{unknown:,} of {len(labels):,} programs of {split} have a label that train lacks")
    return faults


def problem_faults(parts: Mapping[Split, LabelledRows]) -> list[str]:
    """Return what is wrong with problems whose programs retrieve each other."""
    there = [split for split in SPLITS if split in parts]
    faults = []
    for one, other in combinations(there, 2):
        if shared := set(parts[one].labels) & set(parts[other].labels):
            faults.append(f"{len(shared):,} problems are both in {one} and in {other}: {_few(shared)}")
    for split in there:
        sizes = Counter(parts[split].labels)
        if single := sum(size == 1 for size in sizes.values()):
            faults.append(f"{single:,} of {len(sizes):,} problems of {split} have one program, and are not queries")
    return faults


def size_faults(found: Mapping[Split, int], published: Mapping[Split, int], what: str) -> list[str]:
    """Return where a benchmark has other sizes than those that were published."""
    differing = [split for split in SPLITS if split in found and found[split] != published[split]]
    return [f"{split} has {found[split]:,} {what}, not {published[split]:,} as published" for split in differing]


def _within(split: Split, rows: LabelledRows) -> Iterator[str]:
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for text, label in zip(rows.texts, rows.labels, strict=True):
        labels[text].add(label)
    if repeated := len(rows.texts) - len(labels):
        yield f"{repeated:,} of {len(rows.texts):,} programs of {split} repeat another one"
    if conflicting := sum(len(found) > 1 for found in labels.values()):
        yield f"{conflicting:,} programs of {split} are there with several labels"
    if again := len(rows.ids) - len(set(rows.ids)):
        yield f"{again:,} of {len(rows.ids):,} programs of {split} have the id of another one"


def _leaks(one: Split, other: Split, first: ProgramKeys, second: ProgramKeys) -> Iterator[str]:
    total = f"of {len(second.text):,} programs of {other}"
    same = np.isin(second.text, first.text)
    if same.any():
        yield f"{int(same.sum()):,} {total} are also in {one}"
    renamed = ~same & np.isin(second.renamed, first.renamed)
    if renamed.any():
        yield f"{int(renamed.sum()):,} {total} equal one of {one} {BUT_FOR}"


def _few(names: set[str]) -> str:
    shown = sorted(names)[:3]
    return ", ".join(name[:40] for name in shown) + (", ..." if len(names) > len(shown) else "")
