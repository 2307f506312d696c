"""Documents as batches: special tokens around them, some tokens masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.training.pretraining.documents import DocumentSequence
from synthcode.evaluation.training.pretraining.packing import Document
from synthcode.evaluation.training.vocabulary import Vocabulary

if TYPE_CHECKING:
    from torch import Tensor

REPLACED, REDRAWN = 0.8, 0.1
"""Shares of the chosen tokens that become the mask token, and a random one; the rest stay (Devlin et al. 2019)."""
NOT_CHOSEN = -100
"""The label of a token that is not predicted, as torch's losses leave it out."""

I64 = npt.NDArray[np.int64]


class MaskedDocument(NamedTuple):
    """A document as a model is given it."""

    ids: I64
    """(tokens,)"""
    labels: I64
    """The token that was there, where it is to be predicted; ``NOT_CHOSEN`` elsewhere. (tokens,)"""
    belongs: bool


class MaskedDocuments:
    """The documents of a run with masks; which tokens are chosen depends on the document's number only.

    Parameters
    ----------
    documents
        All documents.
    vocabulary
        Of the model.
    mask_share
        Share of ordinary tokens that are to be predicted; one at least.
    """

    def __init__(self, documents: DocumentSequence, vocabulary: Vocabulary, mask_share: float) -> None:
        self._documents, self._vocabulary, self._share = documents, vocabulary, mask_share
        special = vocabulary.special
        size = vocabulary.tokenizer.get_vocab_size()
        self._ordinary = np.array([id_ for id_ in range(size) if id_ not in special], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._documents)

    def __getitem__(self, index: int) -> MaskedDocument:
        document = self._documents[index]
        ids, ordinary = self._input(document)
        return self._masked(ids, ordinary, self._documents.generator(index, 1), document.belongs)

    def _input(self, document: Document) -> tuple[I64, I64]:
        """Return the ids with special tokens around and between parts, and the places of ordinary ones."""
        special = self._vocabulary
        ids, ordinary = list(special.start), list[int]()
        for number, part in enumerate(document.parts):
            ids.extend(special.separator if number else ())
            ordinary.extend(range(len(ids), len(ids) + len(part)))
            ids.extend(part)
        return np.array([*ids, *special.end], dtype=np.int64), np.array(ordinary, dtype=np.int64)

    def _masked(self, ids: I64, ordinary: I64, generator: np.random.Generator, belongs: bool) -> MaskedDocument:
        count = min(len(ordinary), max(1, round(self._share * len(ordinary))))
        chosen = generator.choice(ordinary, count, replace=False)
        labels = np.full_like(ids, NOT_CHOSEN)
        labels[chosen] = ids[chosen]
        chance = generator.random(count)
        drawn = generator.choice(self._ordinary, count)
        ids[chosen] = np.select(
            [chance < REPLACED, chance < REPLACED + REDRAWN], [np.int64(self._vocabulary.mask), drawn], ids[chosen]
        )
        return MaskedDocument(ids, labels, belongs)


def collate(documents: Sequence[MaskedDocument], pad: int) -> dict[str, Tensor]:
    """Return a batch, padded on the right.

    Returns
    -------
    dict
        ``input_ids``, ``attention_mask``, ``labels``, (documents, tokens), and ``belongs``, (documents,).
    """
    import torch

    longest = max(len(document.ids) for document in documents)
    shape = (len(documents), longest)
    ids, labels = np.full(shape, pad, np.int64), np.full(shape, NOT_CHOSEN, np.int64)
    mask = np.zeros(shape, np.int64)
    for row, document in enumerate(documents):
        ids[row, : len(document.ids)] = document.ids
        labels[row, : len(document.ids)] = document.labels
        mask[row, : len(document.ids)] = 1
    return {
        "input_ids": torch.from_numpy(ids),
        "attention_mask": torch.from_numpy(mask),
        "labels": torch.from_numpy(labels),
        "belongs": torch.tensor([document.belongs for document in documents], dtype=torch.float32),
    }
