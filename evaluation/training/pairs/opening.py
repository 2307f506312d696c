"""Opening the training data of a dataset: pairs in order, with what a model card and a dry run say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from synthcode.errors import InputError
from synthcode.evaluation.training.pairs.counts import DataCounts, count_data
from synthcode.evaluation.training.pairs.hard_negatives.opening import open_hard_negatives
from synthcode.evaluation.training.pairs.holdout import Holdout, open_holdout
from synthcode.evaluation.training.pairs.leaks import refuse_leaks
from synthcode.evaluation.training.pairs.leaving_out import leave_out
from synthcode.evaluation.training.pairs.members import Members, usable_members
from synthcode.evaluation.training.pairs.planning import BatchPlanner
from synthcode.evaluation.training.pairs.problems import number_problems
from synthcode.evaluation.training.pairs.sequence import BalancedPairs
from synthcode.evaluation.training.pairs.tables import SplitTables, has_split, read_split
from synthcode.evaluation.training.settings import DataSettings, TrainingSettings
from synthcode.identity import digest
from synthcode.storage.published import NEGATIVES_NAME, PublishedDataset, find_dataset


@dataclass(frozen=True)
class TrainingData:
    """What a model is trained on."""

    settings: TrainingSettings
    """Those that were passed, but for a batch size that is larger than the data allow."""
    pairs: BalancedPairs
    """A ``PairSequence`` of ``settings.optimiser``'s length and batch size."""
    counts: DataCounts
    digest: str
    """Of the files that were read, those of held-out datasets as well."""
    warnings: tuple[str, ...]
    """One line each: where the data do not allow what the settings say."""
    tables: SplitTables

    @property
    def groups(self) -> int:
        """Groups that give pairs: no batch is larger."""
        return self.counts.groups

    def texts(self) -> Iterator[str]:
        """Yield all texts and programs, as a tokenizer is trained on them."""
        for column in (self.tables.texts["text"], self.tables.programs["shown"]):
            for chunk in column.chunks:
                yield from (text.as_py() for text in chunk)


def open_pairs(dataset: Path, settings: TrainingSettings) -> TrainingData:
    """Read the train split of a run directory, of its dataset, or of a downloaded copy of one.

    Parameters
    ----------
    dataset
        The folder.
    settings
        ``data``, ``optimiser.steps``, ``optimiser.batch_size`` and ``random_seed`` say which pairs are drawn.

    Raises
    ------
    InputError
        If the dataset or its train split does not exist or is damaged, gives no pairs, lacks the hard negatives, or has
        something in another split as well.
    """
    published = find_dataset(dataset)
    published.shards("programs", "train")
    holdouts = [open_holdout(name, published) for name in settings.data.holdout]
    tables, left_out = leave_out(read_split(published, "train", settings.data.variant), holdouts)
    refuse_leaks(published, tables)
    problems = number_problems(tables)
    members = usable_members(problems, settings.data.text_share)
    _refuse_few(published, members, settings)
    effective, warnings = _effective(settings, members, len(problems.languages))
    hard_negatives = open_hard_negatives(published, settings.data, tables, problems)
    planner = BatchPlanner(problems, members, hard_negatives, effective)
    return TrainingData(
        settings=effective,
        pairs=BalancedPairs(tables, planner, steps=settings.optimiser.steps),
        counts=count_data(problems, members, left_out),
        digest=_digest(published, settings.data, holdouts),
        warnings=(
            *warnings,
            *(line for holdout in holdouts for line in holdout.warnings()),
            *([] if hard_negatives is None else hard_negatives.warnings),
        ),
        tables=tables,
    )


def _refuse_few(published: PublishedDataset, members: Members, settings: TrainingSettings) -> None:
    """Raise if there are not two groups: the only pair of a batch has nothing to be told apart from."""
    if members.groups > 1:
        return
    share = settings.data.text_share
    kind = "text-code " if share == 1 else "code-code " if share == 0 else ""
    found = "one group" if members.groups else "no group"
    raise InputError(
        f"{published.folder}: split 'train' has {found} of seeds that gives {kind}pairs, training takes two or more",
        "text-code pairs take a text and a program, code-code pairs programs in two languages:"
        " build a larger dataset, change text_share, or hold out less with holdout",
    )


def _effective(settings: TrainingSettings, members: Members, languages: int) -> tuple[TrainingSettings, list[str]]:
    """Return the settings as far as the data allow them, and a line for each difference."""
    warnings = []
    asked, reached = settings.data.text_share, members.text_share
    if reached > asked and languages == 1:
        warnings.append("all programs are in one language: all pairs are text-code pairs")
    elif reached > asked:
        warnings.append(
            f"{reached:.0%} of the pairs are text-code pairs, not {asked:.0%}: too few groups have two languages"
        )
    elif reached < asked:
        warnings.append(f"{reached:.0%} of the pairs are text-code pairs, not {asked:.0%}: too few groups have a text")
    if settings.optimiser.batch_size > members.groups:
        warnings.append(
            f"a batch has {members.groups:,} pairs, not {settings.optimiser.batch_size:,}: the data have no more groups"
        )
        settings = replace(settings, optimiser=replace(settings.optimiser, batch_size=members.groups))
    return settings, warnings


def _digest(published: PublishedDataset, settings: DataSettings, holdouts: Sequence[Holdout]) -> str:
    """Hash the files that were read."""
    configs = ["programs", "texts", "triplets", *[NEGATIVES_NAME] * (settings.hard_negatives == "failed")]
    there = [config for config in configs if has_split(published, config, "train")]
    return digest(published.digest(["train"], there), *(holdout.digest() for holdout in holdouts))
