"""Writing the programs of each split with the number of the problem that they solve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from synthcode.dataset.clones.problems import problems_of
from synthcode.errors import InputError
from synthcode.pipelines.runs.reporter import Reporter
from synthcode.pipelines.steps.export.files import card_facts, unchanged, with_cards, write_rows
from synthcode.publishing.export.layout import Exported, ProblemsLayout
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.storage.published import PublishedDataset
from synthcode.vocabulary import SPLITS, Variant


def export_problems(
    dataset: PublishedDataset, layout: ProblemsLayout, variant: Variant, out: Path, reporter: Reporter
) -> Exported:
    """Write the programs of all splits, in all languages, labelled by problem.

    Each text is there once. Programs that are the only ones of their problem are left out: the benchmark's own trainer
    never finds a partner for them, and its evaluator divides by zero. Seeds that share a cluster, or have programs that
    are equal once anonymous, pose one problem.

    Raises
    ------
    InputError
        If no problem of test has two programs, or the dataset changes while it is read.
    """
    there = dataset.splits("programs")
    splits = [split for split in SPLITS if split in there]
    counts: dict[str, int] = {}
    first = 1
    with (
        unchanged(dataset, splits, ["programs", "triplets"]) as content,
        reporter.progress("export: programs", None) as bar,
    ):
        for split in splits:
            ids, texts, labels = _labelled(dataset, split, variant, first)
            first = max(labels, default=first - 1) + 1
            columns = [ids, texts, list(map(str, labels))]
            if ids:
                write_rows(layout.programs(split), "jsonl", layout.schema, columns, out)
                counts[split] = len(ids)
            bar.advance(len(ids))
    if len(set(labels)) < 2 or "test" not in counts:
        raise InputError(
            f"{dataset.folder}: test has no two problems with two different programs each",
            "export a dataset with more problems in test: it scores programs by those that they retrieve",
        )
    exported = Exported(layout.name, variant, tuple(counts), (), content, card_facts(dataset), counts, "programs")
    return with_cards(exported, layout.cards, out)


def _labelled(
    dataset: PublishedDataset, split: str, variant: Variant, first: int
) -> tuple[list[str], list[str], list[int]]:
    """Return ids, texts and problems, numbered from ``first``, of programs whose problem has others."""
    code = CODE_COLUMNS[variant]
    rows = pa.concat_tables(list(dataset.batches("programs", split, ["program_id", "seed_id", code])))
    problem = _problems(dataset, split, rows["seed_id"].unique().to_pylist())
    distinct: dict[str, tuple[str, int]] = {}
    for id_, seed, text in sorted(zip(*(column.to_pylist() for column in rows.columns), strict=True)):
        distinct.setdefault(text, (id_, problem[seed]))
    sizes = Counter(label for _, label in distinct.values())
    kept = [(id_, text, label) for text, (id_, label) in distinct.items() if sizes[label] > 1]
    numbers: dict[int, int] = {}
    labels = [numbers.setdefault(label, first + len(numbers)) for _, _, label in kept]
    return [id_ for id_, _, _ in kept], [text for _, text, _ in kept], labels


def _problems(dataset: PublishedDataset, split: str, seeds: list[str]) -> dict[str, int]:
    """Return the problem of each seed. One that no pair names has a cluster of its own."""
    clusters = {
        row["seed_id"]: row["cluster_id"]
        for table in dataset.batches("triplets", split, ["seed_id", "cluster_id"])
        for row in table.to_pylist()
    }
    names = sorted(seeds)
    table = pa.table({"seed_id": names, "cluster_id": [clusters.get(name) or f"seed {name}" for name in names]})
    return dict(zip(names, problems_of(table, _renamed(dataset, split)).tolist(), strict=True))


def _renamed(dataset: PublishedDataset, split: str) -> Iterator[pa.Table]:
    return dataset.batches("programs", split, ["seed_id", "language", "code_anonymous"])
