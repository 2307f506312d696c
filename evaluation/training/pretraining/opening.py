"""From the settings of a run to the masked documents that it is pre-trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from synthcode.errors import InputError
from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.pairs.holdout import open_holdout
from synthcode.evaluation.training.pretraining.documents import DocumentSequence
from synthcode.evaluation.training.pretraining.held_out import without_held_out
from synthcode.evaluation.training.pretraining.masking import MaskedDocuments
from synthcode.evaluation.training.pretraining.snippets import Snippet, read_snippets
from synthcode.evaluation.training.settings import PretrainSettings
from synthcode.storage.published import find_dataset


def open_snippets(dataset: Path, pretrain: PretrainSettings, holdout: Sequence[str] = ()) -> list[Snippet]:
    """Read the programs of ``pretrain.data``, or of the dataset that is trained on.

    What the dataset's other splits and held-out datasets have is left out. A new model's tokenizer is trained on the
    rest, too.

    Parameters
    ----------
    dataset
        That is trained on.
    pretrain
        ``data`` names the sources.
    holdout
        ``data.holdout`` of the settings: further datasets.

    Raises
    ------
    InputError
        If there is nothing to read, or nothing is left.
    """
    snippets = read_snippets([Path(source) for source in pretrain.data] or [dataset])
    published = find_dataset(dataset)
    names = [*holdout]
    if pretrain.data and set(published.splits("programs")) - {"train"}:
        names.append(str(dataset))  # of a dataset's own train split, 'build' has seen to it
    left = without_held_out(snippets, [open_holdout(name, published) for name in names])
    if not left:
        raise InputError(
            "every program to pre-train on is in a held-out dataset, or nearly so", "name other runs in pretrain.data"
        )
    return left


def masked_documents(
    snippets: Sequence[Snippet], model: MultiExitModel, pretrain: PretrainSettings, random_seed: int
) -> MaskedDocuments:
    """Return all documents of a run, in their order; none is longer than the model's longest input.

    Raises
    ------
    InputError
        If the window is too small, or the snippets do not allow the task.
    """
    vocabulary = model.vocabulary
    fitting = replace(pretrain, max_tokens=min(pretrain.max_tokens, model.max_tokens))
    documents = DocumentSequence(snippets, vocabulary, fitting, random_seed)
    return MaskedDocuments(documents, vocabulary, pretrain.mask_share)
