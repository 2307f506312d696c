"""Writing a dataset in the layout of a name, whatever kind of layout that is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from synthcode.pipelines.runs.reporter import Reporter
from synthcode.pipelines.steps.export.clones import export_clone_lists, export_clone_task
from synthcode.pipelines.steps.export.labels import export_label_task
from synthcode.pipelines.steps.export.problems import export_problems
from synthcode.pipelines.steps.export.retrieval import export_pairs, export_retrieval
from synthcode.plugins import EXPORTS
from synthcode.publishing.export.layout import ClonesLayout, Exported, Layout, PairsLayout, ProblemsLayout
from synthcode.storage.published import PublishedDataset
from synthcode.vocabulary import DEFAULT_VARIANT, Split, Variant

AnyLayout = Layout | PairsLayout | ClonesLayout | ProblemsLayout
DEFAULT_SPLIT: Split = "test"


def load_layout(name: str) -> AnyLayout:
    """Return the layout of that name, a built-in or a plug-in's.

    Raises
    ------
    InputError
        If no export has that name, or the plug-in cannot be used.
    """
    layout: Any = EXPORTS.load(name, (Layout, PairsLayout, ClonesLayout, ProblemsLayout))
    return cast(AnyLayout, layout)


def export_dataset(
    dataset: PublishedDataset,
    layout: AnyLayout,
    split: Split | None,
    variant: Variant | None,
    out: Path,
    reporter: Reporter,
) -> list[Exported]:
    """Write what a layout has of a dataset: retrieval tasks, and clones and labels if both have them.

    Raises
    ------
    InputError
        If the dataset lacks what the layout needs, is damaged, or changes while it is read.
    """
    variant = variant or DEFAULT_VARIANT
    if isinstance(layout, PairsLayout):
        return [export_pairs(dataset, layout, out, reporter)]
    if isinstance(layout, ClonesLayout):
        return [export_clone_lists(dataset, layout, variant, out, reporter)]
    if isinstance(layout, ProblemsLayout):
        return [export_problems(dataset, layout, variant, out, reporter)]
    split = split or DEFAULT_SPLIT
    exported = [export_retrieval(dataset, layout, split, variant, out, reporter)]
    if layout.clones is not None:
        exported += export_clone_task(dataset, layout.name, layout.clones, split, variant, out, reporter)
    if layout.labels is not None:
        exported += export_label_task(dataset, layout.name, layout.labels, variant, out, reporter)
    return exported
