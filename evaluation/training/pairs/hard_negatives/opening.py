"""Opening the source of hard negatives that the settings name."""

from __future__ import annotations

from synthcode.evaluation.training.pairs.hard_negatives.contract import HardNegatives
from synthcode.evaluation.training.pairs.hard_negatives.failed import failed_translations
from synthcode.evaluation.training.pairs.hard_negatives.nearest import nearest_programs
from synthcode.evaluation.training.pairs.problems import Problems
from synthcode.evaluation.training.pairs.tables import SplitTables
from synthcode.evaluation.training.settings import DataSettings
from synthcode.storage.published import PublishedDataset


def open_hard_negatives(
    published: PublishedDataset, settings: DataSettings, tables: SplitTables, problems: Problems
) -> HardNegatives | None:
    """Return the hard negatives of the data that are trained on, None if the settings want none.

    Raises
    ------
    InputError
        If the dataset has none of the kind, or a library is missing.
    """
    if settings.hard_negatives == "bm25":
        return nearest_programs(tables, problems)
    if settings.hard_negatives == "failed":
        return failed_translations(published, settings.variant, tables, problems)
    return None
