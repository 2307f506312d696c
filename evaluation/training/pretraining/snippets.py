"""The programs that are pre-trained on, with their repositories; of datasets, those of the train split only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from synthcode.errors import InputError
from synthcode.storage.layout import RunFolder
from synthcode.storage.published import PublishedDataset, find_dataset
from synthcode.storage.shards import shards_of

HELD_OUT = frozenset({"validation", "test"})


class Snippet(NamedTuple):
    """A program with its description."""

    repository: str
    """Empty if its seed names none."""
    language: str
    code: str
    """As it came, with its comments."""
    text: str = ""
    """Its description, if there is one."""
    seed_id: str = ""

    @property
    def content(self) -> str:
        """The description and, below it, the code: words stand next to the code that they describe."""
        return f"{self.text}\n{self.code}" if self.text else self.code


def read_snippets(sources: Iterable[Path]) -> list[Snippet]:
    """Read the programs of runs and datasets, each text once, in an order that depends on their content only.

    Of a run without a dataset these are its seeds, except those that their source counts as validation or test data.

    Parameters
    ----------
    sources
        Run directories, and folders of datasets.

    Raises
    ------
    InputError
        If one of them is neither, or holds no program to train on.
    """
    found: set[Snippet] = set()
    for path in sources:
        read = set(_snippets(path))
        if not read:
            raise InputError(f"{path} holds no program to pre-train on", "name a run with seeds, or one with a dataset")
        found |= read
    once = {(snippet.language, snippet.content): snippet for snippet in sorted(found, reverse=True)}
    return sorted(once.values())


def _snippets(path: Path) -> Iterator[Snippet]:
    run = RunFolder(path)
    has_dataset = any((folder / "data").is_dir() for folder in (path, run.dataset))
    if not has_dataset and run.is_run and shards_of(run.seeds):
        yield from _of_seeds(run)
    else:
        yield from _of_dataset(find_dataset(path))


def _of_seeds(run: RunFolder) -> Iterator[Snippet]:
    for table in run.rows(run.seeds, ["seed_id", "repository", "language", "text", "code", "split"]):
        for row in table.to_pylist():
            if row["split"] not in HELD_OUT:
                yield Snippet(row["repository"] or "", row["language"], row["code"], row["text"] or "", row["seed_id"])


def _of_dataset(dataset: PublishedDataset) -> Iterator[Snippet]:
    if "train" not in dataset.splits("programs"):
        return
    repositories = _of_each_seed(dataset, "triplets", "repository_name")
    texts = _of_each_seed(dataset, "texts", "text")
    for table in dataset.batches("programs", "train", ("seed_id", "language", "code")):
        for seed, language, code in zip(*(column.to_pylist() for column in table.columns), strict=True):
            yield Snippet(repositories.get(seed, ""), language, code, texts.get(seed, ""), seed)


def _of_each_seed(dataset: PublishedDataset, config: str, column: str) -> dict[str, str]:
    """Return a column of the train split for each seed that has it."""
    if not shards_of(dataset.folder / "data" / config, "train"):
        return {}
    tables = dataset.batches(config, "train", ("seed_id", column))
    rows = (zip(*(values.to_pylist() for values in table.columns), strict=True) for table in tables)
    return {seed: value for table in rows for seed, value in table if value}
