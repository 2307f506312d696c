"""Writing the translations that pass or fail their tests, with a label each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.classification.dataset_labels import DatasetLabels, labels_digest, read_labels
from synthcode.pipelines.runs.reporter import Reporter
from synthcode.pipelines.steps.export.files import OPENERS, ROWS, card_facts, with_cards
from synthcode.publishing.export.layout import Exported, LabelTask
from synthcode.storage.published import NEGATIVES_NAME, PublishedDataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import Split, Variant

SPLITS: tuple[Split, ...] = ("train", "test")
"""What a tool trains on, and what it scores."""


def export_label_task(
    dataset: PublishedDataset, name: str, layout: LabelTask, variant: Variant, out: Path, reporter: Reporter
) -> list[Exported]:
    """Write the tested translations of train and test, a table for each language; nothing if none fails in both.

    Raises
    ------
    InputError
        If the programs are damaged, or the dataset changes while it is read.
    """
    folder = dataset.folder / "data" / NEGATIVES_NAME
    if not all(shards_of(folder, split) for split in SPLITS):
        return []
    content = labels_digest(dataset, SPLITS)
    try:
        found = read_labels(dataset, (variant,), splits=SPLITS)
    except InputError as problem:
        reporter.message(f"export: translations that fail their tests are left out: {problem.problem}")
        return []
    for warning in found.warnings:
        reporter.message(f"warning: {warning}")
    tables = _tables(found, variant, layout.schema)
    for (language, split), table in tables.items():
        with OPENERS["parquet"](out, layout.programs(language, split), layout.schema) as writer:
            for start in range(0, table.num_rows, ROWS):
                writer.write(table.slice(start, ROWS))
            writer.commit()
    if labels_digest(dataset, SPLITS) != content:
        raise InputError(f"{dataset.folder} was changed while it was read", "export it again when it is complete")
    counts = dict(sorted(Counter(found.languages).items()))
    counted = "translations that pass or fail their tests"
    scored = [language for language in counts if all(tables[language, split].num_rows for split in SPLITS)]
    exported = Exported(name, variant, SPLITS, (), content, card_facts(dataset), counts, counted, scored)
    return [with_cards(exported, layout.cards, out)]


def _tables(found: DatasetLabels, variant: Variant, schema: pa.Schema) -> dict[tuple[str, Split], pa.Table]:
    """Return the text and label of the programs of each language and split: none where a language has none."""
    splits = [split for split in SPLITS for _ in found.labels.parts[split].ids]
    labels = [int(label) for split in SPLITS for label in found.labels.parts[split].labels]
    rows: dict[tuple[str, Split], list[tuple[str, int]]] = {
        (language, split): [] for language in sorted(set(found.languages)) for split in SPLITS
    }
    for language, split, text, label in zip(found.languages, splits, found.texts[variant], labels, strict=True):
        rows[language, split].append((text, label))
    return {
        key: pa.table([[row[0] for row in mine], [row[1] for row in mine]], schema=schema) for key, mine in rows.items()
    }
