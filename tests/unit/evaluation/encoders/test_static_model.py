"""Static models through model2vec: the same vectors as through sentence-transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.sentence_transformer import SentenceTransformerEncoder
from synthcode.evaluation.encoders.static_model import StaticModelEncoder
from tests.support.models.sentence_models import WIDTH, WORDS, tokenizer, write_bert

ROLE = Role("", "", "")
TEXTS = ["add two numbers", "def f ( a , b )", "take the least of the list", "unheard of", "none such"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    vectors = np.random.default_rng(0).normal(size=(len(WORDS), WIDTH)).astype(np.float32)
    place = tmp_path_factory.mktemp("models") / "static"
    StaticModel(vectors, tokenizer(), normalize=True).save_pretrained(place)
    return place


def test_vectors_are_those_of_sentence_transformers(folder: Path) -> None:
    ours = StaticModelEncoder(str(folder)).encode(TEXTS[:3], ROLE)
    theirs = SentenceTransformerEncoder(f"{folder}", device="cpu").encode(TEXTS[:3], ROLE)
    np.testing.assert_allclose(ours.vectors[0], theirs.vectors[0], rtol=0, atol=1e-6)
    assert ours.tokens.tolist() == [3, 7, 6]
    assert not ours.truncated.any()


def test_words_that_it_does_not_know_have_no_vector(folder: Path) -> None:
    encoded = StaticModelEncoder(str(folder)).encode(TEXTS, ROLE)
    assert encoded.wordless is not None
    assert encoded.wordless.tolist() == [False, False, False, False, True]
    assert not encoded.vectors[0][4].any()


def test_a_bound_of_tokens_is_part_of_the_identity(folder: Path) -> None:
    short = StaticModelEncoder(str(folder), max_tokens=2)
    encoded = short.encode(TEXTS[:1], ROLE)
    assert (encoded.tokens.tolist(), encoded.truncated.tolist()) == ([2], [True])
    np.testing.assert_allclose(encoded.vectors[0], short.encode(["add two"], ROLE).vectors[0], atol=1e-6)
    assert short.identity != StaticModelEncoder(str(folder)).identity


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not load"):
        StaticModelEncoder(str(write_bert(tmp_path / "bert")))
