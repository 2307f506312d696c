"""The results folders of a leaderboard: those that were named, and those in folders that were named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from synthcode.errors import InputError
from synthcode.evaluation.results_json import FACTS_NAME, Facts, read_facts, scored_task
from synthcode.schemas.results import METRICS_NAME, RANKS_NAME
from synthcode.storage.layout import RunFolder

FIX = "name folders that 'synthcode evaluate' wrote, a folder of such folders, or a run"
AGAIN = "run 'synthcode evaluate' again: vectors are kept"


class Found(NamedTuple):
    """A results folder that is complete."""

    folder: Path
    facts: Facts

    @property
    def task(self) -> str:
        """``retrieval``, ``clones``, ``classification``, or one of these fine-tuned."""
        return scored_task(self.facts)


def find_results(folders: Sequence[Path]) -> tuple[list[Found], list[str]]:
    """Return the results in folders, and a note about each that is left out.

    Parameters
    ----------
    folders
        Results folders, folders that hold some, or runs. A folder that is named twice counts once.

    Raises
    ------
    InputError
        If a folder holds no results, one that was named itself is not complete, or results of one task that were named
        themselves are of different datasets. Those that are found in a folder may be: a table is of one dataset.
    """
    found: dict[Path, Found] = {}
    notes = []
    for named in folders:
        for folder in _results_in(named):
            facts = read_facts(folder)
            if facts is not None:
                found.setdefault(folder.resolve(), Found(folder, facts))
            elif folder == named:
                raise InputError(f"{folder} is not complete, or another version wrote it", AGAIN)
            else:
                notes.append(f"{folder.name} is left out: it is not complete, or another version wrote it.")
    if not found:
        raise InputError("no results are complete: " + " ".join(notes), AGAIN)
    _refuse_other_datasets([one for one in found.values() if one.folder in folders])
    return list(found.values()), notes


def _results_in(named: Path) -> list[Path]:
    """Return a results folder itself, or the results folders in a folder."""
    if not named.exists():
        raise InputError(f"{named} does not exist", FIX)
    if _holds_results(named):
        return [named]
    place = RunFolder(named).evaluation if RunFolder(named).is_run else named
    inside = sorted(path for path in place.iterdir() if _holds_results(path)) if place.is_dir() else []
    if not inside:
        raise InputError(f"{named} holds no results", FIX)
    return inside


def _holds_results(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (FACTS_NAME, RANKS_NAME, METRICS_NAME))


def _refuse_other_datasets(results: Sequence[Found]) -> None:
    """Refuse results of one task that are of different datasets, splits or versions of a dataset."""
    by_task: dict[str, list[Found]] = defaultdict(list)
    for one in results:
        by_task[one.task].append(one)
    for task, mine in by_task.items():
        counts = Counter(one.facts.dataset_digest for one in mine)
        if len(counts) == 1:
            continue
        most = counts.most_common(1)[0][0]
        usual = next(one for one in mine if one.facts.dataset_digest == most)
        other = next(one for one in mine if one.facts.dataset_digest != most)
        raise InputError(
            f"the results of {task} are of different {_difference(usual, other)}: {counts[most]:,} of"
            f" {_dataset(usual)}, and {other.folder} of {_dataset(other)}",
            "evaluate all of them on the same dataset, split and corpora, or name the folder that they are in: each"
            " dataset, split and corpus has tables of its own then",
        )


def _difference(one: Found, other: Found) -> str:
    return "versions of a dataset" if _dataset(one) == _dataset(other) else "datasets, splits or corpora"


def _dataset(one: Found) -> str:
    return f"{one.facts.dataset} {one.facts.split}"
