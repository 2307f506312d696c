"""Models of sentence-transformers without a dense vector of a text are refused by name, in two lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sentence_transformers.sentence_transformer.modules import Router

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.sentence_transformer import SentenceTransformerEncoder
from tests.support.models.sentence_models import (
    pooling,
    save,
    set_config,
    static,
    transformer,
    write_bert,
)

Build = Callable[[Path], Path]


def sparse(folder: Path) -> Path:
    from sentence_transformers import SparseEncoder
    from sentence_transformers.sparse_encoder.modules import MLMTransformer, SpladePooling

    write_bert(folder.with_name("bert"), architecture="BertForMaskedLM")
    modules = [MLMTransformer(str(folder.with_name("bert"))), SpladePooling()]
    SparseEncoder(modules=modules, device="cpu").save(str(folder), create_model_card=False)
    return folder


def sparse_without_its_name(folder: Path) -> Path:
    return set_config(sparse(folder), model_type="SentenceTransformer")


def sparse_route(folder: Path) -> Path:
    from sentence_transformers import SparseEncoder
    from sentence_transformers.sparse_encoder.modules import MLMTransformer, SparseStaticEmbedding, SpladePooling

    bert_folder = str(write_bert(folder.with_name("bert"), architecture="BertForMaskedLM"))
    document = [MLMTransformer(bert_folder), SpladePooling()]
    query = [SparseStaticEmbedding(document[0].tokenizer)]
    router = Router.for_query_document(query, document)
    SparseEncoder(modules=[router], device="cpu").save(str(folder), create_model_card=False)
    return set_config(folder, model_type=None)


def cross_encoder(folder: Path) -> Path:
    from sentence_transformers import CrossEncoder

    plain = write_bert(folder.with_name("plain"), architecture="BertForSequenceClassification")
    CrossEncoder(str(plain), device="cpu").save(str(folder))
    return folder


def plain_reranker(folder: Path) -> Path:
    return write_bert(folder, architecture="BertForSequenceClassification")


def late_interaction(folder: Path) -> Path:
    bert = save(folder, transformer(folder.with_name("bert")), pooling())
    return set_config(bert, model_type="MultiVectorEncoder")


def test_a_router_without_a_route_for_queries_is_refused_in_two_lines(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", Router({"left": [static(1)], "right": [static(2)]}))
    encoder = SentenceTransformerEncoder(str(folder))
    with pytest.raises(InputError) as refusal:
        encoder.encode(["Add two numbers ."], Role("query", "text", ""))
    assert "No route found for task type 'query'" in refusal.value.problem
    assert "route_mappings" in refusal.value.fix


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (sparse, "a sparse encoder (SPLADE)"),
        (sparse_without_its_name, "a sparse encoder (SPLADE)"),
        (sparse_route, "a sparse encoder (SPLADE)"),
        (cross_encoder, "a cross-encoder: it scores pairs of texts"),
        (plain_reranker, "a cross-encoder: it scores pairs of texts"),
        (late_interaction, "a late-interaction model (ColBERT)"),
    ],
)
def test_models_without_a_dense_vector_of_a_text_are_refused_by_name(build: Build, what: str, tmp_path: Path) -> None:
    folder = build(tmp_path / "model")
    with pytest.raises(InputError) as refusal:
        SentenceTransformerEncoder(str(folder))
    assert what in refusal.value.problem
    assert refusal.value.fix
