"""Writing pairs of clones: with both texts of each pair, or as lists of ids next to the programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.classification.clones.clone_scores import ALL
from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones, read_clones
from synthcode.pipelines.runs.reporter import Reporter
from synthcode.pipelines.steps.export.files import OPENERS, ROWS, card_facts, unchanged, with_cards, write_rows
from synthcode.publishing.export.layout import ClonesLayout, CloneTask, Exported
from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, PublishedDataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import SPLITS, Split, Variant

Places = npt.NDArray[np.intp]


def export_clone_task(
    dataset: PublishedDataset,
    name: str,
    layout: CloneTask,
    split: Split,
    variant: Variant,
    out: Path,
    reporter: Reporter,
) -> list[Exported]:
    """Write the pairs of one split with their texts, a subset for each pair of languages; nothing if there are none.

    Raises
    ------
    InputError
        If the pairs are damaged, or the dataset changes while it is read.
    """
    if not shards_of(dataset.folder / "data" / CLONES_NAME, split):
        return []
    with unchanged(dataset, [split], _configs(dataset, [split])) as content:
        if len(_labels(dataset, split)) < 2:
            reporter.message(f"export: pairs of {split} do not have both labels, and are left out")
            return []
        clones = _read(dataset, (split,), variant, reporter)
        pairs = clones.parts[split]
        subsets = _subsets(pairs)
        with reporter.progress("export: pairs of clones", len(pairs.difficulty)) as bar:
            for subset, chosen in subsets.items():
                place = layout.pairs(subset, split)
                with OPENERS["parquet"](out, place, layout.schema) as writer:
                    for table in _with_texts(clones, pairs, chosen, variant, layout.schema):
                        writer.write(table)
                        bar.advance(table.num_rows)
                    writer.commit()
    counts = {subset: len(chosen) for subset, chosen in subsets.items()}
    scored = [subset for subset, chosen in subsets.items() if len(np.unique(pairs.rows.label[chosen])) == 2]
    exported = Exported(name, variant, (split,), (), content, card_facts(dataset), counts, subsets=(ALL, *scored))
    return [with_cards(exported, layout.cards, out)]


def export_clone_lists(
    dataset: PublishedDataset, layout: ClonesLayout, variant: Variant, out: Path, reporter: Reporter
) -> Exported:
    """Write the programs of all splits once, and a list of pairs for each split.

    Raises
    ------
    InputError
        If the dataset has no pairs, validation or test lack pairs of both labels, or an id has a blank in it.
    """
    dataset.splits(CLONES_NAME)  # refuses a dataset without pairs
    splits = _splits(dataset)
    with unchanged(dataset, splits, _configs(dataset, splits)) as content:
        clones = _read(dataset, splits, variant, reporter)
        if odd := next((id_ for id_ in clones.ids if id_.split() != [id_]), None):
            raise InputError(
                f"{dataset.folder}: the program id {odd[:40]!r} has a blank in it, which separates the ids of a pair",
                "give programs ids without blanks: those of 'synthcode build' have none",
            )
        with reporter.progress("export: programs and pairs", None) as bar:
            texts = clones.texts[variant]
            write_rows(layout.programs, "jsonl", layout.program_schema, [[*clones.ids], [*texts]], out)
            bar.advance(len(texts))
            for split in splits:
                rows = clones.parts[split].rows
                names = [[clones.ids[place] for place in places.tolist()] for places in (rows.a, rows.b)]
                write_rows(layout.pairs(split), "txt", layout.pair_schema, [*names, rows.label.tolist()], out)
                bar.advance(len(rows.label))
    counts: dict[str, int] = {split: len(clones.parts[split].difficulty) for split in splits}
    exported = Exported(layout.name, variant, splits, (), content, card_facts(dataset), counts)
    return with_cards(exported, layout.cards, out)


def _splits(dataset: PublishedDataset) -> list[Split]:
    """Return validation and test, which every reader needs, and train if it has a pair."""
    has_train = bool(shards_of(dataset.folder / "data" / CLONES_NAME, "train")) and bool(_labels(dataset, "train"))
    return [split for split in SPLITS if split != "train" or has_train]


def _labels(dataset: PublishedDataset, split: Split) -> set[int]:
    return {label for table in dataset.batches(CLONES_NAME, split, ["label"]) for label in table["label"].to_pylist()}


def _configs(dataset: PublishedDataset, splits: Sequence[Split]) -> list[str]:
    """Return the configurations that pairs are read from; failing translations may be in none of the splits."""
    negatives = all(shards_of(dataset.folder / "data" / NEGATIVES_NAME, split) for split in splits)
    return ["programs", CLONES_NAME, *([NEGATIVES_NAME] if negatives else [])]


def _read(dataset: PublishedDataset, splits: Sequence[Split], variant: Variant, reporter: Reporter) -> DatasetClones:
    clones = read_clones(dataset, splits, (variant,))
    for warning in clones.warnings:
        reporter.message(f"warning: {warning}")
    return clones


def _subsets(pairs: ClonePairs) -> dict[str, Places]:
    """Return the places of the pairs of each two languages."""
    names = np.array(["-".join(languages) for languages in pairs.languages.tolist()])
    return {str(name): np.flatnonzero(names == name) for name in np.unique(names)}


def _with_texts(
    clones: DatasetClones, pairs: ClonePairs, chosen: Places, variant: Variant, schema: pa.Schema
) -> Iterator[pa.Table]:
    """Yield both texts and the label of some pairs."""
    texts = clones.texts[variant]
    for start in range(0, len(chosen), ROWS):
        rows = chosen[start : start + ROWS]
        a, b = ([texts[place] for place in places[rows].tolist()] for places in (pairs.rows.a, pairs.rows.b))
        yield pa.table([a, b, pairs.rows.label[rows].tolist()], schema=schema)
