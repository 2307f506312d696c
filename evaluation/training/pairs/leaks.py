"""Proof that what is trained on is in no other split."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.training.pairs.tables import SplitTables, batches_of, program_keys
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.storage.published import PublishedDataset

OTHER_SPLITS = ("validation", "test")

_STRIPPED = CODE_COLUMNS["stripped"]


def refuse_leaks(published: PublishedDataset, train: SplitTables) -> None:
    """Compare the training data with the other splits of its dataset.

    Raises
    ------
    InputError
        If a seed or a split group is in two splits, or programs that are equal after stripping.
    """
    seeds = pc.unique(pa.concat_arrays([one["seed_id"].combine_chunks() for one in (train.programs, train.texts)]))
    groups = pc.unique(train.problems["cluster_id"])
    keys = np.unique(train.programs["key"].to_numpy())
    for split in OTHER_SPLITS:
        for config, column, known in (
            ("programs", "seed_id", seeds),
            ("texts", "seed_id", seeds),
            ("triplets", "cluster_id", groups),
        ):
            for table in batches_of(published, config, split, [column]):
                shared = table[column].filter(pc.is_in(table[column], value_set=known))
                if len(shared):
                    raise _leak(published, "seed" if column == "seed_id" else "split group", shared[0].as_py(), split)
        for table in batches_of(published, "programs", split, ["program_id", "language", _STRIPPED]):
            found = np.isin(program_keys(table["language"].to_pylist(), table[_STRIPPED].to_pylist()), keys)
            if found.any():
                raise _leak(published, "program", table["program_id"][int(found.argmax())].as_py(), split)


def _leak(published: PublishedDataset, what: str, name: str, split: str) -> InputError:
    return InputError(
        f"{published.folder}: {what} {name} is both in split 'train' and in {split!r}",
        "build the dataset again, or leave out of the training what the other splits have:"
        f" --holdout {published.folder}",
    )
