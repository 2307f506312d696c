"""Masked documents: which tokens are chosen, what becomes of them, and that it depends on their number only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.mose.tokens import load_tokenizer
from synthcode.evaluation.training.pretraining.documents import DocumentSequence
from synthcode.evaluation.training.pretraining.masking import NOT_CHOSEN, MaskedDocuments, collate
from synthcode.evaluation.training.pretraining.snippets import Snippet
from synthcode.evaluation.training.settings import PretrainSettings
from synthcode.evaluation.training.vocabulary import Vocabulary, mose_vocabulary
from tests.support.models.mose_checkpoint import SPECIAL, write_tokenizer

SEP, CLS, MASK, PAD = SPECIAL.values()
SETTINGS = PretrainSettings(steps=50, batch_size=4, max_tokens=40)
SNIPPETS = [
    Snippet(name, "python", f"def {name}_{number}(): return {name * 30}") for name in "abc" for number in range(4)
]


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    write_tokenizer(tmp_path)
    return mose_vocabulary(load_tokenizer(tmp_path, 64))


def masked(vocabulary: Vocabulary, settings: PretrainSettings = SETTINGS, random_seed: int = 0) -> MaskedDocuments:
    documents = DocumentSequence(SNIPPETS, vocabulary, settings, random_seed)
    return MaskedDocuments(documents, vocabulary, settings.mask_share)


def test_half_of_the_documents_of_a_batch_belong_together(vocabulary: Vocabulary) -> None:
    documents = masked(vocabulary)
    assert len(documents) == 200
    assert [documents[number].belongs for number in range(4)] == [True, False, True, False]


def test_special_tokens_stand_around_and_between_and_are_never_chosen_or_drawn(vocabulary: Vocabulary) -> None:
    for number in range(200):
        document = masked(vocabulary)[number]
        assert len(document.ids) in (39, 40)
        assert document.ids[0] == SEP
        assert document.ids[-1] == CLS
        assert np.isin(document.ids, [SEP, CLS]).sum() >= 3
        assert not np.isin(document.labels, list(SPECIAL.values())).any()
        assert not np.isin(document.ids[document.labels != NOT_CHOSEN], [SEP, CLS, PAD]).any()


def test_fifteen_percent_are_chosen_and_eighty_ten_ten_of_them_replaced(vocabulary: Vocabulary) -> None:
    documents = [masked(vocabulary)[number] for number in range(200)]
    assert {int((document.labels != NOT_CHOSEN).sum()) for document in documents} <= {5, 6}  # of 34 to 37 tokens
    ids = np.concatenate([document.ids[document.labels != NOT_CHOSEN] for document in documents])
    labels = np.concatenate([document.labels[document.labels != NOT_CHOSEN] for document in documents])
    assert np.mean(ids == MASK) == pytest.approx(0.8, abs=0.04)
    assert np.mean(ids == labels) == pytest.approx(0.1, abs=0.03)
    assert np.mean((ids != MASK) & (ids != labels)) == pytest.approx(0.1, abs=0.03)


def test_what_is_not_chosen_stays(vocabulary: Vocabulary) -> None:
    some, none = masked(vocabulary)[6], masked(vocabulary, replace(SETTINGS, mask_share=0.0))[6]
    assert (none.labels != NOT_CHOSEN).sum() == 1
    kept = (some.labels == NOT_CHOSEN) & (none.labels == NOT_CHOSEN)
    assert (some.ids[kept] == none.ids[kept]).all()
    assert kept.sum() > 30


def test_a_document_depends_on_its_number_and_the_random_seed_only(vocabulary: Vocabulary) -> None:
    forwards = [masked(vocabulary)[number].ids.tolist() for number in range(20)]
    documents = masked(vocabulary)
    assert [documents[number].ids.tolist() for number in reversed(range(20))] == forwards[::-1]
    assert len({tuple(ids) for ids in forwards}) == 20
    assert masked(vocabulary, random_seed=1)[3].ids.tolist() != forwards[3]
    assert masked(vocabulary, random_seed=-1)[3].ids.tolist() != masked(vocabulary, random_seed=1)[3].ids.tolist()


def test_a_batch_is_padded_on_the_right(vocabulary: Vocabulary) -> None:
    documents = [masked(vocabulary)[0], masked(vocabulary, replace(SETTINGS, max_tokens=20))[1]]
    batch = collate(documents, PAD)
    sizes = [len(document.ids) for document in documents]
    assert sizes[1] < 21 < sizes[0]
    assert batch["input_ids"].shape == batch["labels"].shape == (2, sizes[0])
    assert batch["attention_mask"].sum(1).tolist() == sizes
    assert (batch["input_ids"][1, sizes[1] :] == PAD).all()
    assert (batch["labels"][1, sizes[1] :] == NOT_CHOSEN).all()
    assert batch["belongs"].tolist() == [1.0, 0.0]


def test_a_window_without_room_and_snippets_without_repositories_are_refused(vocabulary: Vocabulary) -> None:
    with pytest.raises(InputError, match="a window of 17 tokens is too small"):
        masked(vocabulary, replace(SETTINGS, max_tokens=17))
    alone = [snippet._replace(repository="") for snippet in SNIPPETS]
    with pytest.raises(InputError, match="two repositories"):
        DocumentSequence(alone, vocabulary, SETTINGS, 0)
    with pytest.raises(InputError, match="no language has two programs"):
        DocumentSequence(alone[:1], vocabulary, replace(SETTINGS, task="next_sentence"), 0)
    with pytest.raises(InputError, match="there is no program"):
        DocumentSequence([Snippet("", "go", "")], vocabulary, replace(SETTINGS, task="none"), 0)
    assert DocumentSequence(alone, vocabulary, replace(SETTINGS, task="none"), 0)[0].parts
