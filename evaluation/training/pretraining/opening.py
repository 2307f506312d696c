"""From the settings of a run to the masked documents that it is pre-trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.pretraining.documents import DocumentSequence
from synthcode.evaluation.training.pretraining.masking import MaskedDocuments
from synthcode.evaluation.training.pretraining.snippets import Snippet, read_snippets
from synthcode.evaluation.training.settings import PretrainSettings


def open_snippets(dataset: Path, pretrain: PretrainSettings) -> list[Snippet]:
    """Read the programs of ``pretrain.data``, or of the dataset that is trained on.

    A new model's tokenizer is trained on them, too.

    Raises
    ------
    InputError
        If there are none.
    """
    return read_snippets([Path(source) for source in pretrain.data] or [dataset])


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
