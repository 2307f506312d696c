"""From the settings of a run to the masked documents that it is pre-trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthcode.evaluation.training.pretraining.documents import DocumentSequence
from synthcode.evaluation.training.pretraining.masking import MaskedDocuments
from synthcode.evaluation.training.pretraining.snippets import Snippet, read_snippets
from synthcode.evaluation.training.settings import PretrainSettings
from synthcode.evaluation.training.vocabulary import Vocabulary


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
    snippets: Sequence[Snippet], vocabulary: Vocabulary, pretrain: PretrainSettings, random_seed: int
) -> MaskedDocuments:
    """Return all documents of a run, in their order.

    Raises
    ------
    InputError
        If the window is too small, or the snippets do not allow the task.
    """
    documents = DocumentSequence(snippets, vocabulary, pretrain, random_seed)
    return MaskedDocuments(documents, vocabulary, pretrain.mask_share)
